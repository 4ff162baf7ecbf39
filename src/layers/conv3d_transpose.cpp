#include "cornu/layers/conv3d_transpose.hpp"

#include <tuple>

namespace cornu {

Shape Conv3DTransposeLayer::output_shape(const Shape& input) const {
  detail::check_spatial(*this, input, 3);
  if (input.count() == 0)
    throw ShapeError(detail::concat(who(), ": the input ", input.batch_text(),
                                    " is empty. Give at least 1 along each axis."));
  const auto extent = [&](Index size, Index kernel, Index stride, Index dilation, Index more) {
    return detail::checked_extent(*this, size, kernel, stride, dilation, spec_.padding, more);
  };
  const auto& [kernel, stride, more, dilation] =
      std::tie(spec_.kernel_size, spec_.strides, spec_.output_padding, spec_.dilation_rate);
  return {extent(input[0], kernel.d, stride.d, dilation.d, more.d),
          extent(input[1], kernel.h, stride.h, dilation.h, more.h),
          extent(input[2], kernel.w, stride.w, dilation.w, more.w), spec_.filters};
}

}  // namespace cornu
