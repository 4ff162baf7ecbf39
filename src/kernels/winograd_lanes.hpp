#pragma once
#include "cornu/core/shape.hpp"

namespace cornu::kernels {

/// Winograd's minimal filtering with tiles of 6 x 6 cells, interpolated at 0, 1, -1, 2, -2 and infinity: a
/// kernel of `taps` x `taps` gives 7 - taps outputs a side from each tile, with 36 products in place of
/// (7 - taps)^2 taps^2.  Source  Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks".
inline constexpr Index kWinogradSide = 6;
inline constexpr Index kFrequencies = kWinogradSide * kWinogradSide;

/// The transforms, each over `count` channels that lie side by side. "Cells" are pointers to channel 0 of
/// each pixel, row-major; frequency f of a result or source starts at f * stride. Functions of one
/// instruction set.
struct WinogradOps {
  /// 36 cells of the source to 36 frequencies.
  void (*input)(const float* const* cells, Index count, float* to, Index stride);
  /// A kernel's taps * taps cells to 36 frequencies.
  void (*kernel)(const float* const* cells, Index count, float* to, Index stride);
  /// 36 frequencies to outputs + bias, then relu; cells that are nullptr are left out.
  void (*output)(const float* from, Index stride, Index count, const float* bias, bool relu,
                 float* const* cells);
  /// The gradients of a tile's outputs to 36 frequencies.
  void (*output_gradient)(const float* const* cells, Index count, float* to, Index stride);
  /// 36 frequencies to the gradient of the kernel, added to its taps * taps cells.
  void (*kernel_gradient)(const float* from, Index stride, Index count, float* const* cells);
};

/// For kernels of 3 x 3 or 4 x 4 and isa(). Errors: ValueError, as isa().
const WinogradOps& winograd_ops(Index taps);

}  // namespace cornu::kernels
