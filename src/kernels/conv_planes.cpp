#include "kernels/conv_planes.hpp"

#include <algorithm>
#include <array>

#include "kernels/blocking.hpp"
#include "kernels/plane_lanes.hpp"

namespace cornu::kernels {

namespace {

constexpr Index kPlaneFloats = 131072;  // of copied planes: 512 KiB
constexpr Index kSumFloats = 65536;     // of sums, of all channels together
constexpr Index kMostCols = 4096;       // of a part, without the ends that are dropped
constexpr Index kBeyond = 16;           // numbers past an image's end that a whole vector reads or writes

/// A part of the result: images i .., positions y .. and x .. of the axes.
struct Task {
  Index i, images, y, rows, x, cols;
};

struct Sizes {
  Index channels, images, rows, cols;
};

/// The channels decide the order of the sum, so they may not depend on the threads.
Sizes sizes_of(const TapConv& conv, bool spread) {
  Sizes s{1, 1, 1, even_part(conv.x.count, kMostCols)};
  const Index width = conv.x.span(s.cols);
  s.channels = std::clamp<Index>(kPlaneFloats / (conv.y.span(std::min<Index>(conv.y.count, 4)) * width), 1,
                                 conv.channels);
  const Index positions = conv.n * conv.y.count * conv.x.count;
  const Index sums = kSumFloats / conv.out_channels,
              most = spread ? std::clamp<Index>(positions / 16, 256, sums) : sums;
  const Index by_planes = kPlaneFloats / (width * s.channels) - conv.y.span(1) + 1;
  const Index by_sums = std::min((sums - kBeyond) / width, most / s.cols);
  s.rows = even_part(conv.y.count, std::max<Index>(1, std::min(by_planes, by_sums)));
  if (s.rows == conv.y.count && s.cols == conv.x.count)
    s.images = std::min({kPlaneFloats / (conv.y.span(s.rows) * width * s.channels),
                         sums / (s.rows * width + kBeyond), most / (s.rows * s.cols)});
  s.images = even_part(conv.n, std::max<Index>(1, s.images));
  return s;
}

static_assert(kDepth * Index(sizeof(Index) / sizeof(float)) + kDepth * kMostPlaneOuts + kPlaneFloats +
                  kBeyond + kSumFloats <=
              Index(detail::kScratchFloats));

struct Scratch {
  Index* offset;            ///< kDepth
  float *weights, *planes;  ///< kDepth * kMostPlaneOuts; kPlaneFloats + kBeyond
  float* sums;              ///< kSumFloats
};

Scratch scratch_of_thread() {
  float* all = detail::thread_scratch().data();
  float* weights = all + kDepth * Index(sizeof(Index) / sizeof(float));
  float* planes = weights + kDepth * kMostPlaneOuts;
  return {reinterpret_cast<Index*>(all), weights, planes, planes + kPlaneFloats + kBeyond};
}

/// Copies the part to `to`, channel after channel; cells outside the image become zeros.
void copy_planes(const TapConv& conv, const PlaneOps& ops, const PartRange& range, float* to) {
  const Index width = range.width, plane = range.images * range.height * width;
  const Index left = std::clamp<Index>(-range.x, 0, width);
  const Index right = std::clamp<Index>(conv.x.extent - range.x, left, width);
  const auto clear = [&](float* line, Index first, Index last) {
    for (Index c = 0; c < range.channels; ++c)
      std::fill(line + c * plane + first, line + c * plane + last, 0.f);
  };
  for (Index i = 0; i < range.images; ++i)
    for (Index y = 0; y < range.height; ++y, to += width) {
      const Index from = range.y + y;
      if (from < 0 || from >= conv.y.extent) {
        clear(to, 0, width);
        continue;
      }
      const Index first = (((range.i + i) * conv.y.extent + from) * conv.x.extent + range.x + left);
      clear(to, 0, left);
      clear(to, right, width);
      ops.split(conv.source + first * conv.source_c + range.c, conv.source_c, right - left, range.channels,
                to + left, plane);
    }
}

/// Steps k .. k + depth - 1 of the sum over (channel, tap row, tap column).
void find_steps(const TapConv& conv, const PartRange& range, Index k, Index depth, const Scratch& to) {
  const Index plane = range.images * range.height * range.width;
  for (Index s = 0; s < depth; ++s) {
    const Index taps = conv.y.taps * conv.x.taps, c = (k + s) / taps, tap = (k + s) % taps;
    const Index ty = tap / conv.x.taps, tx = tap % conv.x.taps;
    to.offset[s] = c * plane + ty * conv.y.tap_step * range.width + tx * conv.x.tap_step;
    const Index ky = conv.y.kernel_first + ty * conv.y.kernel_step;
    const Index kx = conv.x.kernel_first + tx * conv.x.kernel_step;
    const float* from =
        conv.kernel + (ky * conv.kernel_w + kx) * conv.tap_stride + (range.c + c) * conv.channel_stride;
    for (Index o = 0; o < conv.out_channels; ++o)
      to.weights[s * conv.out_channels + o] = from[o * conv.out_stride];
  }
}

/// From the sums, whose images and rows lie so far apart, to the result.
void write_out(const TapConv& conv, const Task& task, const float* sums, Index image, Index row) {
  const Index step = conv.x.out_step * conv.out_c;
  for (Index o = 0; o < conv.out_channels; ++o)
    for (Index i = 0; i < task.images; ++i)
      for (Index y = 0; y < task.rows; ++y) {
        const Index out_y = conv.y.out_first + (task.y + y) * conv.y.out_step;
        const Index out_x = conv.x.out_first + task.x * conv.x.out_step;
        float* to = conv.out + (((task.i + i) * conv.out_h + out_y) * conv.out_w + out_x) * conv.out_c + o;
        const float* from = sums + (o * task.images + i) * image + y * row;
        for (Index x = 0; x < task.cols; ++x) {
          const float sum = conv.bias ? from[x] + conv.bias[o] : from[x];
          to[x * step] = conv.relu && sum < 0.f ? 0.f : sum;
        }
      }
}

void run_task(const TapConv& conv, Index most_channels, const PlaneOps& ops, const Task& task) {
  const Scratch scratch = scratch_of_thread();
  PartRange range{task.i,
                  task.images,
                  task.y + conv.y.offset,
                  conv.y.span(task.rows),
                  task.x + conv.x.offset,
                  conv.x.span(task.cols),
                  0,
                  0};
  const Index image = range.height * range.width, sums = task.rows * range.width + kBeyond;
  for (; range.c < conv.channels; range.c += range.channels) {
    range.channels = std::min(most_channels, conv.channels - range.c);
    copy_planes(conv, ops, range, scratch.planes);
    const Index total = conv.y.taps * conv.x.taps * range.channels, most = even_part(total, kDepth);
    for (Index k = 0; k < total; k += most) {
      const Index depth = std::min(most, total - k);
      find_steps(conv, range, k, depth, scratch);
      for (Index i = 0; i < task.images; ++i)
        ops.sum({scratch.planes + i * image, scratch.offset, scratch.weights, depth, conv.out_channels,
                 (task.rows - 1) * range.width + task.cols, scratch.sums + i * sums, task.images * sums,
                 k > 0 || range.c > 0});
    }
  }
  write_out(conv, task, scratch.sums, sums, range.width);
}

}  // namespace

bool planes_win(const TapConv& conv) {
  const AxisTaps &y = conv.y, &x = conv.x;
  const Index dropped = (x.taps - 1) * x.tap_step;
  // With fewer than four taps the copy costs more than it saves.
  return conv.channels > 0 && conv.out_channels > 0 && conv.out_channels <= plane_ops().most_outs &&
         y.step == 1 && x.step == 1 && y.taps * x.taps >= 4 && dropped <= std::min(x.count, kMostCols) &&
         y.span(1) * x.span(std::min(x.count, kMostCols)) <= kPlaneFloats;
}

void plane_conv(const TapConv& conv) {
  const Index positions = conv.n * conv.y.count * conv.x.count;
  if (positions == 0) return;
  const bool spread = spreads(positions * conv.out_channels * conv.y.taps * conv.x.taps * conv.channels);
  const Sizes sizes = sizes_of(conv, spread);
  const PlaneOps& ops = plane_ops();
  const Index images = ceil_div(conv.n, sizes.images), rows = ceil_div(conv.y.count, sizes.rows),
              cols = ceil_div(conv.x.count, sizes.cols);
  detail::parallel_for(images * rows * cols, [&](Index t) {
    const Index i = t / (rows * cols) * sizes.images, y = t / cols % rows * sizes.rows,
                x = t % cols * sizes.cols;
    run_task(conv, sizes.channels, ops,
             {i, std::min(sizes.images, conv.n - i), y, std::min(sizes.rows, conv.y.count - y), x,
              std::min(sizes.cols, conv.x.count - x)});
  });
}

}  // namespace cornu::kernels
