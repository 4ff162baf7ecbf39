#pragma once
#include <cstdint>

#include "cornu/core/shape.hpp"

namespace cornu::kernels {

/// The cells of one pooling window that lie inside the image: rows x cols pixels, each `channels` numbers.
/// Cell (r, c) is position first + r * pool_w + c of the whole window.
struct Window {
  Index rows, cols;
  Index row_stride, pixel_stride;  ///< in floats
  Index first, pool_w;
};

/// Work on rows of channels, which lie side by side in memory. Functions of one instruction set.
struct ChannelOps {
  /// out[c] = sum over t of a[t][c] * b[t][c], added to what is there when `accumulate`; then + bias[c], then
  /// relu.
  void (*sum_products)(Index count, const float* const* a, const float* const* b, Index channels, float* out,
                       bool accumulate, const float* bias, bool relu);
  /// y[c] = largest of the window; position written to argmax (bytes wide) unless that is nullptr.
  void (*max_window)(const Window& w, const float* x, Index channels, float* y, std::uint8_t* argmax,
                     Index bytes);
  /// dx of each cell = dy[c] where argmax names it, else 0; added when `accumulate`.
  void (*max_window_grad)(const Window& w, const std::uint8_t* argmax, Index bytes, const float* dy,
                          Index channels, float* dx, bool accumulate);
  /// y[c] = mean of the window.
  void (*mean_window)(const Window& w, const float* x, Index channels, float* y);
  /// dx of each cell = dy[c] / cells; added when `accumulate`.
  void (*mean_window_grad)(const Window& w, const float* dy, Index channels, float* dx, bool accumulate);
  /// sums[c] += sum over the rows of x, which are `stride` apart.
  void (*add_columns)(const float* x, Index rows, Index stride, Index channels, float* sums);
};

/// The functions for isa(). Errors: ValueError, as isa().
const ChannelOps& channel_ops();

/// Reads and writes a window position of 1, 2 or 4 bytes at any alignment.
std::uint32_t read_position(const std::uint8_t* from, Index bytes);
void write_position(std::uint8_t* to, Index bytes, std::uint32_t position);

}  // namespace cornu::kernels
