#pragma once
#include <cstdint>

#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// Sizes of a 2D pooling over channels_last images. Cells of a window that lie outside the image do not
/// count.
struct PoolGeometry {
  Index in_h, in_w, channels;
  Index out_h, out_w;
  Index pool_h, pool_w;
  Index stride_h, stride_w;
  Index pad_top = 0, pad_left = 0;
};

/// Bytes an output number needs in max_pool2d's argmax: 1 for windows of up to 256 cells, else 2 or 4.
Index max_pool2d_argmax_bytes(const PoolGeometry& geometry);

/// Largest number of each window, channel by channel.
///
/// x      (n, in_h, in_w, channels)                  n may be 0
/// y      (n, out_h, out_w, channels)
/// argmax y.size() * max_pool2d_argmax_bytes(geometry) bytes: position row * pool_w + column in the window,
///        for max_pool2d_grad; nullptr when no gradient is wanted. Any alignment.
/// Among equal numbers the first in row-major order counts, as in TensorFlow; a NaN in the window gives NaN.
/// Errors  ValueError: an extent or stride < 1, a window that lies wholly outside.  ShapeError: a view's
/// size.
template <class T>
void max_pool2d(const PoolGeometry& geometry, View<const T> x, View<T> y, std::uint8_t* argmax);

/// Gradient of max_pool2d: dy goes to the cell that argmax names; overwrites all of dx.
/// argmax is what max_pool2d wrote for the same geometry: a position beyond the window throws nothing and
/// gives no gradient, so that a damaged buffer cannot write outside dx.
template <class T>
void max_pool2d_grad(const PoolGeometry& geometry, const std::uint8_t* argmax, View<const T> dy, View<T> dx);

/// Mean of each window over the cells that lie inside the image. Views and errors as max_pool2d.
template <class T>
void average_pool2d(const PoolGeometry& geometry, View<const T> x, View<T> y);

/// Gradient of average_pool2d; overwrites all of dx.
template <class T>
void average_pool2d_grad(const PoolGeometry& geometry, View<const T> dy, View<T> dx);

}  // namespace cornu::kernels
