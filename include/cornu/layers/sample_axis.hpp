#pragma once
#include "cornu/kernels/layer_norm.hpp"
#include "cornu/layers/index_list.hpp"
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

/// An axis of Keras (0 is the batch, negative ones count from the end) as position in a shape without the
/// batch axis. Errors: ValueError naming the layer and the field, where it is the batch axis or beyond the
/// shape.
int sample_axis(const Layer& layer, std::string_view field, Index axis, const Shape& input);

/// Errors: ValueError unless the field `axis` names the last axes of the input in ascending order.
void check_last_axes(const Layer& layer, const IndexList& axis, const Shape& input);
/// The last `count` axes of a shape.
Shape last_axes(const Shape& shape, std::size_t count);
/// A shape as rows over its last `count` axes.
kernels::RowExtents row_extents(const Shape& shape, std::size_t count);

}  // namespace cornu::detail
