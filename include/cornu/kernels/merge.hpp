#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// What becomes of two numbers a and b. second: b. maximum and minimum of a NaN and a number are NaN.
enum class Binary { add, subtract, multiply, maximum, minimum, second };

// Below, an operand "broadcasts" to y as Keras' merge layers have it: axis 0 (samples) is the same in both,
// an operand of fewer axes gets axes of 1 after it, and an axis of 1 is repeated.

/// y = op(a, b).
///
/// a (as y; its data may be y's)   b (broadcasts to y)
template <class T>
void binary(Binary op, View<const T> a, View<const T> b, View<T> y);

/// out = d where (b == y) is `equal`, else 0: the gradient of a maximum or minimum y on its way to operand b.
///
/// y, d, out (same shape; d may be out)   b (broadcasts to y)
template <class T>
void keep_where(bool equal, View<const T> y, View<const T> b, View<const T> d, View<T> out);

/// out = factor * (d summed over the axes along which out broadcasts to d); overwrites out, which may be d
/// where their sizes are equal. Numerics: sums run within a sample in row-major order.
template <class T>
void sum_to(View<const T> d, View<T> out, T factor);

/// Copies rows of `width` numbers that start x_stride and y_stride apart.
template <class T>
void copy_rows(Index rows, Index width, const T* x, Index x_stride, T* y, Index y_stride);

}  // namespace cornu::kernels
