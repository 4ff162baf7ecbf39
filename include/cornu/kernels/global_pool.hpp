#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// Mean of each channel over all positions between the batch and the channels.
///
/// x (n, ..., channels)   y (n, channels), or the same with axes of 1 between
/// Numerics sums of 64 positions, which are then added in order: the bits depend on neither n nor threads.
template <class T>
void global_average_pool(View<const T> x, View<T> y);
/// Gradient of global_average_pool; overwrites dx.
template <class T>
void global_average_pool_grad(View<const T> dy, View<T> dx);

/// Largest number of each channel over all positions; a NaN gives NaN. Shapes as global_average_pool.
template <class T>
void global_max_pool(View<const T> x, View<T> y);
/// Gradient of global_max_pool; overwrites dx. Positions that share the largest number share its gradient in
/// equal parts, as TensorFlow's reduce_max has it.
template <class T>
void global_max_pool_grad(View<const T> x, View<const T> y, View<const T> dy, View<T> dx);

}  // namespace cornu::kernels
