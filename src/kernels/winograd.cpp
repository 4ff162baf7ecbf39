#include "kernels/winograd.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "core/scratch.hpp"
#include "kernels/blocking.hpp"
#include "kernels/tile.hpp"
#include "kernels/winograd_tiles.hpp"

namespace cornu::kernels {

namespace {

// Tiles of a block, which a thread takes through all three stages; frequencies of one block stay in L2 or
// L3, and each number of the packed kernel is read once a block.
constexpr Index kTiles = 96;
// Most steps of a product: all frequencies of so much of a panel stay in L2, 576 KiB with AVX-512.
constexpr Index kSteps = 128;
constexpr Index kAlignment = 16;  // floats: the packed kernel starts at a whole line of the cache
constexpr Index kPadding = 16;    // frequencies start in different sets of the cache

Index roundup(Index n, Index unit) { return ceil_div(n, unit) * unit; }

float* aligned(std::span<float> memory) {
  void* start = memory.data();
  std::size_t bytes = memory.size_bytes();
  return static_cast<float*>(std::align(kAlignment * sizeof(float), 1, start, bytes));
}

/// The products of a convolution, cut into runs of at most kSteps input channels. All ways to run it cut the
/// same, so that they give the same bits.
struct Steps {
  Index channels, most;
  explicit Steps(const TapConv& conv) : channels(conv.channels), most(even_part(conv.channels, kSteps)) {}
  Index count(Index k) const { return std::min(most, channels - k); }
};

/// Where the panel of output channels o .. and steps k .. of one frequency lies in the packed kernel.
struct PackedKernel {
  float* data;
  Steps steps;
  Index cols;    // of all panels, padding included
  Index stride;  // from one frequency to the next

