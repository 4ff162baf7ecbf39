#include "cornu/layers/conv_transpose_layer.hpp"

namespace cornu::detail {

Index checked_extent(const Layer& layer, Index input, Index window, Index stride, Index dilation,
                     Padding padding, Index output_padding) {
  const Index output = transposed_extent(input, window, stride, dilation, padding, output_padding);
  if (output_padding < -1 || output < 1 ||
      window_axis(output, window, stride, dilation, padding).output != input)
    throw ValueError(concat(layer.who(), ": output_padding is ", output_padding, ", with which an axis of ",
                            input, " would become ", output, "; a convolution with strides ", stride,
                            " does not lead back from there. Use 0 .. ", stride - 1,
                            ", or leave output_padding out."));
  return output;
}

Shape transposed_shape(const Layer& layer, const ConvWindow& window, Size2 output_padding, const Shape& input,
                       Index filters) {
  check_spatial(layer, input, window.axes);
  if (input.count() == 0)
    throw ShapeError(concat(layer.who(), ": the input ", input.batch_text(),
                            " is empty. Give at least 1 along each axis."));
  const Index w = checked_extent(layer, input[window.axes - 1], window.kernel_size.w, window.strides.w,
                                 window.dilation_rate.w, window.padding, output_padding.w);
  if (window.axes == 1) return {w, filters};
  const Index h = checked_extent(layer, input[0], window.kernel_size.h, window.strides.h,
                                 window.dilation_rate.h, window.padding, output_padding.h);
  return {h, w, filters};
}

}  // namespace cornu::detail
