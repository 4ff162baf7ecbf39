#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// How the axis that is summed over splits one sample of an operand: (outer, length, inner), row-major.
struct DotSide {
  Index outer, length, inner;
  Index size() const { return outer * length * inner; }
  /// Numbers that are left when the axis is gone.
  Index left() const { return outer * inner; }
};

/// For each of n samples, y[p, q] = sum over k of a[p, k] b[q, k], where p and q run through what is left of
/// either operand and k through its summed axis. a.length == b.length.
///
/// a (n, outer, length, inner) by side a   b (the same by side b)   y (n, a.left(), b.left())
/// Cost     2 n a.left() b.left() length flops
template <class T>
void batch_dot(Index n, const DotSide& side_a, const DotSide& side_b, const T* a, const T* b, T* y);
/// Gradients of batch_dot; each overwritten, each may be null.
template <class T>
void batch_dot_grad(Index n, const DotSide& side_a, const DotSide& side_b, const T* a, const T* b,
                    const T* dy, T* da, T* db);

/// y = x * inverse, inverse = 1 / sqrt(sum of x^2 along the axis), at most `limit` (Keras: 1 / epsilon).
///
/// x, y (n, outer, length, inner)   inverse (n, outer, inner)
template <class T>
void unit_length(Index n, const DotSide& side, const T* x, T* y, T* inverse, T limit = T(1e7));
/// Gradient of unit_length from y and inverse; dy becomes dx in place.
template <class T>
void unit_length_grad(Index n, const DotSide& side, const T* y, const T* inverse, T* dy, T limit = T(1e7));

}  // namespace cornu::kernels
