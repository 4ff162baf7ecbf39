#include "kernels/conv_dkernel.hpp"

#include <algorithm>
#include <array>

#include "kernels/blocking.hpp"
#include "kernels/tile.hpp"

namespace cornu::kernels {

namespace {

// Positions of a block: the walk through their pixels and one panel of their dy stay in a 32 KiB L1.
constexpr Index kPositions = 192;

/// Rows first .. first + rows - 1 of the kernel gradient, numbered (tap, channel) for channels c .. of the
/// group.
struct Task {
  Index c, channels, first, rows;
};

void find_rows(const TapConv& conv, const Task& task, const ImagePart& part, const BlockScratch& scratch) {
  for (Index r = 0; r < task.rows; ++r) {
    const Index tap = (task.first + r) / task.channels, c = (task.first + r) % task.channels;
    const Index ky = tap / conv.x.taps, kx = tap % conv.x.taps;
    scratch.rows[std::size_t(r)] = ky * conv.y.tap_step * part.row + kx * conv.x.tap_step * part.pixel + c;
    scratch.outs[std::size_t(r)] = tap * conv.tap_stride + (task.c + c) * conv.channel_stride;
  }
}

struct Positions {
  Index i, images, y, rows, x, cols;
};

void run_block(const TapConv& conv, const PartSizes& sizes, const TileOps& ops, const Task& task,
               const Positions& at, const float* dy, float* dkernel) {
  const BlockScratch scratch = block_scratch();
  const PartRange range{at.i,
                        at.images,
                        at.y * conv.y.step + conv.y.offset,
                        conv.y.span(at.rows),
                        at.x * conv.x.step + conv.x.offset,
                        conv.x.span(at.cols),
                        task.c,
                        task.channels};
  const ImagePart part = sizes.copied ? copy_part(conv, range, scratch.a.data()) : part_in_place(conv, range);
  find_rows(conv, task, part, scratch);
  std::array<Piece, std::size_t(kPositions)> pieces;
  std::size_t count = 0;
  for (Index i = 0; i < at.images; ++i)
    for (Index y = 0; y < at.rows; ++y)
      pieces[count++] = {i * part.image + y * conv.y.step * part.row, at.cols};
  const Index depth = at.images * at.rows * at.cols;
  for (Index o = 0; o < conv.out_channels; o += kColumns) {
    const Index width = std::min(kColumns, conv.out_channels - o);
    Index packed = 0;
    for (Index i = 0; i < at.images; ++i)
      for (Index y = 0; y < at.rows; ++y, packed += at.cols) {
        const Index position = ((at.i + i) * conv.y.count + at.y + y) * conv.x.count + at.x;
        ops.pack_b({dy + position * conv.out_c + o, conv.out_c, 1}, packed, at.cols, depth, width,
                   scratch.b.data());
      }
    ops.multiply({part.base, scratch.rows.data(), conv.x.step * part.pixel, pieces.data(), Index(count),
                  depth, task.rows, width, scratch.b.data(), dkernel + o, scratch.outs.data(), true, nullptr,
                  false});
  }
}

}  // namespace

bool tap_conv_dkernel(const TapConv& conv, const float* dy, float* dkernel) {
  if (conv.n * conv.y.count * conv.x.count == 0) return true;
  const TileOps& ops = tile_ops();
  const PartSizes sizes = part_sizes(conv, kPositions, static_cast<Index>(block_scratch().a.size()));
  if (!sizes.fits) return false;

  const Index taps = conv.y.taps * conv.x.taps, chunks = ceil_div(conv.channels, sizes.channels);
  const Index all = taps * sizes.channels;
  const bool spread = spreads(all * conv.n * conv.y.count * conv.x.count * conv.out_channels);
  const Index rows =
      even_part(all, spread ? std::clamp<Index>(ceil_div(all, 8 * 24) * 24, 24, kRows) : kRows, 24);
  const Index blocks = ceil_div(all, rows);
  detail::parallel_for(chunks * blocks, [&](Index t) {
    const Index c = t / blocks * sizes.channels, channels = std::min(sizes.channels, conv.channels - c);
    const Index first = t % blocks * rows, last = std::min(first + rows, taps * channels);
    if (first >= last) return;
    const Task task{c, channels, first, last - first};
    for (Index i = 0; i < conv.n; i += sizes.images)
      for (Index y = 0; y < conv.y.count; y += sizes.rows)
        for (Index x = 0; x < conv.x.count; x += sizes.cols)
          run_block(conv, sizes, ops, task,
                    {i, std::min(sizes.images, conv.n - i), y, std::min(sizes.rows, conv.y.count - y), x,
                     std::min(sizes.cols, conv.x.count - x)},
                    dy, dkernel);
  });
  return true;
}

}  // namespace cornu::kernels
