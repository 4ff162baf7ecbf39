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

/// The part's share of the gradient, step after step, the result channels of a step side by side.
void run_part(const TapConv& conv, Index most_channels, const PlaneOps& ops, const PlanePart& part,
              const float* dy, float* share) {
  const PlaneScratch scratch = plane_scratch();
  PartRange range = part.range(conv);
  const Index positions = ((part.images - 1) * range.height + part.rows - 1) * range.width + part.cols;
  const Index plane = positions + PlaneParts::kBeyond;
  copy_dy(conv, ops, part, range, dy, scratch.sums, plane);
  for (; range.c < conv.channels; range.c += range.channels) {
    range.channels = std::min(most_channels, conv.channels - range.c);
    copy_planes(conv, ops, range, scratch.planes);
    const Index total = conv.y.taps * conv.x.taps * range.channels;
    for (Index k = 0; k < total; k += kDepth) {
      const Index depth = std::min(kDepth, total - k);
      find_offsets(conv, range, k, depth, scratch.offset);
      ops.dots(
          {scratch.planes, scratch.offset, depth, scratch.sums, plane, conv.out_channels, positions, share});
      share += depth * conv.out_channels;
    }
  }
}

}  // namespace

void plane_conv_dkernel(const TapConv& conv, const float* dy, float* dkernel) {
  const Index positions = conv.n * conv.y.count * conv.x.count;
  if (positions == 0) return;
  const PlaneOps& ops = plane_ops();
  const PlaneParts parts(conv, std::max<Index>(positions / 16, 1024));
  const Index taps = conv.y.taps * conv.x.taps, outs = conv.out_channels,
              floats = taps * conv.channels * outs;
  const PlaneScratch scratch = plane_scratch();
  const Index group = std::max<Index>(1, scratch.rest_floats / floats);
  for (Index first = 0; first < parts.count(); first += group) {
    const Index count = std::min(group, parts.count() - first);
    detail::parallel_for(count, [&](Index t) {
      run_part(conv, parts.channels(), ops, parts.part(first + t), dy, scratch.rest + t * floats);
    });
    const float* share = scratch.rest;
    for (Index t = 0; t < count; ++t)
      for (Index c = 0; c < conv.channels; ++c)
        for (Index tap = 0; tap < taps; ++tap)
          for (Index o = 0; o < outs; ++o)
            dkernel[tap * conv.tap_stride + c * conv.channel_stride + o * conv.out_stride] += *share++;
  }
}

}  // namespace cornu::kernels
