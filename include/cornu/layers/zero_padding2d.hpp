#pragma once
#include "cornu/kernels/rearrange.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/margins.hpp"

namespace cornu {

/// Zeros around pictures.
///
///   ZeroPadding2D{.padding = 1}      ZeroPadding2D{.padding = {{1, 0}, {1, 0}}}
///
/// Input   (n, height, width, channels)
/// Output  (n, top + height + bottom, left + width + right, channels)
/// Errors  ValueError: a negative padding.  ShapeError: input not 4-D.
/// Source  Keras 3 ZeroPadding2D.
struct ZeroPadding2D {
  Margins2 padding = 1;  ///< pixels on each side, >= 0
  std::string name = {};

  static constexpr std::string_view type = "ZeroPadding2D";
  static void fields(auto& self, auto&& visit) { visit("padding", self.padding); }
};

class ZeroPadding2DLayer final : public LayerOf<ZeroPadding2D, ZeroPadding2DLayer> {
 public:
  explicit ZeroPadding2DLayer(ZeroPadding2D spec) : LayerOf(std::move(spec)) {
    if (spec_.padding.negative())
      throw ValueError(detail::concat(who(), ": padding is ", spec_.padding.text(),
                                      "; it must be at least 0. Use Cropping2D to take pixels away."));
  }

  Shape output_shape(const Shape& input) const {
    check_rank(input, 3, "(batch, height, width, channels)");
    const auto& [h, w] = spec_.padding;
    return {h.before + input[0] + h.after, w.before + input[1] + w.after, input[2]};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::pad2d<T>(c.x[0], c.y[0], spec_.padding.h.before, spec_.padding.w.before);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::crop2d<T>(c.dy[0], c.dx[0], spec_.padding.h.before, spec_.padding.w.before);
  }
};

std::unique_ptr<Layer> make_layer(ZeroPadding2D spec);

}  // namespace cornu
