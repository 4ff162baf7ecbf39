#include <algorithm>

#include "kernels/blocking.hpp"
#include "kernels/conv_planes.hpp"
#include "kernels/plane_parts.hpp"

namespace cornu::kernels {

namespace {

/// dy of the part in planes with the rows and images of the source's, zeros between them: what the source has
/// there counts for nothing.
void copy_dy(const TapConv& conv, const PlaneOps& ops, const PlanePart& part, const PartRange& range,
             const float* dy, float* to, Index plane) {
  std::fill_n(to, conv.out_channels * plane, 0.f);
  for (Index i = 0; i < part.images; ++i)
    for (Index y = 0; y < part.rows; ++y) {
      const Index position = ((part.i + i) * conv.y.count + part.y + y) * conv.x.count + part.x;
      ops.split(dy + position * conv.out_c, conv.out_c, part.cols, conv.out_channels,
                to + (i * range.height + y) * range.width, plane);
    }
}

/// What the part adds to the gradient of some channels of the source, step after step, the result channels of
/// a step side by side.
void find_share(const TapConv& conv, Index c, Index channels, const PlaneOps& ops, const PlanePart& part,
                const float* dy, float* share) {
  const PlaneScratch scratch = plane_scratch();
  PartRange range = part.range(conv);
  range.c = c, range.channels = channels;
  const Index positions = ((part.images - 1) * range.height + part.rows - 1) * range.width + part.cols;
  const Index plane = positions + PlaneParts::kBeyond;
  copy_dy(conv, ops, part, range, dy, scratch.sums, plane);
  copy_planes(conv, ops, range, scratch.planes);
  const Index total = conv.y.taps * conv.x.taps * channels;
  for (Index k = 0; k < total; k += kDepth) {
    const Index depth = std::min(kDepth, total - k);
    find_offsets(conv, range, k, depth, scratch.offset);
    ops.dots({scratch.planes, scratch.offset, depth, scratch.sums, plane, conv.out_channels, positions,
              share + k * conv.out_channels});
  }
}

void add_share(const TapConv& conv, Index c, Index channels, const float* share, float* dkernel) {
  for (Index i = c; i < c + channels; ++i)
    for (Index tap = 0; tap < conv.y.taps * conv.x.taps; ++tap)
      for (Index o = 0; o < conv.out_channels; ++o)
        dkernel[tap * conv.tap_stride + i * conv.channel_stride + o * conv.out_stride] += *share++;
}

}  // namespace

void plane_conv_dkernel(const TapConv& conv, const float* dy, float* dkernel) {
  const Index positions = conv.n * conv.y.count * conv.x.count;
  if (positions == 0) return;
  const PlaneOps& ops = plane_ops();
  const PlaneParts parts(conv, std::max<Index>(positions / 16, 1024));
  const PlaneScratch scratch = plane_scratch();
  for (Index c = 0; c < conv.channels; c += parts.channels()) {
    const Index channels = std::min(parts.channels(), conv.channels - c);
    const Index floats = conv.y.taps * conv.x.taps * channels * conv.out_channels;
    const Index together = scratch.share_floats / floats;
    for (Index first = 0; first < parts.count(); first += together) {
      const Index count = std::min(together, parts.count() - first);
      detail::parallel_for(count, [&](Index t) {
        find_share(conv, c, channels, ops, parts.part(first + t), dy, scratch.shares + t * floats);
      });
      for (Index t = 0; t < count; ++t) add_share(conv, c, channels, scratch.shares + t * floats, dkernel);
    }
  }
}

}  // namespace cornu::kernels
