#include "kernels/winograd_tiles.hpp"

namespace cornu::kernels {

namespace {

// What cells outside an image point to.
constexpr Index kZeros = 1024;
alignas(64) constexpr float zeros[std::size_t(kZeros)] = {};

/// visit(cells, channels before this run, length of the run) for runs of at most kZeros channels of the
/// size x size cells from (y, x) on.
template <class Visit>
void for_each_run(const float* image, Index height, Index width, Index pixel, Index y, Index x, Index size,
                  Index channels, const Visit& visit) {
  std::array<const float*, std::size_t(kFrequencies)> cells;
  for (Index done = 0; done < channels; done += kZeros) {
    for (Index i = 0; i < size; ++i)
      for (Index j = 0; j < size; ++j) {
        const bool inside = y + i >= 0 && y + i < height && x + j >= 0 && x + j < width;
        cells[std::size_t(i * size + j)] = inside ? image + ((y + i) * width + x + j) * pixel + done : zeros;
      }
    visit(cells.data(), done, std::min(kZeros, channels - done));
  }
}

}  // namespace

void transform_input(const TapConv& conv, const TileGrid& grid, const WinogradOps& ops, Index tile,
                     const Channels& channels, float* to, Index stride) {
  const TileGrid::Place at = grid.place(tile);
  const float* image =
      conv.source + at.image * conv.y.extent * conv.x.extent * conv.source_c + channels.first;
  for_each_run(image, conv.y.extent, conv.x.extent, conv.source_c, at.y + conv.y.offset, at.x + conv.x.offset,
               kWinogradSide, channels.count, [&](const float* const* cells, Index done, Index count) {
                 ops.input(cells, count, to + done, stride);
               });
}

void transform_output(const TapConv& conv, const TileGrid& grid, const WinogradOps& ops, Index tile,
                      const Channels& channels, const float* from, Index stride) {
  const TileGrid::Place at = grid.place(tile);
  std::array<float*, 16> cells{};
  for (Index i = 0; i < std::min(grid.side, conv.y.count - at.y); ++i)
    for (Index j = 0; j < std::min(grid.side, conv.x.count - at.x); ++j) {
      const Index pixel =
          (at.image * conv.out_h + conv.y.out_first + at.y + i) * conv.out_w + conv.x.out_first + at.x + j;
      cells[std::size_t(i * grid.side + j)] = conv.out + pixel * conv.out_c + channels.first;
    }
  ops.output(from, stride, channels.count, conv.bias ? conv.bias + channels.first : nullptr, conv.relu,
             cells.data());
}

void transform_output_gradient(const TapConv& conv, const TileGrid& grid, const WinogradOps& ops, Index tile,
                               const Channels& channels, const float* dy, float* to, Index stride) {
  const TileGrid::Place at = grid.place(tile);
  const float* image = dy + at.image * conv.y.count * conv.x.count * conv.out_c + channels.first;
  for_each_run(image, conv.y.count, conv.x.count, conv.out_c, at.y, at.x, grid.side, channels.count,
               [&](const float* const* cells, Index done, Index count) {
                 ops.output_gradient(cells, count, to + done, stride);
               });
}

}  // namespace cornu::kernels
