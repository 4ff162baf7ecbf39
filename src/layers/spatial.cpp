#include "cornu/layers/spatial.hpp"

namespace cornu::detail {

std::string size_text(Size2 size, int axes) {
  return axes == 1 ? concat("(", size.w, ",)") : concat("(", size.h, ", ", size.w, ")");
}

void check_spatial(const Layer& layer, const Shape& input, int axes) {
  if (input.rank() == axes + 1) return;
  constexpr std::string_view kNames[] = {"(batch, steps, channels)", "(batch, height, width, channels)",
                                         "(batch, depth, height, width, channels)"};
  throw ShapeError(concat(layer.who(), ": input has ", input.rank() + 1, " axes ", input.batch_text(), "; ",
                          layer.type(), " takes ", axes + 2, ": ", kNames[axes - 1],
                          ". Reshape the data, or put a Reshape layer before it."));
}

void check_at_least_1(const Layer& layer, std::string_view field, Index value) {
  if (value < 1)
    throw ValueError(concat(layer.who(), ": ", field, " is ", value, "; it must be at least 1."));
}

void check_not_causal(const Layer& layer, Padding padding) {
  if (padding == Padding::causal)
    throw ValueError(
        concat(layer.who(), ": padding is causal, which only Conv1D takes. Use padding valid or same."));
}

}  // namespace cornu::detail
