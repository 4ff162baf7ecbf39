#include "cornu/layers/concatenate.hpp"

#include "cornu/layers/sample_axis.hpp"

namespace cornu {

Shapes ConcatenateLayer::output_shapes(const Shapes& inputs) const {
  if (inputs.empty())
    throw ShapeError(who() + ": no input was given; Concatenate takes at least 1. Give a list of tensors.");
  const auto axis = static_cast<std::size_t>(detail::sample_axis(*this, "axis", spec_.axis, inputs[0]));
  std::vector<Index> output = inputs[0].to_vector();
  output[axis] = 0;
  for (const Shape& input : inputs) {
    bool fits = input.rank() == inputs[0].rank();
    for (int k = 0; fits && k < input.rank(); ++k)
      fits = k == static_cast<int>(axis) || input[k] == inputs[0][k];
    if (!fits)
      throw ShapeError(detail::concat(who(), ": the inputs ", inputs[0].batch_text(), " and ",
                                      input.batch_text(), " differ in more than axis ", axis + 1,
                                      ", along which they are put together. Make the other axes equal, or "
                                      "choose another axis."));
    output[axis] += input.begin()[axis];
  }
  return {Shape(output)};
}

}  // namespace cornu
