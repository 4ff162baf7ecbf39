#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// Rows of numbers that are normalized one by one.
struct RowExtents {
  Index rows, width;
};

/// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, with mean and population variance of each row.
///
/// x, y (rows, width)   gamma, beta (width), each may be empty
/// moments 2 * rows values, mean and inverse deviation of each row for layer_norm_grad; nullptr in inference
/// Numerics two passes, so that a large mean does not cancel; each row is computed alone.
/// Source   Ba, Kiros, Hinton 2016, "Layer normalization"; Keras 3 LayerNormalization.
template <class T>
void layer_norm(const RowExtents& extents, View<const T> x, T epsilon, View<const T> gamma,
                View<const T> beta, View<T> y, T* moments);

/// Values of T that layer_norm_grad takes as scratch.
Index layer_norm_scratch(const RowExtents& extents);

/// Gradients of layer_norm: overwrites dx (may be empty; may be dy), adds to dgamma and dbeta (each may be
/// empty). gamma as in layer_norm; moments is what it wrote.
/// Numerics the sums over rows are taken in pieces that the extents fix, added in order.
template <class T>
void layer_norm_grad(const RowExtents& extents, View<const T> x, View<const T> dy, const T* moments,
                     View<const T> gamma, View<T> dx, View<T> dgamma, View<T> dbeta, T* scratch);

}  // namespace cornu::kernels
