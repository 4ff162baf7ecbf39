#include "cornu/layers/conv_window.hpp"

#include <algorithm>

namespace cornu::detail {

void ConvWindow::check(const Layer& layer) const {
  check_at_least_1(layer, "kernel_size", std::min(kernel_size.h, kernel_size.w));
  check_at_least_1(layer, "strides", std::min(strides.h, strides.w));
  check_at_least_1(layer, "dilation_rate", std::min(dilation_rate.h, dilation_rate.w));
  if (std::max(strides.h, strides.w) > 1 && std::max(dilation_rate.h, dilation_rate.w) > 1)
    throw ValueError(
        layer.who() +
        ": strides and dilation_rate are both above 1, which Keras does not allow. Set one to 1.");
}

Shape ConvWindow::output_shape(const Layer& layer, const Shape& input, Index channels) const {
  check_spatial(layer, input, axes);
  const Size2 size = axes == 1 ? Size2{1, input[0]} : Size2{input[0], input[1]};
  const Index h = window_axis(size.h, kernel_size.h, strides.h, dilation_rate.h, padding).output;
  const Index w = window_axis(size.w, kernel_size.w, strides.w, dilation_rate.w, padding).output;
  if (h < 1 || w < 1)
    throw ShapeError(concat(layer.who(), ": kernel ", size_text(kernel_size, axes),
                            " is larger than its input ", size_text(size, axes),
                            " with padding=valid, so the output would be empty. Use padding=same, a smaller "
                            "kernel, or drop a pooling layer."));
  if (input.back() < 1)
    throw ShapeError(
        concat(layer.who(), ": the input ", input.batch_text(), " has no channels. Give at least 1."));
  return axes == 1 ? Shape{w, channels} : Shape{h, w, channels};
}

Shape ConvWindow::kernel_shape(Index from, Index to) const {
  return axes == 1 ? Shape{kernel_size.w, from, to} : Shape{kernel_size.h, kernel_size.w, from, to};
}

kernels::ConvGeometry ConvWindow::geometry(const Shape& batch_x, const Shape& batch_y, Index groups) const {
  const Shape x = as_picture(batch_x), y = as_picture(batch_y);
  const auto before = [&](Index input, Index window, Index stride, Index dilation) {
    return window_axis(input, window, stride, dilation, padding).before;
  };
  return {.in_h = x[1],
          .in_w = x[2],
          .in_c = x[3],
          .out_h = y[1],
          .out_w = y[2],
          .out_c = y[3],
          .kernel_h = kernel_size.h,
          .kernel_w = kernel_size.w,
          .stride_h = strides.h,
          .stride_w = strides.w,
          .dilation_h = dilation_rate.h,
          .dilation_w = dilation_rate.w,
          .pad_top = before(x[1], kernel_size.h, strides.h, dilation_rate.h),
          .pad_left = before(x[2], kernel_size.w, strides.w, dilation_rate.w),
          .groups = groups};
}

void check_groups(const Layer& layer, Index groups, Index filters) {
  check_at_least_1(layer, "groups", groups);
  if (filters % groups != 0)
    throw ValueError(concat(layer.who(), ": filters is ", filters, " and groups is ", groups,
                            "; filters must be a multiple of groups. Choose another of the two."));
}

void check_channels(const Layer& layer, const Shape& input, Index groups) {
  if (input.back() % groups != 0)
    throw ShapeError(concat(layer.who(), ": the input ", input.batch_text(), " has ", input.back(),
                            " channels, which ", groups,
                            " groups do not divide. Choose a divisor as groups."));
}

}  // namespace cornu::detail
