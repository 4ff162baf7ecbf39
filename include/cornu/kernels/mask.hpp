#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// mask[i] = 1 where a number of run i of x, mask.size() equal runs, is not `value`, else 0.
template <class T>
void mask_of(T value, View<const T> x, View<T> mask);
/// y = from where the run of x's last axis has a number that is not `value`, else 0. y may be from.
template <class T>
void keep_unmasked(T value, View<const T> x, View<const T> from, View<T> y);

/// Sets the runs of y, mask.size() equal ones, to 0 whose mask is 0.
template <class T>
void clear_masked(View<const T> mask, View<T> y);

/// Mean of each channel over the steps that count, 0 where none does: x (n, steps, channels), mask (n,
/// steps), y (n, channels).
template <class T>
void masked_mean(View<const T> x, View<const T> mask, View<T> y);
/// Gradient of masked_mean; overwrites dx.
template <class T>
void masked_mean_grad(View<const T> mask, View<const T> dy, View<T> dx);

}  // namespace cornu::kernels
