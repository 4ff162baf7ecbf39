#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// y = exp(x) / sum of exp(x) along an axis (counted in the view's shape, negative from the end), or its
/// logarithm. Safe against overflow: the largest x is taken off first. y may be x.
template <class T>
void softmax(View<const T> x, View<T> y, int axis, bool log);
/// dx from softmax's own output y, overwriting dx, which may be dy.
template <class T>
void softmax_grad(View<const T> y, View<const T> dy, View<T> dx, int axis, bool log);

}  // namespace cornu::kernels
