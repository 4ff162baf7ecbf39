#include "cornu/layers/merge_inputs.hpp"

#include <algorithm>

namespace cornu::detail {

Shape merged_shape(const Layer& layer, const Shapes& inputs) {
  if (inputs.empty())
    throw ShapeError(concat(layer.who(), ": no input was given; ", layer.type(),
                            " takes at least 1. Give a list of tensors."));
  std::vector<Index> merged = inputs[0].to_vector();
  for (const Shape& input : inputs) {
    const auto rank = static_cast<std::size_t>(input.rank());
    if (rank > merged.size()) merged.insert(merged.begin(), rank - merged.size(), 1);
    for (std::size_t k = 0; k < rank; ++k) {
      Index& extent = merged[merged.size() - rank + k];
      const Index other = input.begin()[k];
      if (extent != other && extent != 1 && other != 1)
        throw ShapeError(concat(layer.who(), ": the inputs ", inputs[0].batch_text(), " and ",
                                input.batch_text(), " do not match: an axis has ", extent, " and ", other,
                                ". Axes, counted from the last, must be equal or 1."));
      if (extent == 1) extent = other;
    }
  }
  return Shape(merged);
}

bool merge_broadcasts(const Shapes& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [&](const Shape& s) { return !(s == inputs[0]); });
}

Index merge_scratch(const Layer& layer, const Shapes& inputs, Index samples) {
  return merge_broadcasts(inputs) ? samples * layer.output_shapes(inputs)[0].count() : 0;
}

}  // namespace cornu::detail
