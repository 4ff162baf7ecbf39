#pragma once
#include "cornu/kernels/mask.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Says which steps of a sequence count: those with a number that is not mask_value. The others become 0, and
/// layers after it that know masks (recurrent ones, losses, metrics) skip them.
///
///   Masking{.mask_value = 0.f}
///
/// Input   (n, steps, features)
/// Output  as the input, with a mask (n, steps)
/// Errors  ShapeError: an input without a feature axis.
/// Source  Keras 3 Masking.
struct Masking {
  float mask_value = 0.f;  ///< a step of which all numbers are this one does not count
  std::string name = {};

  static constexpr std::string_view type = "Masking";
  static void fields(auto& self, auto&& visit) { visit("mask_value", self.mask_value); }
};

class MaskingLayer final : public LayerOf<Masking, MaskingLayer> {
 public:
  using LayerOf::LayerOf;

  Shape output_shape(const Shape& input) const {
    if (input.rank() < 2)
      throw ShapeError(detail::concat(who(), ": input has ", input.rank() + 1, " axes ", input.batch_text(),
                                      "; Masking takes (batch, steps, features). Reshape the data."));
    return input;
  }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::drop; }
  std::unique_ptr<Layer> mask_maker() const override;

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::keep_unmasked<T>(T(spec_.mask_value), c.x[0], c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::keep_unmasked<T>(T(spec_.mask_value), c.x[0], c.dy[0], c.dx[0]);
  }
};

std::unique_ptr<Layer> make_layer(Masking spec);

namespace detail {
/// Makes the mask of numbers that are not `value`: over the last axis of the input, or of each number (token
/// ids) where `each` is true.
std::unique_ptr<Layer> mask_where_not(float value, bool each);
}  // namespace detail

}  // namespace cornu
