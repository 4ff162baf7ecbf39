#pragma once
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/margins.hpp"
#include "cornu/layers/volume.hpp"

namespace cornu {

/// Zeros around volumes.
///
///   ZeroPadding3D{.padding = 1}      ZeroPadding3D{.padding = {{1, 0}, {1, 0}, {1, 0}}}
///
/// Input   (n, depth, height, width, channels)
/// Output  (n, front + depth + back, top + height + bottom, left + width + right, channels)
/// Errors  ValueError: a negative padding.  ShapeError: input not 5-D.
/// Source  Keras 3 ZeroPadding3D.
struct ZeroPadding3D {
  Margins3 padding = 1;  ///< cells on each side, >= 0
  std::string name = {};

  static constexpr std::string_view type = "ZeroPadding3D";
  static void fields(auto& self, auto&& visit) { visit("padding", self.padding); }
};

class ZeroPadding3DLayer final : public LayerOf<ZeroPadding3D, ZeroPadding3DLayer> {
 public:
  explicit ZeroPadding3DLayer(ZeroPadding3D spec) : LayerOf(std::move(spec)) {
    if (spec_.padding.negative())
      throw ValueError(detail::concat(who(), ": padding is ", spec_.padding.text(),
                                      "; it must be at least 0. Use Cropping3D to take cells away."));
  }

  Shape output_shape(const Shape& input) const {
    detail::check_spatial(*this, input, 3);
    const auto& [d, h, w] = spec_.padding;
    return {d.before + input[0] + d.after, h.before + input[1] + h.after, w.before + input[2] + w.after,
            input[3]};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return detail::deep_count(inputs[0], output_shape(inputs[0])) * samples;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    detail::pad3d<T>(c.x[0], c.y[0], spec_.padding.d.before, spec_.padding.h.before, spec_.padding.w.before,
                     c.scratch.data());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0])
      detail::crop3d<T>(c.dy[0], c.dx[0], spec_.padding.d.before, spec_.padding.h.before,
                        spec_.padding.w.before, c.scratch.data());
  }
};

std::unique_ptr<Layer> make_layer(ZeroPadding3D spec);

}  // namespace cornu
