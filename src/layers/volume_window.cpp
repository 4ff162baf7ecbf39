#include "cornu/layers/volume_window.hpp"

#include <algorithm>

namespace cornu::detail {

namespace {
std::string text(Size3 s) { return concat("(", s.d, ", ", s.h, ", ", s.w, ")"); }
Index least(Size3 s) { return std::min({s.d, s.h, s.w}); }
Index most(Size3 s) { return std::max({s.d, s.h, s.w}); }
}  // namespace

void VolumeWindow::check(const Layer& layer) const {
  const auto at_least_1 = [&](std::string_view name, Size3 value) {
    if (least(value) < 1)
      throw ValueError(concat(layer.who(), ": ", name, " is ", text(value), "; each must be at least 1."));
  };
  at_least_1(field, size);
  at_least_1("strides", strides);
  at_least_1("dilation_rate", dilation_rate);
  check_not_causal(layer, padding);
  if (most(strides) > 1 && most(dilation_rate) > 1)
    throw ValueError(
        layer.who() +
        ": strides and dilation_rate are both above 1, which Keras does not allow. Set one to 1.");
}

Shape VolumeWindow::output_shape(const Layer& layer, const Shape& input, Index channels) const {
  check_spatial(layer, input, 3);
  const Index d = window_axis(input[0], size.d, strides.d, dilation_rate.d, padding).output;
  const Index h = window_axis(input[1], size.h, strides.h, dilation_rate.h, padding).output;
  const Index w = window_axis(input[2], size.w, strides.w, dilation_rate.w, padding).output;
  if (least({d, h, w}) < 1)
    throw ShapeError(concat(
        layer.who(), ": ", field, " ", text(size), " is larger than its input ",
        text({input[0], input[1], input[2]}),
        " with padding=valid, so the output would be empty. Use padding=same or a smaller ", field, "."));
  if (input.back() < 1)
    throw ShapeError(
        concat(layer.who(), ": the input ", input.batch_text(), " has no channels. Give at least 1."));
  return {d, h, w, channels};
}

kernels::Conv3DGeometry VolumeWindow::geometry(const Shape& x, const Shape& y, Index groups) const {
  const auto before = [&](Index input, Index window, Index stride, Index dilation) {
    return window_axis(input, window, stride, dilation, padding).before;
  };
  return {.plane = {.in_h = x[2],
                    .in_w = x[3],
                    .in_c = x[4],
                    .out_h = y[2],
                    .out_w = y[3],
                    .out_c = y[4],
                    .kernel_h = size.h,
                    .kernel_w = size.w,
                    .stride_h = strides.h,
                    .stride_w = strides.w,
                    .dilation_h = dilation_rate.h,
                    .dilation_w = dilation_rate.w,
                    .pad_top = before(x[2], size.h, strides.h, dilation_rate.h),
                    .pad_left = before(x[3], size.w, strides.w, dilation_rate.w),
                    .groups = groups},
          .in_d = x[1],
          .out_d = y[1],
          .kernel_d = size.d,
          .stride_d = strides.d,
          .dilation_d = dilation_rate.d,
          .pad_front = before(x[1], size.d, strides.d, dilation_rate.d)};
}

}  // namespace cornu::detail
