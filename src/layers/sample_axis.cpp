#include "cornu/layers/sample_axis.hpp"

namespace cornu::detail {

int sample_axis(const Layer& layer, std::string_view field, Index axis, const Shape& input) {
  const Index rank = input.rank() + 1, resolved = axis < 0 ? axis + rank : axis;
  if (resolved == 0)
    throw ValueError(concat(layer.who(), ": ", field, " is ", axis, ", which is the batch axis of ",
                            input.batch_text(), ". Choose an axis after it."));
  if (resolved < 0 || resolved >= rank)
    throw ValueError(concat(layer.who(), ": ", field, " is ", axis, ", but the input ", input.batch_text(),
                            " has ", rank, " axes. Choose 1 .. ", rank - 1, ", or -1 for the last."));
  return static_cast<int>(resolved) - 1;
}

void check_last_axes(const Layer& layer, const IndexList& axis, const Shape& input) {
  int expected = input.rank() - static_cast<int>(axis.values().size());
  for (const Index a : axis.values())
    if (sample_axis(layer, "axis", a, input) != expected++)
      throw ValueError(concat(layer.who(), ": axis ", a, " is not where the last ", axis.values().size(),
                              " axes of the input ", input.batch_text(),
                              " have it. Name the last axes in ascending order, and put a Permute "
                              "layer before it for others."));
}

Shape last_axes(const Shape& shape, std::size_t count) {
  return Shape(std::span<const Index>(shape.begin(), shape.end()).last(count));
}

kernels::RowExtents row_extents(const Shape& shape, std::size_t count) {
  kernels::RowExtents e{.rows = 1, .width = 1};
  const int first = shape.rank() - static_cast<int>(count);
  for (int k = 0; k < shape.rank(); ++k) (k < first ? e.rows : e.width) *= shape[k];
  return e;
}

}  // namespace cornu::detail
