#include "kernels/conv_taps.hpp"

#include <algorithm>
#include <array>

#include "kernels/blocking.hpp"
#include "kernels/tile.hpp"

namespace cornu::kernels {

namespace {

/// A part of the result: images i .., positions y .. and x .. of the axes, result channels o ...
struct Task {
  Index i, images, y, rows, x, cols, o, channels;
};

/// Steps k .. k + depth - 1 of the sum over (tap row, tap column, channel): their pieces and their packed
/// kernel.
struct Steps {
  Index k, depth;
  std::array<Piece, std::size_t(kDepth)> pieces;
  Index piece_count;
};

void find_pieces(const TapConv& conv, const ImagePart& part, Index channels, Steps& steps) {
  // Taps of a row that are neighbours in memory make one piece.
  const bool joined = conv.x.tap_step == 1 && part.pixel == channels;
  const Index run = joined ? conv.x.taps * channels : channels;
  steps.piece_count = 0;
  for (Index k = steps.k; k < steps.k + steps.depth;) {
    const Index inside = k % run, tap = k / run;
    const Index ty = joined ? tap : tap / conv.x.taps, tx = joined ? 0 : tap % conv.x.taps;
    const Index length = std::min(run - inside, steps.k + steps.depth - k);
    const Index offset = ty * conv.y.tap_step * part.row + tx * conv.x.tap_step * part.pixel + inside;
    steps.pieces[std::size_t(steps.piece_count++)] = {offset, length};
    k += length;
  }
}

void pack_kernel(const TapConv& conv, const TileOps& ops, const Steps& steps, Index c0, Index channels,
                 Index o, Index width, float* packed) {
  for (Index k = steps.k; k < steps.k + steps.depth;) {
    const Index c = k % channels, tap = k / channels;
    const Index length = std::min(channels - c, steps.k + steps.depth - k);
    const Index ky = conv.y.kernel_first + tap / conv.x.taps * conv.y.kernel_step;
    const Index kx = conv.x.kernel_first + tap % conv.x.taps * conv.x.kernel_step;
    const float* from = conv.kernel + (ky * conv.kernel_w + kx) * conv.tap_stride +
                        (c0 + c) * conv.channel_stride + o * conv.out_stride;
    ops.pack_b({from, conv.channel_stride, conv.out_stride}, k - steps.k, length, steps.depth, width, packed);
    k += length;
  }
}

void find_rows(const TapConv& conv, const Task& task, const ImagePart& part, const BlockScratch& scratch) {
  std::size_t p = 0;
  for (Index i = 0; i < task.images; ++i)
    for (Index y = 0; y < task.rows; ++y)
      for (Index x = 0; x < task.cols; ++x, ++p) {
        scratch.rows[p] = i * part.image + y * conv.y.step * part.row + x * conv.x.step * part.pixel;
        const Index out_y = conv.y.out_first + (task.y + y) * conv.y.out_step;
        const Index out_x = conv.x.out_first + (task.x + x) * conv.x.out_step;
        scratch.outs[p] = (((task.i + i) * conv.out_h + out_y) * conv.out_w + out_x) * conv.out_c;
      }
}

void run_task(const TapConv& conv, const PartSizes& sizes, const TileOps& ops, const Task& task) {
  const BlockScratch scratch = block_scratch();
  const Index taps = conv.y.taps * conv.x.taps;
  Steps steps;
  for (Index c = 0; c < conv.channels; c += sizes.channels) {
    const Index channels = std::min(sizes.channels, conv.channels - c);
    const PartRange range{task.i,
                          task.images,
                          task.y * conv.y.step + conv.y.offset,
                          conv.y.span(task.rows),
                          task.x * conv.x.step + conv.x.offset,
                          conv.x.span(task.cols),
                          c,
                          channels};
    const ImagePart part =
        sizes.copied ? copy_part(conv, range, scratch.a.data()) : part_in_place(conv, range);
    find_rows(conv, task, part, scratch);
    const Index total = taps * channels, most = even_part(total, kDepth);
    for (Index o = task.o; o < task.o + task.channels; o += kColumns) {
      const Index width = std::min(kColumns, task.o + task.channels - o);
      for (Index k = 0; k == 0 || k < total; k += most) {
        steps.k = k;
        steps.depth = std::min(most, total - k);
        find_pieces(conv, part, channels, steps);
        pack_kernel(conv, ops, steps, c, channels, o, width, scratch.b.data());
        const bool last = k + most >= total && c + channels == conv.channels;
        ops.multiply({part.base, scratch.rows.data(), 1, steps.pieces.data(), steps.piece_count, steps.depth,
                      task.images * task.rows * task.cols, width, scratch.b.data(), conv.out + o,
                      scratch.outs.data(), k > 0 || c > 0, last && conv.bias ? conv.bias + o : nullptr,
                      last && conv.relu});
      }
    }
  }
}

}  // namespace

bool tap_conv(const TapConv& conv) {
  const Index positions = conv.n * conv.y.count * conv.x.count;
  if (positions == 0 || conv.out_channels == 0) return true;
  const TileOps& ops = tile_ops();
  const bool spread = spreads(positions * conv.out_channels * conv.y.taps * conv.x.taps * conv.channels);
  const Index most = spread ? std::clamp<Index>(positions / 16, 192, kRows) : kRows;
  const auto floats = static_cast<Index>(block_scratch().a.size());
  PartSizes sizes = part_sizes(conv, most, floats);
  if (!sizes.fits) return false;

  const Index images = ceil_div(conv.n, sizes.images), rows = ceil_div(conv.y.count, sizes.rows),
              cols = ceil_div(conv.x.count, sizes.cols), parts = images * rows * cols;
  const bool cut = spread && parts < 8;  // small maps of many channels: cut the channels too
  const Index width = cut ? even_part(conv.out_channels, 64, 32) : conv.out_channels;
  const Index widths = ceil_div(conv.out_channels, width);
  detail::parallel_for(parts * widths, [&](Index t) {
    const Index part = t / widths, o = t % widths * width;
    const Index i = part / (rows * cols) * sizes.images, y = part / cols % rows * sizes.rows,
                x = part % cols * sizes.cols;
    run_task(conv, sizes, ops,
             {i, std::min(sizes.images, conv.n - i), y, std::min(sizes.rows, conv.y.count - y), x,
              std::min(sizes.cols, conv.x.count - x), o, std::min(width, conv.out_channels - o)});
  });
  return true;
}

}  // namespace cornu::kernels
