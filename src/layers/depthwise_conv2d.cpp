#include "cornu/layers/depthwise_conv2d.hpp"

#include <algorithm>

#include "cornu/layers/spatial.hpp"

namespace cornu {

DepthwiseConv2DLayer::DepthwiseConv2DLayer(DepthwiseConv2D spec) : LayerOf(std::move(spec)) {
  const auto at_least_1 = [&](std::string_view field, Index value) {
    if (value < 1)
      throw ValueError(detail::concat(who(), ": ", field, " is ", value, "; it must be at least 1."));
  };
  at_least_1("kernel_size", std::min(spec_.kernel_size.h, spec_.kernel_size.w));
  at_least_1("strides", std::min(spec_.strides.h, spec_.strides.w));
  at_least_1("depth_multiplier", spec_.depth_multiplier);
  at_least_1("dilation_rate", std::min(spec_.dilation_rate.h, spec_.dilation_rate.w));
  detail::check_not_causal(*this, spec_.padding);
  if (std::max(spec_.strides.h, spec_.strides.w) > 1 &&
      std::max(spec_.dilation_rate.h, spec_.dilation_rate.w) > 1)
    throw ValueError(
        who() + ": strides and dilation_rate are both above 1, which Keras does not allow. Set one to 1.");
}

Shape DepthwiseConv2DLayer::output_shape(const Shape& input) const {
  check_rank(input, 3, "(batch, height, width, channels)");
  const auto h =
      window_axis(input[0], spec_.kernel_size.h, spec_.strides.h, spec_.dilation_rate.h, spec_.padding);
  const auto w =
      window_axis(input[1], spec_.kernel_size.w, spec_.strides.w, spec_.dilation_rate.w, spec_.padding);
  if (h.output < 1 || w.output < 1)
    throw ShapeError(
        detail::concat(who(), ": kernel ", Shape{spec_.kernel_size.h, spec_.kernel_size.w}.text(),
                       " is larger than its input ", Shape{input[0], input[1]}.text(),
                       " with padding=valid, so the output would be empty. Use padding=same, a smaller "
                       "kernel, or drop a pooling layer."));
  if (input[2] < 1)
    throw ShapeError(
        detail::concat(who(), ": the input ", input.batch_text(), " has no channels. Give at least 1."));
  return {h.output, w.output, input[2] * spec_.depth_multiplier};
}

void DepthwiseConv2DLayer::build(const Shapes& inputs) {
  const Index channels = inputs[0][2];
  add_weight("kernel", {spec_.kernel_size.h, spec_.kernel_size.w, channels, spec_.depth_multiplier},
             spec_.depthwise_initializer, spec_.depthwise_regularizer, spec_.depthwise_constraint);
  if (spec_.use_bias)
    add_weight("bias", {channels * spec_.depth_multiplier}, spec_.bias_initializer, spec_.bias_regularizer,
               spec_.bias_constraint);
}

kernels::ConvGeometry DepthwiseConv2DLayer::geometry(const Shape& x, const Shape& y) const {
  const auto before = [&](Index input, Index window, Index stride, Index dilation) {
    return window_axis(input, window, stride, dilation, spec_.padding).before;
  };
  return {.in_h = x[1],
          .in_w = x[2],
          .in_c = x[3],
          .out_h = y[1],
          .out_w = y[2],
          .out_c = y[3],
          .kernel_h = spec_.kernel_size.h,
          .kernel_w = spec_.kernel_size.w,
          .stride_h = spec_.strides.h,
          .stride_w = spec_.strides.w,
          .dilation_h = spec_.dilation_rate.h,
          .dilation_w = spec_.dilation_rate.w,
          .pad_top = before(x[1], spec_.kernel_size.h, spec_.strides.h, spec_.dilation_rate.h),
          .pad_left = before(x[2], spec_.kernel_size.w, spec_.strides.w, spec_.dilation_rate.w),
          .groups = 1};
}

}  // namespace cornu
