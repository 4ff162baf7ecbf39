#pragma once
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/merge_inputs.hpp"

namespace cornu {

/// Sum of the inputs, element by element.
///
///   SymbolicTensors{a, b} | Add{}
///
/// Inputs  one or more (n, ...) that match: axes, counted from the last, are equal or 1, or missing; such an
/// axis is
///         repeated
/// Output  (n, ...), each axis the largest of the inputs'
/// Errors  ShapeError: no input, axes that do not match.
/// Source  Keras 3 Add (same shapes).
struct Add {
  std::string name = {};

  static constexpr std::string_view type = "Add";
  static void fields(auto&, auto&&) {}
};

class AddLayer final : public LayerOf<Add, AddLayer> {
 public:
  using LayerOf::LayerOf;

  Shapes output_shapes(const Shapes& inputs) const override { return {detail::merged_shape(*this, inputs)}; }
  void build(const Shapes& inputs) override { broadcasts_ = broadcasts_ || detail::merge_broadcasts(inputs); }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::any; }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = false}; }
  InPlace in_place(bool) const override { return broadcasts_ ? InPlace::no : InPlace::overwrite; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    detail::merge_inputs<T>(kernels::Binary::add, c);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    // dx 0 may be dy itself, so it is written last.
    for (std::size_t k = c.dx.size(); k-- > 0;)
      if (c.dx[k]) kernels::sum_to<T>(c.dy[0], c.dx[k], T(1));
  }

 private:
  bool broadcasts_ = false;  // some call repeats an input, so that the output does not fit into its memory
};

std::unique_ptr<Layer> make_layer(Add spec);

}  // namespace cornu
