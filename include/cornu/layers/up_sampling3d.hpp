#pragma once
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/volume.hpp"

namespace cornu {

/// Larger volumes: each cell becomes a block.
///
///   UpSampling3D{.size = 2}
///
/// Input   (n, depth, height, width, channels)
/// Output  (n, depth size_d, height size_h, width size_w, channels)
/// Errors  ValueError: size < 1.  ShapeError: input not 5-D.
/// Source  Keras 3 UpSampling3D.
struct UpSampling3D {
  Size3 size = 2;  ///< factors of depth, height and width, >= 1
  std::string name = {};

  static constexpr std::string_view type = "UpSampling3D";
  static void fields(auto& self, auto&& visit) { visit("size", self.size); }
};

class UpSampling3DLayer final : public LayerOf<UpSampling3D, UpSampling3DLayer> {
 public:
  explicit UpSampling3DLayer(UpSampling3D spec) : LayerOf(std::move(spec)) {
    for (const Index factor : {spec_.size.d, spec_.size.h, spec_.size.w})
      detail::check_at_least_1(*this, "size", factor);
  }

  Shape output_shape(const Shape& input) const {
    detail::check_spatial(*this, input, 3);
    return {input[0] * spec_.size.d, input[1] * spec_.size.h, input[2] * spec_.size.w, input[3]};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return detail::deep_count(inputs[0], output_shape(inputs[0])) * samples;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const detail::DeepViews<T> v(c.x[0].shape, c.y[0].shape, c.scratch.data());
    kernels::upsample_nearest<T>(c.x[0].reshaped(v.columns), v.deep_columns());
    kernels::upsample_nearest<T>(v.deep_planes(), c.y[0].reshaped(v.large_planes));
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    const detail::DeepViews<T> v(c.dx[0].shape, c.dy[0].shape, c.scratch.data());
    kernels::upsample_nearest_grad<T>(c.dy[0].reshaped(v.large_planes), v.deep_planes());
    kernels::upsample_nearest_grad<T>(v.deep_columns(), c.dx[0].reshaped(v.columns));
  }
};

std::unique_ptr<Layer> make_layer(UpSampling3D spec);

}  // namespace cornu
