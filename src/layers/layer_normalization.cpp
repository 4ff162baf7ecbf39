#include "cornu/layers/layer_normalization.hpp"

#include "cornu/layers/sample_axis.hpp"

namespace cornu {

LayerNormalizationLayer::LayerNormalizationLayer(LayerNormalization spec) : LayerOf(std::move(spec)) {
  if (spec_.axis.values().size() == 0)
    throw ValueError(who() + ": axis is empty; it must name at least 1 axis. Leave it out for the last one.");
  if (!(spec_.epsilon >= 0))
    throw ValueError(detail::concat(who(), ": epsilon is ", spec_.epsilon,
                                    "; it must not be negative. It is added to the variance, e.g. 0.001."));
}

Shape LayerNormalizationLayer::output_shape(const Shape& input) const {
  int expected = input.rank() - static_cast<int>(spec_.axis.values().size());
  for (const Index axis : spec_.axis.values())
    if (detail::sample_axis(*this, "axis", axis, input) != expected++)
      throw ValueError(detail::concat(who(), ": axis ", axis, " is not where the last ",
                                      spec_.axis.values().size(), " axes of the input ", input.batch_text(),
                                      " have it. Name the last axes in ascending order, and put a Permute "
                                      "layer before it for others."));
  return input;
}

void LayerNormalizationLayer::build(const Shapes& inputs) {
  const Shape& input = inputs[0];
  const std::span<const Index> all(input.begin(), input.end());
  const Shape normalized(all.last(spec_.axis.values().size()));
  if (spec_.scale)
    add_weight("gamma", normalized, spec_.gamma_initializer, spec_.gamma_regularizer, spec_.gamma_constraint);
  if (spec_.center)
    add_weight("beta", normalized, spec_.beta_initializer, spec_.beta_regularizer, spec_.beta_constraint);
}

kernels::RowExtents LayerNormalizationLayer::extents(const Shape& x) const {
  kernels::RowExtents e{.rows = 1, .width = 1};
  const int first = x.rank() - static_cast<int>(spec_.axis.values().size());
  for (int k = 0; k < x.rank(); ++k) (k < first ? e.rows : e.width) *= x[k];
  return e;
}

}  // namespace cornu
