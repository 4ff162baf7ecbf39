#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// mask[i] = 1 where a number of run i of x, mask.size() equal runs, is not `value`, else 0.
template <class T>
void mask_of(T value, View<const T> x, View<T> mask);
/// y = from where the run of x's last axis has a number that is not `value`, else 0. y may be from.
template <class T>
void keep_unmasked(T value, View<const T> x, View<const T> from, View<T> y);

}  // namespace cornu::kernels
