#pragma once
#include "cornu/kernels/resize.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/spatial.hpp"

namespace cornu {

/// Longer sequences: each step is repeated.
///
///   UpSampling1D{.size = 2}
///
/// Input   (n, steps, channels)
/// Output  (n, steps size, channels)
/// Errors  ValueError: size < 1.  ShapeError: input not 3-D.
/// Source  Keras 3 UpSampling1D.
struct UpSampling1D {
  Index size = 2;  ///< how often each step comes, >= 1
  std::string name = {};

  static constexpr std::string_view type = "UpSampling1D";
  static void fields(auto& self, auto&& visit) { visit("size", self.size); }
};

class UpSampling1DLayer final : public LayerOf<UpSampling1D, UpSampling1DLayer> {
 public:
  explicit UpSampling1DLayer(UpSampling1D spec) : LayerOf(std::move(spec)) {
    detail::check_at_least_1(*this, "size", spec_.size);
  }

  Shape output_shape(const Shape& input) const {
    detail::check_spatial(*this, input, 1);
    return {input[0] * spec_.size, input[1]};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::upsample_nearest<T>(detail::as_picture(c.x[0]), detail::as_picture(c.y[0]));
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    kernels::upsample_nearest_grad<T>(detail::as_picture(c.dy[0]), detail::as_picture(c.dx[0]));
  }
};

std::unique_ptr<Layer> make_layer(UpSampling1D spec);

}  // namespace cornu
