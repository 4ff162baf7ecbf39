#include "cornu/layers/dot.hpp"

#include "cornu/layers/sample_axis.hpp"

namespace cornu {

DotLayer::DotLayer(Dot spec) : LayerOf(std::move(spec)) {
  if (spec_.axes.values().size() != 1 && spec_.axes.values().size() != 2)
    throw ValueError(detail::concat(who(), ": axes has ", spec_.axes.values().size(),
                                    " numbers; it takes 1, or 2: one for each input. Give e.g. {1, 2}."));
}

Shapes DotLayer::output_shapes(const Shapes& inputs) const {
  check_input_count(inputs, 2);
  std::vector<Index> output;
  Index length[2];
  for (std::size_t k = 0; k < 2; ++k) {
    const int at = detail::sample_axis(*this, "axes", axis(k), inputs[k]);
    length[k] = inputs[k][at];
    for (int j = 0; j < inputs[k].rank(); ++j)
      if (j != at) output.push_back(inputs[k][j]);
  }
  if (length[0] != length[1])
    throw ShapeError(detail::concat(who(), ": the inputs ", inputs[0].batch_text(), " and ",
                                    inputs[1].batch_text(), " have ", length[0], " and ", length[1],
                                    " numbers along axes ", axis(0), " and ", axis(1),
                                    "; they must have as many. Choose other axes."));
  if (output.empty()) output.push_back(1);
  return {Shape(output)};
}

Index DotLayer::scratch_values(const Shapes& inputs, Index samples) const {
  if (!spec_.normalize) return 0;
  const auto a = side(inputs[0].with_front(samples), 0), b = side(inputs[1].with_front(samples), 1);
  return samples * (a.size() + b.size() + a.left() + b.left());
}

kernels::DotSide DotLayer::side(const Shape& x, std::size_t input) const {
  const Index at = axis(input) < 0 ? axis(input) + x.rank() : axis(input);
  kernels::DotSide s{.outer = 1, .length = x[static_cast<int>(at)], .inner = 1};
  for (int k = 1; k < x.rank(); ++k)
    if (k != at) (k < at ? s.outer : s.inner) *= x[k];
  return s;
}

}  // namespace cornu
