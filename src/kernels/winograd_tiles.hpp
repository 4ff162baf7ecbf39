#pragma once
#include <algorithm>
#include <array>
#include <span>

#include "core/scratch.hpp"
#include "kernels/blocking.hpp"
#include "kernels/conv_taps.hpp"
#include "kernels/winograd_lanes.hpp"

namespace cornu::kernels {

/// How the outputs of a convolution are cut into Winograd's tiles, numbered image by image, row by row.
struct TileGrid {
  Index side;  ///< outputs of a tile along one axis
  Index rows, cols;
  Index count;  ///< of the whole batch

  explicit TileGrid(const TapConv& conv)
      : side(kWinogradSide + 1 - conv.y.taps),
        rows(ceil_div(conv.y.count, side)),
        cols(ceil_div(conv.x.count, side)),
        count(conv.n * rows * cols) {}
  struct Place {
    Index image, y, x;  ///< of the first output
  };
  Place place(Index tile) const {
    return {tile / (rows * cols), tile / cols % rows * side, tile % cols * side};
  }
};

struct Channels {
  Index first, count;
};

/// Frequencies of a tile's source cells; outside the image these are zeros.
void transform_input(const TapConv& conv, const TileGrid& grid, const WinogradOps& ops, Index tile,
                     const Channels& channels, float* to, Index stride);
/// Frequencies back to those outputs of a tile that the image has, with the convolution's bias and relu.
void transform_output(const TapConv& conv, const TileGrid& grid, const WinogradOps& ops, Index tile,
                      const Channels& channels, const float* from, Index stride);
/// Frequencies of the gradients of a tile's outputs; those that the image has not are zeros.
void transform_output_gradient(const TapConv& conv, const TileGrid& grid, const WinogradOps& ops, Index tile,
                               const Channels& channels, const float* dy, float* to, Index stride);

/// A thread's scratch for a block of tiles; the offset arrays hold kRows numbers.
struct WinogradScratch {
  std::span<Index> rows, outs;
  std::span<float> data;
};
inline WinogradScratch winograd_scratch() {
  const std::span<float> all = detail::thread_scratch();
  constexpr std::size_t offsets = kRows * sizeof(Index) / sizeof(float);
  Index* index = reinterpret_cast<Index*>(all.data());
  return {{index, std::size_t(kRows)}, {index + kRows, std::size_t(kRows)}, all.subspan(2 * offsets)};
}

}  // namespace cornu::kernels
