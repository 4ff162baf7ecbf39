#pragma once
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/margins.hpp"
#include "cornu/layers/volume.hpp"

namespace cornu {

/// Cuts cells off the sides of volumes.
///
///   Cropping3D{.cropping = {{1, 2}, {0, 0}, {0, 1}}}
///
/// Input   (n, depth, height, width, channels)
/// Output  (n, depth - front - back, height - top - bottom, width - left - right, channels)
/// Errors  ValueError: a negative cropping.  ShapeError: input not 5-D, nothing left.
/// Source  Keras 3 Cropping3D.
struct Cropping3D {
  Margins3 cropping = 1;  ///< cells taken from each side, >= 0
  std::string name = {};

  static constexpr std::string_view type = "Cropping3D";
  static void fields(auto& self, auto&& visit) { visit("cropping", self.cropping); }
};

class Cropping3DLayer final : public LayerOf<Cropping3D, Cropping3DLayer> {
 public:
  explicit Cropping3DLayer(Cropping3D spec) : LayerOf(std::move(spec)) {
    if (spec_.cropping.negative())
      throw ValueError(detail::concat(who(), ": cropping is ", spec_.cropping.text(),
                                      "; it must be at least 0. Use ZeroPadding3D to add cells."));
  }

  Shape output_shape(const Shape& input) const {
    detail::check_spatial(*this, input, 3);
    const auto& [d, h, w] = spec_.cropping;
    const auto left = [](Index size, const Margin& m) {  // a sum of both could overflow
      return m.before >= size || m.after >= size - m.before ? 0 : size - m.before - m.after;
    };
    const Shape output{left(input[0], d), left(input[1], h), left(input[2], w), input[3]};
    if (output[0] * output[1] * output[2] == 0)
      throw ShapeError(detail::concat(who(), ": cropping ", spec_.cropping.text(),
                                      " leaves nothing of the input ", input.batch_text(),
                                      ". Crop less than its depth, height and width."));
    return output;
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return detail::deep_count(output_shape(inputs[0]), inputs[0]) * samples;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    detail::crop3d<T>(c.x[0], c.y[0], spec_.cropping.d.before, spec_.cropping.h.before,
                      spec_.cropping.w.before, c.scratch.data());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0])
      detail::pad3d<T>(c.dy[0], c.dx[0], spec_.cropping.d.before, spec_.cropping.h.before,
                       spec_.cropping.w.before, c.scratch.data());
  }
};

std::unique_ptr<Layer> make_layer(Cropping3D spec);

}  // namespace cornu
