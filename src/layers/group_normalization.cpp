#include "cornu/layers/group_normalization.hpp"

#include "cornu/layers/sample_axis.hpp"

namespace cornu {

GroupNormalizationLayer::GroupNormalizationLayer(GroupNormalization spec) : LayerOf(std::move(spec)) {
  if (spec_.groups < 1 && spec_.groups != -1)
    throw ValueError(detail::concat(who(), ": groups is ", spec_.groups,
                                    "; it must be at least 1, or -1 for as many as there are channels."));
  if (!(spec_.epsilon >= 0))
    throw ValueError(detail::concat(who(), ": epsilon is ", spec_.epsilon,
                                    "; it must not be negative. It is added to the variance, e.g. 0.001."));
}

Shape GroupNormalizationLayer::output_shape(const Shape& input) const {
  const Index channels = input[detail::sample_axis(*this, "axis", spec_.axis, input)];
  if (spec_.groups > 0 && (channels < spec_.groups || channels % spec_.groups != 0))
    throw ShapeError(detail::concat(who(), ": the input ", input.batch_text(), " has ", channels,
                                    " channels, which ", spec_.groups,
                                    " groups do not divide. Choose a divisor as groups."));
  return input;
}

void GroupNormalizationLayer::build(const Shapes& inputs) {
  const Shape channels{inputs[0][detail::sample_axis(*this, "axis", spec_.axis, inputs[0])]};
  if (spec_.scale)
    add_weight("gamma", channels, spec_.gamma_initializer, spec_.gamma_regularizer, spec_.gamma_constraint);
  if (spec_.center)
    add_weight("beta", channels, spec_.beta_initializer, spec_.beta_regularizer, spec_.beta_constraint);
}

kernels::GroupExtents GroupNormalizationLayer::extents(const Shape& x) const {
  const Index axis = spec_.axis < 0 ? spec_.axis + x.rank() : spec_.axis;
  kernels::GroupExtents e{.n = x.front(), .outer = 1, .channels = x[int(axis)], .inner = 1, .groups = 0};
  for (int k = 1; k < x.rank(); ++k)
    if (k != axis) (k < axis ? e.outer : e.inner) *= x[k];
  e.groups = spec_.groups == -1 ? e.channels : spec_.groups;
  return e;
}

}  // namespace cornu
