#pragma once
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/merge_inputs.hpp"

namespace cornu {

/// Product of the inputs, element by element.
///
///   SymbolicTensors{a, b} | Multiply{}
///
/// Inputs  one or more (n, ...) that match: axes, counted from the last, are equal or 1, or missing; such an
/// axis is
///         repeated
/// Output  (n, ...), each axis the largest of the inputs'
/// Errors  ShapeError: no input, axes that do not match.
/// Source  Keras 3 Multiply (same shapes).
struct Multiply {
  std::string name = {};

  static constexpr std::string_view type = "Multiply";
  static void fields(auto&, auto&&) {}
};

class MultiplyLayer final : public LayerOf<Multiply, MultiplyLayer> {
 public:
  using LayerOf::LayerOf;

  Shapes output_shapes(const Shapes& inputs) const override { return {detail::merged_shape(*this, inputs)}; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::any; }
  BackwardNeeds backward_needs() const override { return {.input = true, .output = false}; }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return detail::merge_scratch(*this, inputs, samples);
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    detail::merge_inputs<T>(kernels::Binary::multiply, c);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    for (std::size_t k = 0; k < c.x.size(); ++k) {
      if (!c.dx[k]) continue;
      const View<T> d = detail::full_gradient(c, c.dx[k]);
      View<const T> left = c.dy[0];
      for (std::size_t j = 0; j < c.x.size(); ++j) {
        if (j == k) continue;
        kernels::binary<T>(kernels::Binary::multiply, left, c.x[j], d);
        left = d;
      }
      if (left.data != c.dx[k].data) kernels::sum_to<T>(left, c.dx[k], T(1));
    }
  }
};

std::unique_ptr<Layer> make_layer(Multiply spec);

}  // namespace cornu
