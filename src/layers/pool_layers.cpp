#include "cornu/layers/pool_layers.hpp"

namespace cornu::detail {

Shape global_pool_shape(const Layer& layer, const Shape& input, int axes, bool keepdims) {
  check_spatial(layer, input, axes);
  const Index channels = input.back();
  if (channels > 0 && input.count() == 0)
    throw ShapeError(concat(layer.who(), ": the input ", input.batch_text(),
                            " has nothing to pool over. Give at least 1 along each axis."));
  if (!keepdims) return {channels};
  Shape out{channels};
  for (int a = 0; a < axes; ++a) out = out.with_front(1);
  return out;
}

}  // namespace cornu::detail
