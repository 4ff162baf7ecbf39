#pragma once
#include "cornu/kernels/layer_norm.hpp"

namespace cornu::kernels {

/// y = x / sqrt(mean of x^2 + epsilon) * scale, row by row.
///
/// x, y (rows, width)   scale (width)
/// inverse rows values, 1 / sqrt(...) for rms_norm_grad; nullptr in inference
/// Source   Zhang and Sennrich 2019, "Root Mean Square Layer Normalization"; Keras 3 RMSNormalization.
template <class T>
void rms_norm(const RowExtents& extents, View<const T> x, T epsilon, View<const T> scale, View<T> y,
              T* inverse);

/// Values of T that rms_norm_grad takes as scratch.
Index rms_norm_scratch(const RowExtents& extents);

/// Gradients of rms_norm: overwrites dx (may be empty; may be dy), adds to dscale (may be empty). inverse is
/// what it wrote.
/// Numerics the sums over rows are taken in pieces that the extents fix, added in order.
template <class T>
void rms_norm_grad(const RowExtents& extents, View<const T> x, View<const T> dy, const T* inverse,
                   View<const T> scale, View<T> dx, View<T> dscale, T* scratch);

}  // namespace cornu::kernels
