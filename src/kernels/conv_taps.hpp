#pragma once
#include "cornu/kernels/conv.hpp"

namespace cornu::kernels {

/// One axis of a convolution seen from its result: position q of the result reads source coordinates
/// q * step + offset + j * tap_step for its taps j, and tap j is kernel coordinate kernel_first + j *
/// kernel_step. The forward convolution has this form, and so has its input gradient, once for each remainder
/// of the input coordinate by the stride (then out_first and out_step pick these coordinates).
struct AxisTaps {
  Index count;  ///< positions q of the result
  Index out_first, out_step;
  Index step, offset, tap_step, taps;
  Index kernel_first, kernel_step;
  Index extent;  ///< of the source

  /// Source cells that `positions` neighbouring positions reach.
  Index span(Index positions) const { return (positions - 1) * step + (taps - 1) * tap_step + 1; }
  /// Whether some position reaches outside the source.
  bool leaves() const { return offset < 0 || (count - 1) * step + offset + (taps - 1) * tap_step >= extent; }
};

/// out[.., o] = sum over taps and channels of source[.., c] * kernel[tap][c][o], for one group.
struct TapConv {
  AxisTaps y, x;
  Index n;
  const float* source;  ///< (n, y.extent, x.extent, source_c), moved to the group's first channel
  Index source_c, channels;
  float* out;  ///< (n, out_h, out_w, out_c), moved to the group's first channel
  Index out_h, out_w, out_c, out_channels;
  const float* kernel;  ///< element (ky, kx, c, o) at (ky * kernel_w + kx) * tap_stride + c * channel_stride
                        ///< + o * out_stride
  Index kernel_w, tap_stride, channel_stride, out_stride;
  const float* bias;
  bool relu;
};

/// Runs it, over threads when called at top level. False: a single window exceeds the scratch, nothing was
/// done.
bool tap_conv(const TapConv& conv);

/// Where the numbers of an image part are, whether in the image itself or in a copy with zeros around it.
struct ImagePart {
  const float* base;        ///< of the first image, row and column of the part
  Index image, row, pixel;  ///< strides in floats
};

/// The part's place in the batch: images i .. i + images - 1, source rows y .., columns x .., channels c ...
struct PartRange {
  Index i, images, y, height, x, width, c, channels;
};

/// Copies the part to `to`, packed; cells outside the image become zeros.
ImagePart copy_part(const TapConv& conv, const PartRange& range, float* to);
/// The part where it lies.
ImagePart part_in_place(const TapConv& conv, const PartRange& range);

/// How results are cut into parts that fit the scratch.
struct PartSizes {
  bool copied;  ///< windows leave the image, so parts are copied
  bool fits;    ///< false: not even one position and one channel fit
  Index channels, images, rows, cols;
};

/// At most `most` positions a part, and copies of at most `floats`.
PartSizes part_sizes(const TapConv& conv, Index most, Index floats);

/// The taps of the forward convolution along one axis.
AxisTaps forward_taps(Index in, Index out, Index kernel, Index stride, Index dilation, Index pad);
/// The taps of the input gradient for input coordinates with this remainder by the stride.
AxisTaps gradient_taps(Index in, Index out, Index kernel, Index stride, Index dilation, Index pad,
                       Index remainder);

}  // namespace cornu::kernels
