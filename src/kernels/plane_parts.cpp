#include "kernels/plane_parts.hpp"

#include <algorithm>

#include "kernels/blocking.hpp"

namespace cornu::kernels {

PartRange PlanePart::range(const TapConv& conv) const {
  return {i, images, y + conv.y.offset, conv.y.span(rows), x + conv.x.offset, conv.x.span(cols), 0, 0};
}

PlaneParts::PlaneParts(const TapConv& conv, Index most)
    : n_(conv.n), all_rows_(conv.y.count), all_cols_(conv.x.count), images_(1) {
  cols_ = even_part(all_cols_, kMostCols);
  const Index width = conv.x.span(cols_);
  channels_ = std::clamp<Index>(kPlaneFloats / (conv.y.span(std::min<Index>(all_rows_, 4)) * width), 1,
                                conv.channels);
  const Index sums = kSumFloats / conv.out_channels;
  const Index by_planes = kPlaneFloats / (width * channels_) - conv.y.span(1) + 1;
  const Index by_sums = std::min((sums - kBeyond) / width, most / cols_);
  rows_ = even_part(all_rows_, std::max<Index>(1, std::min(by_planes, by_sums)));
  if (rows_ == all_rows_ && cols_ == all_cols_) {
    const Index image = conv.y.span(rows_) * width;
    images_ =
        std::min({kPlaneFloats / (image * channels_), sums / (image + kBeyond), most / (rows_ * cols_)});
    images_ = even_part(n_, std::max<Index>(1, images_));
  }
}

Index PlaneParts::count() const {
  return ceil_div(n_, images_) * ceil_div(all_rows_, rows_) * ceil_div(all_cols_, cols_);
}

PlanePart PlaneParts::part(Index t) const {
  const Index rows = ceil_div(all_rows_, rows_), cols = ceil_div(all_cols_, cols_);
  const Index i = t / (rows * cols) * images_, y = t / cols % rows * rows_, x = t % cols * cols_;
  return {i, std::min(images_, n_ - i), y, std::min(rows_, all_rows_ - y), x, std::min(cols_, all_cols_ - x)};
}

PlaneScratch plane_scratch() {
  const std::span<float> all = detail::thread_scratch();
  constexpr Index offsets = kDepth * Index(sizeof(Index) / sizeof(float)), weights = kDepth * kMostPlaneOuts;
  constexpr Index planes = PlaneParts::kPlaneFloats + PlaneParts::kBeyond;
  constexpr Index taken = offsets + weights + planes + PlaneParts::kSumFloats;
  // A window of all channels of a part is in the planes, so the kernel of these channels is no larger.
  static_assert(taken + PlaneParts::kPlaneFloats * kMostPlaneOuts <= Index(detail::kScratchFloats));
  float* at = all.data();
  return {reinterpret_cast<Index*>(at),    at + offsets, at + offsets + weights,
          at + offsets + weights + planes, at + taken,   Index(all.size()) - taken};
}

void copy_planes(const TapConv& conv, const PlaneOps& ops, const PartRange& range, float* to) {
  const Index width = range.width, plane = range.images * range.height * width;
  const Index left = std::clamp<Index>(-range.x, 0, width);
  const Index right = std::clamp<Index>(conv.x.extent - range.x, left, width);
  const Index top = std::clamp<Index>(-range.y, 0, range.height);
  const Index bottom = std::clamp<Index>(conv.y.extent - range.y, top, range.height);
  // All at once: a call for each end of each row of each channel took longer than all the rest.
  const bool inside = top == 0 && bottom == range.height && left == 0 && right == width;
  std::fill(to + (inside ? range.channels * plane : 0), to + range.channels * plane + PlaneParts::kBeyond,
            0.f);
  for (Index i = 0; i < range.images; ++i)
    for (Index y = top; y < bottom; ++y) {
      const Index first = ((range.i + i) * conv.y.extent + range.y + y) * conv.x.extent + range.x + left;
      ops.split(conv.source + first * conv.source_c + range.c, conv.source_c, right - left, range.channels,
                to + (i * range.height + y) * width + left, plane);
    }
}

void find_offsets(const TapConv& conv, const PartRange& range, Index k, Index depth, Index* offset) {
  const Index plane = range.images * range.height * range.width, taps = conv.y.taps * conv.x.taps;
  for (Index s = k; s < k + depth; ++s) {
    const Index c = s / taps, ty = s % taps / conv.x.taps, tx = s % conv.x.taps;
    *offset++ = c * plane + ty * conv.y.tap_step * range.width + tx * conv.x.tap_step;
  }
}

}  // namespace cornu::kernels
