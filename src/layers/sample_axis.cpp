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

}  // namespace cornu::detail
