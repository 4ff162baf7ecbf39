#pragma once
#include "cornu/kernels/rearrange.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/margins.hpp"
#include "cornu/layers/spatial.hpp"

namespace cornu {

/// Cuts steps off both ends of sequences.
///
///   Cropping1D{.cropping = {1, 2}}
///
/// Input   (n, steps, channels)
/// Output  (n, steps - before - after, channels)
/// Errors  ValueError: a negative cropping.  ShapeError: input not 3-D, nothing left.
/// Source  Keras 3 Cropping1D.
struct Cropping1D {
  Margins1 cropping = 1;  ///< steps taken from both ends, >= 0
  std::string name = {};

  static constexpr std::string_view type = "Cropping1D";
  static void fields(auto& self, auto&& visit) { visit("cropping", self.cropping); }
};

class Cropping1DLayer final : public LayerOf<Cropping1D, Cropping1DLayer> {
 public:
  explicit Cropping1DLayer(Cropping1D spec) : LayerOf(std::move(spec)) {
    if (spec_.cropping.negative())
      throw ValueError(detail::concat(who(), ": cropping is ", spec_.cropping.text(),
                                      "; it must be at least 0. Use ZeroPadding1D to add steps."));
  }

  Shape output_shape(const Shape& input) const {
    detail::check_spatial(*this, input, 1);
    const Margin& w = spec_.cropping.w;
    if (w.before >= input[0] || w.after >= input[0] - w.before)  // a sum of both could overflow
      throw ShapeError(detail::concat(who(), ": cropping ", spec_.cropping.text(),
                                      " leaves nothing of the input ", input.batch_text(),
                                      ". Crop less than its steps."));
    return {input[0] - w.before - w.after, input[1]};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::crop2d<T>(detail::as_picture(c.x[0]), detail::as_picture(c.y[0]), 0, spec_.cropping.w.before);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    kernels::pad2d<T>(detail::as_picture(c.dy[0]), detail::as_picture(c.dx[0]), 0, spec_.cropping.w.before);
  }
};

std::unique_ptr<Layer> make_layer(Cropping1D spec);

}  // namespace cornu
