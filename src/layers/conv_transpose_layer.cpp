#include "cornu/layers/conv_transpose_layer.hpp"

namespace cornu::detail {

Shape transposed_shape(const Layer& layer, const ConvWindow& window, Size2 output_padding, const Shape& input,
                       Index filters) {
  check_spatial(layer, input, window.axes);
  if (input.count() == 0)
    throw ShapeError(concat(layer.who(), ": the input ", input.batch_text(),
                            " is empty. Give at least 1 along each axis."));
  const auto extent = [&](Index size, Index kernel, Index stride, Index dilation, Index more) {
    const Index output = transposed_extent(size, kernel, stride, dilation, window.padding, more);
    if (more < -1 || output < 1 ||
        window_axis(output, kernel, stride, dilation, window.padding).output != size)
      throw ValueError(concat(layer.who(), ": output_padding is ", more, ", with which an axis of ", size,
                              " would become ", output, "; a convolution with strides ", stride,
                              " does not lead back from there. Use 0 .. ", stride - 1,
                              ", or leave output_padding out."));
    return output;
  };
  const Index w = extent(input[window.axes - 1], window.kernel_size.w, window.strides.w,
                         window.dilation_rate.w, output_padding.w);
  if (window.axes == 1) return {w, filters};
  return {extent(input[0], window.kernel_size.h, window.strides.h, window.dilation_rate.h, output_padding.h),
          w, filters};
}

}  // namespace cornu::detail
