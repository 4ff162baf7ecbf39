#pragma once
#include "cornu/kernels/resize.hpp"
#include "cornu/kernels/window.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Larger pictures: each pixel becomes a block (nearest), or values in between are interpolated (bilinear).
///
///   UpSampling2D{.size = 2}      UpSampling2D{.size = {2, 3}, .interpolation = Interpolation::bilinear}
///
/// Input   (n, height, width, channels)
/// Output  (n, height size_h, width size_w, channels)
/// Errors  ValueError: size < 1, an interpolation other than nearest and bilinear.  ShapeError: input not
///         4-D.
/// Source  Keras 3 UpSampling2D; bilinear as tf.image.resize (half pixel centres).
struct UpSampling2D {
  Size2 size = 2;                                        ///< factors of height and width, >= 1
  Interpolation interpolation = Interpolation::nearest;  ///< nearest or bilinear
  std::string name = {};

  static constexpr std::string_view type = "UpSampling2D";
  static void fields(auto& self, auto&& visit) {
    visit("size", self.size);
    visit("interpolation", self.interpolation);
  }
};

class UpSampling2DLayer final : public LayerOf<UpSampling2D, UpSampling2DLayer> {
 public:
  explicit UpSampling2DLayer(UpSampling2D spec);

  Shape output_shape(const Shape& input) const {
    check_rank(input, 3, "(batch, height, width, channels)");
    return {input[0] * spec_.size.h, input[1] * spec_.size.w, input[2]};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    if (nearest()) return kernels::upsample_nearest<T>(c.x[0], c.y[0]);
    kernels::resize_bilinear<T>(c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    if (nearest()) return kernels::upsample_nearest_grad<T>(c.dy[0], c.dx[0]);
    kernels::resize_bilinear_grad<T>(c.dy[0], c.dx[0]);
  }

 private:
  bool nearest() const { return spec_.interpolation == Interpolation::nearest; }
};

std::unique_ptr<Layer> make_layer(UpSampling2D spec);

}  // namespace cornu
