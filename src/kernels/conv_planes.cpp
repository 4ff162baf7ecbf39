#include "kernels/conv_planes.hpp"

#include <algorithm>

#include "kernels/blocking.hpp"
#include "kernels/plane_parts.hpp"

namespace cornu::kernels {

namespace {

void find_weights(const TapConv& conv, Index c0, Index k, Index depth, float* weights) {
  const Index taps = conv.y.taps * conv.x.taps;
  for (Index s = k; s < k + depth; ++s) {
    const Index ky = conv.y.kernel_first + s % taps / conv.x.taps * conv.y.kernel_step;
    const Index kx = conv.x.kernel_first + s % conv.x.taps * conv.x.kernel_step;
    const float* from =
        conv.kernel + (ky * conv.kernel_w + kx) * conv.tap_stride + (c0 + s / taps) * conv.channel_stride;
    for (Index o = 0; o < conv.out_channels; ++o) *weights++ = from[o * conv.out_stride];
  }
}

/// From the sums, whose images and rows lie so far apart, to the result.
void write_out(const TapConv& conv, const PlanePart& part, const float* sums, Index image, Index row) {
  const Index step = conv.x.out_step * conv.out_c;
  for (Index o = 0; o < conv.out_channels; ++o)
    for (Index i = 0; i < part.images; ++i)
      for (Index y = 0; y < part.rows; ++y) {
        const Index out_y = conv.y.out_first + (part.y + y) * conv.y.out_step;
        const Index out_x = conv.x.out_first + part.x * conv.x.out_step;
        float* to = conv.out + (((part.i + i) * conv.out_h + out_y) * conv.out_w + out_x) * conv.out_c + o;
        const float* from = sums + (o * part.images + i) * image + y * row;
        for (Index x = 0; x < part.cols; ++x) {
          const float sum = conv.bias ? from[x] + conv.bias[o] : from[x];
          to[x * step] = conv.relu && sum < 0.f ? 0.f : sum;
        }
      }
}

void run_part(const TapConv& conv, Index most_channels, const PlaneOps& ops, const PlanePart& part) {
  const PlaneScratch scratch = plane_scratch();
  PartRange range = part.range(conv);
  const Index image = range.height * range.width, sums = part.rows * range.width + PlaneParts::kBeyond;
  for (; range.c < conv.channels; range.c += range.channels) {
    range.channels = std::min(most_channels, conv.channels - range.c);
    copy_planes(conv, ops, range, scratch.planes);
    const Index total = conv.y.taps * conv.x.taps * range.channels, most = even_part(total, kDepth);
    for (Index k = 0; k < total; k += most) {
      const Index depth = std::min(most, total - k);
      find_offsets(conv, range, k, depth, scratch.offset);
      find_weights(conv, range.c, k, depth, scratch.weights);
      for (Index i = 0; i < part.images; ++i)
        ops.sum({scratch.planes + i * image, scratch.offset, scratch.weights, depth, conv.out_channels,
                 (part.rows - 1) * range.width + part.cols, scratch.sums + i * sums, part.images * sums,
                 k > 0 || range.c > 0});
    }
  }
  write_out(conv, part, scratch.sums, sums, range.width);
}

}  // namespace

bool planes_win(const TapConv& conv) {
  const AxisTaps &y = conv.y, &x = conv.x;
  constexpr Index most = PlaneParts::kMostCols;
  const Index dropped = (x.taps - 1) * x.tap_step;
  // With fewer than four taps the copy costs more than it saves.
  return conv.channels > 0 && conv.out_channels > 0 && conv.out_channels <= plane_ops().most_outs &&
         y.step == 1 && x.step == 1 && y.taps * x.taps >= 4 && dropped <= std::min(x.count, most) &&
         y.span(1) * x.span(std::min(x.count, most)) <= PlaneParts::kPlaneFloats;
}

void plane_conv(const TapConv& conv) {
  const Index positions = conv.n * conv.y.count * conv.x.count;
  if (positions == 0) return;
  const bool spread = spreads(positions * conv.out_channels * conv.y.taps * conv.x.taps * conv.channels);
  const PlaneParts parts(conv, spread ? std::max<Index>(positions / 16, 256) : PlaneParts::kSumFloats);
  const PlaneOps& ops = plane_ops();
  detail::parallel_for(parts.count(), [&](Index t) { run_part(conv, parts.channels(), ops, parts.part(t)); });
}

}  // namespace cornu::kernels
