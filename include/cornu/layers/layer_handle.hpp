#pragma once
#include <memory>
#include <type_traits>
#include <utility>

#include "cornu/layers/layer.hpp"

namespace cornu {

/// A thing that the user can put into a model: a layer's aggregate, for which make_layer(spec) exists.
template <class S>
concept LayerSpec = requires(S spec) {
  make_layer(std::move(spec));
};

/// What Sequential and the pipe take: made from a layer's aggregate, from a user's own Layer, or by shared().
/// Copies refer to the same layer and its weights.
class LayerHandle {
 public:
  template <LayerSpec S>
  LayerHandle(S spec) : layer_(make_layer(std::move(spec))) {}
  template <class L>
  requires std::is_base_of_v<Layer, L> LayerHandle(std::unique_ptr<L> layer) : layer_(std::move(layer)) {}
  explicit LayerHandle(std::shared_ptr<Layer> layer) : layer_(std::move(layer)) {}

  Layer& layer() const { return *layer_; }
  const std::shared_ptr<Layer>& pointer() const { return layer_; }

 private:
  std::shared_ptr<Layer> layer_;
};

/// One set of weights for many calls:  auto encoder = shared(Dense{.units = 8});  a | encoder;  b | encoder;
inline LayerHandle shared(LayerHandle layer) { return layer; }

}  // namespace cornu
