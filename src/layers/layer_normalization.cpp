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
  detail::check_last_axes(*this, spec_.axis, input);
  return input;
}

void LayerNormalizationLayer::build(const Shapes& inputs) {
  const Shape normalized = detail::last_axes(inputs[0], spec_.axis.values().size());
  if (spec_.scale)
    add_weight("gamma", normalized, spec_.gamma_initializer, spec_.gamma_regularizer, spec_.gamma_constraint);
  if (spec_.center)
    add_weight("beta", normalized, spec_.beta_initializer, spec_.beta_regularizer, spec_.beta_constraint);
}

kernels::RowExtents LayerNormalizationLayer::extents(const Shape& x) const {
  return detail::row_extents(x, spec_.axis.values().size());
}

}  // namespace cornu
