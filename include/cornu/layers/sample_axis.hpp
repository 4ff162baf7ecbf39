#pragma once
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

/// An axis of Keras (0 is the batch, negative ones count from the end) as position in a shape without the
/// batch axis. Errors: ValueError naming the layer and the field, where it is the batch axis or beyond the
/// shape.
int sample_axis(const Layer& layer, std::string_view field, Index axis, const Shape& input);

}  // namespace cornu::detail
