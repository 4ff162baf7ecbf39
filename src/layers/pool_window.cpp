#include "cornu/layers/pool_window.hpp"

#include <algorithm>

#include "cornu/layers/spatial.hpp"

namespace cornu::detail {

void PoolWindow::check(const Layer& layer) const {
  const auto at_least_1 = [&](std::string_view field, Size2 size) {
    if (std::min(size.h, size.w) < 1)
      throw ValueError(concat(layer.who(), ": ", field, " is ", size_text(size, axes), "; ",
                              axes == 1 ? "it" : "both", " must be at least 1."));
  };
  at_least_1("pool_size", pool_size);
  at_least_1("strides", strides);
  check_not_causal(layer, padding);
}

PoolWindow PoolWindow::checked(const Layer& layer, Size2 pool_size, Size2 strides, Padding padding) {
  const PoolWindow window{pool_size, strides == Size2(0) ? pool_size : strides, padding};
  window.check(layer);
  return window;
}

PoolWindow PoolWindow::checked(const Layer& layer, Size1 pool_size, Size1 strides, Padding padding) {
  const Size1 step = strides == Size1(0) ? pool_size : strides;
  const PoolWindow window{as_picture(pool_size), as_picture(step), padding, 1};
  window.check(layer);
  return window;
}

Shape PoolWindow::output_shape(const Layer& layer, const Shape& input) const {
  check_spatial(layer, input, axes);
  const Size2 size = axes == 1 ? Size2{1, input[0]} : Size2{input[0], input[1]};
  const Index h = window_axis(size.h, pool_size.h, strides.h, 1, padding).output;
  const Index w = window_axis(size.w, pool_size.w, strides.w, 1, padding).output;
  if (h < 1 || w < 1)
    throw ShapeError(concat(layer.who(), ": pool_size ", size_text(pool_size, axes),
                            " is larger than its input ", size_text(size, axes),
                            " with padding=valid, so the output would be empty. Use padding=same, a smaller "
                            "pool_size, or drop a pooling layer."));
  return axes == 1 ? Shape{w, input[1]} : Shape{h, w, input[2]};
}

kernels::PoolGeometry PoolWindow::geometry(const Shape& batch_x, const Shape& batch_y) const {
  const Shape x = as_picture(batch_x), y = as_picture(batch_y);
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
