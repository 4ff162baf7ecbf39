#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// y = x with its steps in reverse order: x (n, steps, ...). Not in place.
template <class T>
void reverse_steps(View<const T> x, View<T> y);

/// How two arrays of one shape become one, or the gradient of one theirs.
enum class Pairing { concat, sum, ave, mul };

/// y = a and b joined: concat along the last axis. y may be none of them.
template <class T>
void join(Pairing how, View<const T> a, View<const T> b, View<T> y);
/// Gradients of a and b from dy, overwritten; a and b are read for mul only.
template <class T>
void join_grad(Pairing how, View<const T> a, View<const T> b, View<const T> dy, View<T> da, View<T> db);

}  // namespace cornu::kernels
