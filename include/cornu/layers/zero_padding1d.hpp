#pragma once
#include "cornu/kernels/rearrange.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/margins.hpp"
#include "cornu/layers/spatial.hpp"

namespace cornu {

/// Zeros before and after sequences.
///
///   ZeroPadding1D{.padding = 1}      ZeroPadding1D{.padding = {2, 0}}
///
/// Input   (n, steps, channels)
/// Output  (n, before + steps + after, channels)
/// Errors  ValueError: a negative padding.  ShapeError: input not 3-D.
/// Source  Keras 3 ZeroPadding1D.
struct ZeroPadding1D {
  Margins1 padding = 1;  ///< steps before and after, >= 0
  std::string name = {};

  static constexpr std::string_view type = "ZeroPadding1D";
  static void fields(auto& self, auto&& visit) { visit("padding", self.padding); }
};

class ZeroPadding1DLayer final : public LayerOf<ZeroPadding1D, ZeroPadding1DLayer> {
 public:
  explicit ZeroPadding1DLayer(ZeroPadding1D spec) : LayerOf(std::move(spec)) {
    if (spec_.padding.negative())
      throw ValueError(detail::concat(who(), ": padding is ", spec_.padding.text(),
                                      "; it must be at least 0. Use Cropping1D to take steps away."));
  }

  Shape output_shape(const Shape& input) const {
    detail::check_spatial(*this, input, 1);
    return {spec_.padding.w.before + input[0] + spec_.padding.w.after, input[1]};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::pad2d<T>(detail::as_picture(c.x[0]), detail::as_picture(c.y[0]), 0, spec_.padding.w.before);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    kernels::crop2d<T>(detail::as_picture(c.dy[0]), detail::as_picture(c.dx[0]), 0, spec_.padding.w.before);
  }
};

std::unique_ptr<Layer> make_layer(ZeroPadding1D spec);

}  // namespace cornu