  PackedKernel(const TileOps& tile, std::span<float> memory, const TapConv& conv)
      : data(aligned(memory)),
        steps(conv),
        cols(packed_size(tile, 1, conv.out_channels)),
        stride(conv.channels * cols) {}
  float* panel(Index frequency, Index k, Index o) const {
    return data + frequency * stride + k * cols + o * steps.count(k);
  }
};

/// Transforms and packs steps k .. k + count - 1 of the panel of output channels from o on; frequency f goes
/// to to + f * stride. Vectors run along whichever of input and output channels lies side by side in memory.
/// Uses the end of the thread's scratch.
void pack_panel(const TapConv& conv, const TileOps& tile, const WinogradOps& ops, Index o, Index k,
                Index count, float* to, Index stride) {
  constexpr Index kRun = 64;
  const Index width = std::min(tile.panel, conv.out_channels - o), taps = conv.x.taps;
  const bool along_outputs = conv.out_stride == 1;
  const bool direct = along_outputs && width == tile.panel;  // the transform writes what products read
  const Index line_stride = kRun * tile.panel + kPadding;
  float* const line = detail::thread_scratch().last(std::size_t(kFrequencies * line_stride)).data();
  for (Index c = 0; c < count; c += kRun) {
    const Index run = std::min(kRun, count - c);
    for (Index i = 0; i < (along_outputs ? run : width); ++i) {
      std::array<const float*, 16> cells{};
      for (Index t = 0; t < taps * taps; ++t) {
        const Index ky = conv.y.kernel_first + t / taps * conv.y.kernel_step,
                    kx = conv.x.kernel_first + t % taps * conv.x.kernel_step;
        cells[std::size_t(t)] = conv.kernel + (ky * conv.kernel_w + kx) * conv.tap_stride +
                                (along_outputs ? k + c + i : k + c) * conv.channel_stride +
                                (along_outputs ? o : o + i) * conv.out_stride;
      }
      if (direct)
        ops.kernel(cells.data(), width, to + (c + i) * tile.panel, stride);
      else
        ops.kernel(cells.data(), along_outputs ? width : run, line + i * (along_outputs ? tile.panel : kRun),
                   line_stride);
    }
    for (Index f = 0; f < kFrequencies && !direct; ++f) {
      const PackSource source = along_outputs ? PackSource{line + f * line_stride, tile.panel, 1}
                                              : PackSource{line + f * line_stride, 1, kRun};
      tile.pack_b(source, c, run, count, width, to + f * stride);
    }
  }
}

/// Output channels o .. o + width - 1 of the tiles first .. first + count - 1.
void run_block(const TapConv& conv, const TileGrid& grid, const PackedKernel& packed, const TileOps& tile,
               const WinogradOps& ops, Index first, Index count, Index o, Index width) {
  const WinogradScratch scratch = winograd_scratch();
  const Index most = even_part(width, 128, tile.panel);
  const Index in_stride = count * conv.channels + kPadding, out_stride = count * most + kPadding;
  float* const in = scratch.data.data();
  float* const out = in + kFrequencies * in_stride;
  for (Index t = 0; t < count; ++t) {
    transform_input(conv, grid, ops, first + t, {0, conv.channels}, in + t * conv.channels, in_stride);
    scratch.rows[std::size_t(t)] = t * conv.channels;
    scratch.outs[std::size_t(t)] = t * most;
  }
  for (Index part = o; part < o + width; part += most) {
    const Index cols = std::min(most, o + width - part);
    for (Index f = 0; f < kFrequencies; ++f)
      for (Index k = 0; k < conv.channels; k += packed.steps.most) {
        const Piece piece{0, packed.steps.count(k)};
        tile.multiply({in + f * in_stride + k, scratch.rows.data(), 1, &piece, 1, piece.length, count, cols,
                       packed.panel(f, k, part), out + f * out_stride, scratch.outs.data(), k > 0, nullptr,
                       false});
      }
    for (Index t = 0; t < count; ++t)
      transform_output(conv, grid, ops, first + t, {part, cols}, out + t * most, out_stride);
  }
}

/// The panel of output channels from o on of all tiles, whose frequencies are at `in`. What is transformed of
/// the kernel is multiplied while it lies in L2, and not kept.
void run_panel(const TapConv& conv, const TileGrid& grid, const TileOps& tile, const WinogradOps& ops,
               const float* in, Index in_stride, Index o) {
  const WinogradScratch scratch = winograd_scratch();
  const Steps steps(conv);
  const Index count = grid.count, cols = std::min(tile.panel, conv.out_channels - o);
  const Index kernel_stride = steps.most * tile.panel + kPadding, out_stride = count * tile.panel + kPadding;
  float* const kernel = scratch.data.data();
  float* const out = kernel + kFrequencies * kernel_stride;
  for (Index t = 0; t < count; ++t) {
    scratch.rows[std::size_t(t)] = t * conv.channels;
    scratch.outs[std::size_t(t)] = t * tile.panel;
  }
  for (Index k = 0; k < conv.channels; k += steps.most) {
    const Piece piece{0, steps.count(k)};
    pack_panel(conv, tile, ops, o, k, piece.length, kernel, kernel_stride);
    for (Index f = 0; f < kFrequencies; ++f)
      tile.multiply({in + f * in_stride + k, scratch.rows.data(), 1, &piece, 1, piece.length, count, cols,
                     kernel + f * kernel_stride, out + f * out_stride, scratch.outs.data(), k > 0, nullptr,
                     false});
  }
  for (Index t = 0; t < count; ++t)
    transform_output(conv, grid, ops, t, {o, cols}, out + t * tile.panel, out_stride);
}

}  // namespace

bool winograd_wins(const TapConv& conv) {
  const AxisTaps &y = conv.y, &x = conv.x;
  const bool fits = y.taps == x.taps && (y.taps == 3 || y.taps == 4) && y.step == 1 && x.step == 1 &&
                    y.tap_step == 1 && x.tap_step == 1 && y.out_step == 1 && x.out_step == 1;
  if (!fits) return false;
  const TileGrid grid(conv);
  const Index outputs = grid.side * grid.side * grid.rows * grid.cols;
  // Measured on the layers of benchmarks/shapes.hpp: with fewer channels the transforms cost more than the
  // products that are saved; with few tiles an image so does reading the 4 (2.25) times larger kernel; tiles
  // half outside save nothing.
  return conv.channels >= 16 && conv.channels <= 2048 && conv.out_channels >= 16 &&
         grid.rows * grid.cols >= 16 && 2 * y.count * x.count >= outputs;
}

namespace {

/// Whether all tiles are few enough to go through the kernel once, and their frequencies fit the memory.
bool few_tiles(const TapConv& conv, const TileGrid& grid, std::span<float> memory) {
  return grid.count <= kTiles / 2 &&
         kFrequencies * (grid.count * conv.channels + kPadding) + kAlignment <= Index(memory.size());
}

/// Every number of the kernel meets all tiles at once: none is kept, and the input is transformed once.
void run_few(const TapConv& conv, const TileGrid& grid, std::span<float> memory) {
  const TileOps& tile = tile_ops();
  const WinogradOps& ops = winograd_ops(conv.y.taps);
  float* const in = aligned(memory);
  const Index stride = grid.count * conv.channels + kPadding;
  detail::parallel_for(grid.count, [&](Index t) {
    transform_input(conv, grid, ops, t, {0, conv.channels}, in + t * conv.channels, stride);
  });
  detail::parallel_for(ceil_div(conv.out_channels, tile.panel),
                       [&](Index p) { run_panel(conv, grid, tile, ops, in, stride, p * tile.panel); });
}

/// Output channels whose packed kernel is held at one time: 9 MiB of it, 128 channels of 512. More take
/// turns, which transforms the input once for each turn. An even number of panels: a turn of three keeps two
/// threads busy for as long as a turn of four.
Index turn_channels(Index channels, Index out_channels) {
  const Index most = 512 * 128 / channels, unit = most < 64 ? 32 : 64;
  return even_part(out_channels, std::max(unit, most / unit * unit), unit);
}

void run_turn(const TapConv& conv, const TileGrid& grid, std::span<float> memory) {
  const TileOps& tile = tile_ops();
  const WinogradOps& ops = winograd_ops(conv.y.taps);
  const PackedKernel packed(tile, memory, conv);
  detail::parallel_for(ceil_div(conv.out_channels, tile.panel), [&](Index p) {
    for (Index k = 0; k < conv.channels; k += packed.steps.most)
      pack_panel(conv, tile, ops, p * tile.panel, k, packed.steps.count(k),
                 packed.panel(0, k, p * tile.panel), packed.stride);
  });

  const bool spread = spreads(grid.count * kFrequencies * conv.channels * conv.out_channels);
  const auto floats = static_cast<Index>(winograd_scratch().data.size()) - 2 * kFrequencies * kPadding;
  const Index room =
      floats / (kFrequencies * (conv.channels + roundup(std::min<Index>(conv.out_channels, 128), 32)));
  // Whole groups of the product's 6 rows; few tiles a block would read the packed kernel too often.
  const Index wanted = spread ? std::clamp<Index>(ceil_div(grid.count, 8), kTiles / 2, kTiles) : kTiles;
  const Index most = std::max<Index>(1, std::min(room, wanted) / 6 * 6);
  Index tiles = even_part(grid.count, most, std::min<Index>(most, 6)), blocks = ceil_div(grid.count, tiles);
  if (spread && blocks > num_threads()) {  // as many for each: five blocks on two threads take as long as six
    const Index even = ceil_div(blocks, num_threads()) * num_threads();
    tiles = even_part(grid.count, ceil_div(grid.count, even), std::min<Index>(most, 6));
    blocks = ceil_div(grid.count, tiles);
  }
  const bool cut = spread && blocks < 8;  // small maps of many channels: cut the channels too
  const Index width = cut ? even_part(conv.out_channels, 128, 32) : conv.out_channels;
  const Index widths = ceil_div(conv.out_channels, width);
  detail::parallel_for(blocks * widths, [&](Index t) {
    const Index first = t / widths * tiles, o = t % widths * width;
    run_block(conv, grid, packed, tile, ops, first, std::min(tiles, grid.count - first), o,
              std::min(width, conv.out_channels - o));
  });
}

}  // namespace

Index winograd_floats(Index channels, Index out_channels) {
  return kFrequencies * channels * roundup(turn_channels(channels, out_channels), 32) + kAlignment;
}

void winograd_conv(const TapConv& conv, std::span<float> memory) {
  const TileGrid grid(conv);
  if (grid.count == 0) return;
  if (few_tiles(conv, grid, memory)) return run_few(conv, grid, memory);
  const Index most = turn_channels(conv.channels, conv.out_channels);
  for (Index o = 0; o < conv.out_channels; o += most) {
    TapConv turn = conv;
    turn.kernel += o * conv.out_stride;
    turn.out += o;
    if (conv.bias) turn.bias += o;
    turn.out_channels = std::min(most, conv.out_channels - o);
    run_turn(turn, grid, memory);
  }
}

}  // namespace cornu::kernels
