#pragma once
#include <initializer_list>
#include <vector>

#include "cornu/kernels/rescale.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// One number, or one for each channel: `.scale = 0.5f`, `.scale = {0.5f, 0.25f, 0.25f}`.
class ChannelValues {
 public:
  ChannelValues(double value) : values_{static_cast<float>(value)} {}
  ChannelValues(std::initializer_list<float> values) : values_(values) {}
  explicit ChannelValues(std::vector<float> values) : values_(std::move(values)) {}

  const std::vector<float>& values() const { return values_; }
  friend bool operator==(const ChannelValues&, const ChannelValues&) = default;

 private:
  std::vector<float> values_;
};

/// y = x * scale + offset, e.g. pixels from 0 .. 255 to -1 .. 1.
///
///   Rescaling{.scale = 1.f / 127.5f, .offset = -1}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: an empty list.  ShapeError: a list of another length than the last axis.
/// Source  Keras 3 Rescaling.
struct Rescaling {
  ChannelValues scale;       ///< factor
  ChannelValues offset = 0;  ///< added after scaling
  std::string name = {};

  static constexpr std::string_view type = "Rescaling";
  static Rescaling blank() { return {.scale = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("scale", self.scale);
    visit("offset", self.offset);
  }
};

class RescalingLayer final : public LayerOf<Rescaling, RescalingLayer> {
 public:
  explicit RescalingLayer(Rescaling spec);

  Shape output_shape(const Shape& input) const;
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  InPlace in_place(bool) const override { return InPlace::overwrite; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::rescale<T>(c.x[0], spec_.scale.values(), spec_.offset.values(), c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::rescale<T>(c.dy[0], spec_.scale.values(), {}, c.dx[0]);
  }
};

std::unique_ptr<Layer> make_layer(Rescaling spec);

}  // namespace cornu
