#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// Axis a of y is axis axes[a] of x (a permutation of 0 .. rank - 1). y is not x.
template <class T>
void permute(View<const T> x, View<T> y, const Shape& axes);

/// x (n, features) -> y (n, times, features), each row repeated. y is not x.
template <class T>
void repeat(View<const T> x, View<T> y);
/// dx (n, features) = the sums of dy (n, times, features) over times.
template <class T>
void repeat_grad(View<const T> dy, View<T> dx);

/// x (n, h, w, channels) is put into y (n, h', w', channels) at (top, left), with zeros around. y is not x.
template <class T>
void pad2d(View<const T> x, View<T> y, Index top, Index left);
/// y (n, h', w', channels) = the part of x (n, h, w, channels) that starts at (top, left). y is not x.
template <class T>
void crop2d(View<const T> x, View<T> y, Index top, Index left);

}  // namespace cornu::kernels
