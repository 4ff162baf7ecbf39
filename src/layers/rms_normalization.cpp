#include "cornu/layers/rms_normalization.hpp"

#include "cornu/layers/sample_axis.hpp"

namespace cornu {

RMSNormalizationLayer::RMSNormalizationLayer(RMSNormalization spec) : LayerOf(std::move(spec)) {
  if (spec_.axis.values().empty())
    throw ValueError(who() + ": axis is empty; it must name at least 1 axis. Leave it out for the last one.");
  if (!(spec_.epsilon >= 0))
    throw ValueError(detail::concat(who(), ": epsilon is ", spec_.epsilon,
                                    "; it must not be negative. It is added to the mean square, e.g. 1e-6."));
}

Shape RMSNormalizationLayer::output_shape(const Shape& input) const {
  detail::check_last_axes(*this, spec_.axis, input);
  return input;
}

void RMSNormalizationLayer::build(const Shapes& inputs) {
  add_weight("scale", detail::last_axes(inputs[0], spec_.axis.values().size()), Ones{});
}

kernels::RowExtents RMSNormalizationLayer::extents(const Shape& x) const {
  return detail::row_extents(x, spec_.axis.values().size());
}

}  // namespace cornu
