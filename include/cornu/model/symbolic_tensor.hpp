#pragma once
#include <initializer_list>
#include <memory>
#include <vector>

#include "cornu/layers/input.hpp"
#include "cornu/layers/layer_handle.hpp"

namespace cornu {

namespace detail {
struct Node;
}
class SymbolicTensors;

/// A tensor to come: the output of a layer call in a model that is being drawn. Cheap to copy.
///
///   SymbolicTensor image = Input{.shape = {64, 64, 3}};
///   auto x = image | Conv2D{.filters = 32, .kernel_size = 3} | Flatten{};
class SymbolicTensor {
 public:
  SymbolicTensor(const Input& input);
  SymbolicTensor(std::shared_ptr<const detail::Node> node, int output)
      : node_(std::move(node)), output_(output) {}

  /// Shape of one sample, without the batch axis.
  const Shape& shape() const;
  /// The call that makes it, and which of its outputs it is.
  const std::shared_ptr<const detail::Node>& node() const { return node_; }
  int output() const { return output_; }
  friend bool operator==(const SymbolicTensor& a, const SymbolicTensor& b) = default;

 private:
  std::shared_ptr<const detail::Node> node_;
  int output_ = 0;
};

/// Several of them, for layers with several inputs:  SymbolicTensors{a, b} | Add{}
class SymbolicTensors : public std::vector<SymbolicTensor> {
 public:
  using std::vector<SymbolicTensor>::vector;
};

namespace detail {
/// One call of a layer: what the graph of a model is made of.
struct Node {
  std::shared_ptr<Layer> layer;
  std::vector<SymbolicTensor> inputs;
  Shapes outputs;
};
}  // namespace detail

/// Calls a layer: builds it when this is its first call and gives its outputs. Errors: what the layer says of
/// the shapes; who() names the layer by its place among its kind.
SymbolicTensors call(const LayerHandle& layer, const SymbolicTensors& inputs);
/// The same for a layer with one output. Errors: ValueError where it has several (use call).
SymbolicTensor operator|(const SymbolicTensor& input, const LayerHandle& layer);
SymbolicTensor operator|(const SymbolicTensors& inputs, const LayerHandle& layer);

/// Where data enters and leaves a Model:  Model net(Inputs{a, b}, Outputs{y});
class Inputs : public SymbolicTensors {
 public:
  using SymbolicTensors::SymbolicTensors;
};
class Outputs : public SymbolicTensors {
 public:
  using SymbolicTensors::SymbolicTensors;
};

}  // namespace cornu
