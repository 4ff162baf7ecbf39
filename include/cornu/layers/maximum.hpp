#pragma once
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/merge_inputs.hpp"

namespace cornu {

/// Largest of the inputs, element by element; a NaN gives NaN.
///
///   SymbolicTensors{a, b} | Maximum{}
///
/// Inputs  one or more (n, ...) that match: axes, counted from the last, are equal or 1, or missing; such an
/// axis is
///         repeated
/// Output  (n, ...), each axis the largest of the inputs'
/// Errors  ShapeError: no input, axes that do not match.
/// Source  Keras 3 Maximum (same shapes; the gradient goes to the first of equal inputs).
struct Maximum {
  std::string name = {};

  static constexpr std::string_view type = "Maximum";
  static void fields(auto&, auto&&) {}
};

class MaximumLayer final : public LayerOf<Maximum, MaximumLayer> {
 public:
  using LayerOf::LayerOf;

  Shapes output_shapes(const Shapes& inputs) const override { return {detail::merged_shape(*this, inputs)}; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::any; }
  BackwardNeeds backward_needs() const override { return {.input = true, .output = true}; }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return detail::merge_scratch(*this, inputs, samples);
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    detail::merge_inputs<T>(kernels::Binary::maximum, c);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    detail::merge_extreme_grad(c);
  }
};

std::unique_ptr<Layer> make_layer(Maximum spec);

}  // namespace cornu
