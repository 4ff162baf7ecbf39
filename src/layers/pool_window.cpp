#include "cornu/layers/pool_window.hpp"

#include <algorithm>

namespace cornu::detail {

PoolWindow PoolWindow::checked(const Layer& layer, Size2 pool_size, Size2 strides, Padding padding) {
  const auto at_least_1 = [&](std::string_view field, Size2 size) {
    if (std::min(size.h, size.w) < 1)
      throw ValueError(
          concat(layer.who(), ": ", field, " is (", size.h, ", ", size.w, "); both must be at least 1."));
  };
  if (strides == Size2(0)) strides = pool_size;
  at_least_1("pool_size", pool_size);
  at_least_1("strides", strides);
  return {pool_size, strides, padding};
}

Shape PoolWindow::output_shape(const Layer& layer, const Shape& input) const {
  if (input.rank() != 3)
    throw ShapeError(concat(layer.who(), ": input has ", input.rank() + 1, " axes ", input.batch_text(), "; ",
                            layer.type(),
                            " takes 4: (batch, height, width, channels). Reshape the data, or "
                            "put a Reshape layer before it."));
  const Index h = window_axis(input[0], pool_size.h, strides.h, 1, padding).output;
  const Index w = window_axis(input[1], pool_size.w, strides.w, 1, padding).output;
  if (h < 1 || w < 1)
    throw ShapeError(concat(layer.who(), ": pool_size ", Shape{pool_size.h, pool_size.w}.text(),
                            " is larger than its input ", Shape{input[0], input[1]}.text(),
                            " with padding=valid, so the output would be empty. Use padding=same, a smaller "
                            "pool_size, or drop a pooling layer."));
  return {h, w, input[2]};
}

kernels::PoolGeometry PoolWindow::geometry(const Shape& x, const Shape& y) const {
  return {.in_h = x[1],
          .in_w = x[2],
          .channels = x[3],
          .out_h = y[1],
          .out_w = y[2],
          .pool_h = pool_size.h,
          .pool_w = pool_size.w,
          .stride_h = strides.h,
          .stride_w = strides.w,
          .pad_top = window_axis(x[1], pool_size.h, strides.h, 1, padding).before,
          .pad_left = window_axis(x[2], pool_size.w, strides.w, 1, padding).before};
}

}  // namespace cornu::detail
