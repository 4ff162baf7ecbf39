#include <algorithm>
#include <array>

#include "kernels/blocking.hpp"
#include "kernels/tile.hpp"
#include "kernels/winograd.hpp"
#include "kernels/winograd_tiles.hpp"

namespace cornu::kernels {

namespace {

constexpr Index kTiles = 36;      // of a block: the steps of its products
constexpr Index kChannels = 128;  // most input and output channels of a task
constexpr Index kPadding = 16;    // frequencies start in different sets of the cache

/// Input channels times output channels of the kernel.
struct Task {
  Channels in, out;
};

struct Sizes {
  Index in_stride, out_stride, sum_stride, panels;
};

/// The gradients of a tile's outputs, straight into the panels that multiply reads.
void pack_gradient(const TapConv& conv, const TileGrid& grid, const WinogradOps& ops, const TileOps& tile,
                   const Task& task, Index number, Index row, Index depth, const float* dy, float* to,
                   Index stride) {
  for (Index o = 0; o < task.out.count; o += tile.panel) {
    const Index count = std::min(tile.panel, task.out.count - o);
    const Index width = count <= tile.half_panel ? tile.half_panel : tile.panel;
    transform_output_gradient(conv, grid, ops, number, {task.out.first + o, count}, dy,
                              to + o * depth + row * width, stride);
  }
}

void run_task(const TapConv& conv, const TileGrid& grid, const WinogradOps& ops, const TileOps& tile,
              const Task& task, const float* dy, float* dkernel) {
  const WinogradScratch scratch = winograd_scratch();
  const Index in_c = task.in.count, out_c = task.out.count, packed = packed_size(tile, 1, out_c);
  const Index in_stride = kTiles * in_c + kPadding, out_stride = kTiles * packed + kPadding,
              sum_stride = in_c * out_c + kPadding;
  float* const in = scratch.data.data();
  float* const out = in + kFrequencies * in_stride;
  float* const sums = out + kFrequencies * out_stride;
  std::fill(out, sums + kFrequencies * sum_stride, 0.f);  // out: its padding columns stay zero
  for (Index c = 0; c < in_c; ++c) {
    scratch.rows[std::size_t(c)] = c;
    scratch.outs[std::size_t(c)] = c * out_c;
  }
  for (Index first = 0; first < grid.count; first += kTiles) {
    const Index depth = std::min(kTiles, grid.count - first);
    for (Index t = 0; t < depth; ++t) {
      transform_input(conv, grid, ops, first + t, task.in, in + t * in_c, in_stride);
      pack_gradient(conv, grid, ops, tile, task, first + t, t, depth, dy, out, out_stride);
    }
    if (depth < kTiles && packed > out_c)  // panels moved: clear their padding again
      for (Index f = 0; f < kFrequencies; ++f)
        for (Index t = 0; t < depth; ++t) {
          const Index last = (out_c - 1) / tile.panel * tile.panel, width = packed - last;
          float* row = out + f * out_stride + last * depth + t * width;
          std::fill(row + out_c - last, row + width, 0.f);
        }
    const Piece piece{0, depth};
    for (Index f = 0; f < kFrequencies; ++f)
      tile.multiply({in + f * in_stride, scratch.rows.data(), in_c, &piece, 1, depth, in_c, out_c,
                     out + f * out_stride, sums + f * sum_stride, scratch.outs.data(), true, nullptr, false});
  }
  const Index taps = conv.x.taps;
  for (Index c = 0; c < in_c; ++c) {
    std::array<float*, 16> cells{};
    for (Index t = 0; t < taps * taps; ++t)
      cells[std::size_t(t)] =
          dkernel + t * conv.tap_stride + (task.in.first + c) * conv.channel_stride + task.out.first;
    ops.kernel_gradient(sums + c * out_c, sum_stride, out_c, cells.data());
  }
}

}  // namespace

void winograd_dkernel(const TapConv& conv, const float* dy, float* dkernel) {
  const TileGrid grid(conv);
  if (grid.count == 0) return;
  const TileOps& tile = tile_ops();
  const WinogradOps& ops = winograd_ops(conv.y.taps);
  // No bit depends on how the channels are cut: every sum runs over the tiles in one order.
  const bool spread = spreads(grid.count * kFrequencies * conv.channels * conv.out_channels);
  const Index most_in = spread ? std::clamp<Index>(conv.channels / 8, 32, kChannels) : kChannels;
  const Index ins = even_part(conv.channels, most_in, 8), outs = even_part(conv.out_channels, kChannels, 32);
  const Index in_parts = ceil_div(conv.channels, ins), out_parts = ceil_div(conv.out_channels, outs);
  detail::parallel_for(in_parts * out_parts, [&](Index t) {
    const Index c = t / out_parts * ins, o = t % out_parts * outs;
    run_task(conv, grid, ops, tile,
             {{c, std::min(ins, conv.channels - c)}, {o, std::min(outs, conv.out_channels - o)}}, dy,
             dkernel);
  });
}

}  // namespace cornu::kernels
