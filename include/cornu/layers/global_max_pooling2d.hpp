#pragma once
#include "cornu/kernels/global_pool.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Largest number of each channel over the whole picture.
///
///   GlobalMaxPooling2D{}
///
/// Input   (n, height, width, channels)
/// Output  (n, channels);  keepdims: (n, 1, 1, channels)
/// Errors  ShapeError: input not 4-D, a picture without pixels.
/// Numerics  positions that share the largest number share its gradient, as in TensorFlow.
/// Source  Keras 3 GlobalMaxPooling2D (same names, defaults).
struct GlobalMaxPooling2D {
  bool keepdims = false;  ///< keep height and width as axes of 1
  std::string name = {};

  static constexpr std::string_view type = "GlobalMaxPooling2D";
  static void fields(auto& self, auto&& visit) { visit("keepdims", self.keepdims); }
};

class GlobalMaxPooling2DLayer final : public LayerOf<GlobalMaxPooling2D, GlobalMaxPooling2DLayer> {
 public:
  using LayerOf::LayerOf;

  Shape output_shape(const Shape& input) const {
    check_rank(input, 3, "(batch, height, width, channels)");
    if (input[0] * input[1] == 0)
      throw ShapeError(detail::concat(who(), ": the input ", input.batch_text(),
                                      " has no pixels to pool over. Give pictures of at least 1 x 1."));
    return spec_.keepdims ? Shape{1, 1, input[2]} : Shape{input[2]};
  }
  BackwardNeeds backward_needs() const override { return {.input = true, .output = true}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::global_max_pool<T>(c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::global_max_pool_grad<T>(c.x[0], c.y[0], c.dy[0], c.dx[0]);
  }
};

std::unique_ptr<Layer> make_layer(GlobalMaxPooling2D spec);

}  // namespace cornu
