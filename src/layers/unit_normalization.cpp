#include "cornu/layers/unit_normalization.hpp"

#include "cornu/layers/sample_axis.hpp"

namespace cornu {

Shape UnitNormalizationLayer::output_shape(const Shape& input) const {
  int expected = detail::sample_axis(*this, "axis", spec_.axis.values().front(), input);
  for (const Index axis : spec_.axis.values())
    if (detail::sample_axis(*this, "axis", axis, input) != expected++)
      throw ValueError(detail::concat(who(), ": axis is ", spec_.axis.text(),
                                      "; several axes must be neighbours in ascending order. Put a Permute "
                                      "layer before it for others."));
  return input;
}

kernels::DotSide UnitNormalizationLayer::side(const Shape& sample) const {
  const int first = detail::sample_axis(*this, "axis", spec_.axis.values().front(), sample);
  const int last = first + static_cast<int>(spec_.axis.values().size());
  kernels::DotSide s{.outer = 1, .length = 1, .inner = 1};
  for (int k = 0; k < sample.rank(); ++k) (k < first ? s.outer : k < last ? s.length : s.inner) *= sample[k];
  return s;
}

}  // namespace cornu
