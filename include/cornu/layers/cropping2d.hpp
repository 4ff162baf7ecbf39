#pragma once
#include "cornu/kernels/rearrange.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/margins.hpp"

namespace cornu {

/// Cuts pixels off the sides of pictures.
///
///   Cropping2D{.cropping = {{1, 2}, {0, 0}}}
///
/// Input   (n, height, width, channels)
/// Output  (n, height - top - bottom, width - left - right, channels)
/// Errors  ValueError: a negative cropping.  ShapeError: input not 4-D, nothing left.
/// Source  Keras 3 Cropping2D.
struct Cropping2D {
  Margins2 cropping = 0;  ///< pixels taken from each side, >= 0
  std::string name = {};

  static constexpr std::string_view type = "Cropping2D";
  static void fields(auto& self, auto&& visit) { visit("cropping", self.cropping); }
};

class Cropping2DLayer final : public LayerOf<Cropping2D, Cropping2DLayer> {
 public:
  explicit Cropping2DLayer(Cropping2D spec) : LayerOf(std::move(spec)) {
    if (spec_.cropping.negative())
      throw ValueError(detail::concat(who(), ": cropping is ", spec_.cropping.text(),
                                      "; it must be at least 0. Use ZeroPadding2D to add pixels."));
  }

  Shape output_shape(const Shape& input) const {
    check_rank(input, 3, "(batch, height, width, channels)");
    const auto& [h, w] = spec_.cropping;
    // Compared one by one: a sum of two large croppings could overflow.
    const bool empty = h.before >= input[0] || h.after >= input[0] - h.before || w.before >= input[1] ||
                       w.after >= input[1] - w.before;
    if (empty)
      throw ShapeError(detail::concat(who(), ": cropping ", spec_.cropping.text(),
                                      " leaves nothing of the input ", input.batch_text(),
                                      ". Crop less than its height and width."));
    return {input[0] - h.before - h.after, input[1] - w.before - w.after, input[2]};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::crop2d<T>(c.x[0], c.y[0], spec_.cropping.h.before, spec_.cropping.w.before);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::pad2d<T>(c.dy[0], c.dx[0], spec_.cropping.h.before, spec_.cropping.w.before);
  }
};

std::unique_ptr<Layer> make_layer(Cropping2D spec);

}  // namespace cornu
