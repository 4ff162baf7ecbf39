#include <algorithm>
#include <cstring>
#include <numeric>

#include "kernels/blocking.hpp"
#include "kernels/conv_taps.hpp"

namespace cornu::kernels {

namespace {

constexpr Index kFewest = 192;  // no caller asks for parts of fewer positions

void copy_row(const float* from, Index extent, Index pixel, const PartRange& range, float* to) {
  const Index left = std::clamp<Index>(-range.x, 0, range.width);
  const Index right = std::clamp<Index>(extent - range.x, left, range.width);
  const Index c = range.channels;
  std::fill(to, to + left * c, 0.f);
  const float* first = from + (range.x + left) * pixel;
  if (c == pixel)
    std::copy(first, first + (right - left) * c, to + left * c);
  else
    for (Index x = left; x < right; ++x, first += pixel) std::copy(first, first + c, to + x * c);
  std::fill(to + right * c, to + range.width * c, 0.f);
}

}  // namespace

ImagePart copy_part(const TapConv& conv, const PartRange& range, float* to) {
  const Index row = range.width * range.channels, image = range.height * row;
  const Index source_row = conv.x.extent * conv.source_c;
  for (Index i = 0; i < range.images; ++i)
    for (Index y = 0; y < range.height; ++y) {
      float* line = to + i * image + y * row;
      const Index from = range.y + y;
      if (from < 0 || from >= conv.y.extent)
        std::fill(line, line + row, 0.f);
      else
        copy_row(conv.source + ((range.i + i) * conv.y.extent + from) * source_row + range.c, conv.x.extent,
                 conv.source_c, range, line);
    }
  return {to, image, row, range.channels};
}

ImagePart part_in_place(const TapConv& conv, const PartRange& range) {
  const Index row = conv.x.extent * conv.source_c, image = conv.y.extent * row;
  return {conv.source + range.i * image + range.y * row + range.x * conv.source_c + range.c, image, row,
          conv.source_c};
}

PartSizes part_sizes(const TapConv& conv, Index most, Index floats) {
  const AxisTaps &y = conv.y, &x = conv.x;
  PartSizes s{y.taps > 0 && x.taps > 0 && (y.leaves() || x.leaves()), true, conv.channels, 1, 1, 1};
  s.cols = even_part(x.count, most);
  const auto cells = [&](Index rows, Index cols) { return y.span(rows) * x.span(cols); };
  // Fewer columns at a time, then fewer channels. The channels decide the order of the sum, so they may not
  // depend on `most`, which follows the threads.
  if (s.copied && cells(1, s.cols) * s.channels > floats)
    s.cols = std::min(s.cols, even_part(x.count, kFewest));
  if (s.copied && cells(1, s.cols) * s.channels > floats) {
    const Index few = std::min<Index>(conv.channels, 8);
    while (s.cols > 1 && cells(1, s.cols) * few > floats) s.cols = ceil_div(s.cols, 2);
    s.channels = std::min(conv.channels, floats / cells(std::min<Index>(y.count, 4), s.cols));
    s.channels = std::max(s.channels, std::min(few, floats / cells(1, s.cols)));
    s.fits = s.channels > 0;
    if (!s.fits) return s;
  }
  const Index by_scratch =
      s.copied ? (floats / (x.span(s.cols) * s.channels) - (y.taps - 1) * y.tap_step - 1) / y.step + 1
               : y.count;
  s.rows = even_part(y.count, std::max<Index>(1, std::min(by_scratch, most / s.cols)));
  if (s.rows == y.count && s.cols == x.count) {
    s.images = std::max<Index>(1, most / (s.rows * s.cols));
    if (s.copied) s.images = std::min(s.images, floats / (cells(s.rows, s.cols) * s.channels));
    s.images = even_part(conv.n, s.images);
  }
  return s;
}

AxisTaps forward_taps(Index in, Index out, Index kernel, Index stride, Index dilation, Index pad) {
  return {out, 0, 1, stride, -pad, dilation, kernel, 0, 1, in};
}

AxisTaps gradient_taps(Index in, Index out, Index kernel, Index stride, Index dilation, Index pad,
                       Index remainder) {
  // Input coordinate stride * q + remainder meets output coordinate (stride * q + remainder + pad - k *
  // dilation) / stride for those k that make it whole; these k are kernel_step apart. The largest comes
  // first, since its source coordinate is the smallest.
  const Index kernel_step = stride / std::gcd(stride, dilation);
  const Index count = remainder < in ? ceil_div(in - remainder, stride) : 0;
  Index k = 0;
  while (k < kernel_step && (remainder + pad - k * dilation) % stride != 0) ++k;
  const Index taps = k < kernel_step && k < kernel ? ceil_div(kernel - k, kernel_step) : 0;
  const Index largest = k + (taps - 1) * kernel_step;
  const Index offset = taps == 0 ? 0 : (remainder + pad - largest * dilation) / stride;
  return {count, remainder, stride,       1,  offset, kernel_step * dilation / stride,
          taps,  largest,   -kernel_step, out};
}

}  // namespace cornu::kernels
