#pragma once
#include "cornu/core/view.hpp"
#include "cornu/kernels/activation_function.hpp"

namespace cornu::kernels {

/// y = fn(x), elementwise; softmax, log_softmax and sparsemax over the last axis. y may be x. glu: x (..., 2
/// k) and y (..., k), which may not be x.
template <class T>
void activation(const ActivationFunction& fn, View<const T> x, View<T> y);

/// dx = dy * fn'(x), overwriting dx, which may be dy. x may be empty unless fn.needs_input(); y may be empty
/// if it does. At a kink the derivative is TensorFlow's: relu'(0) = 0.
template <class T>
void activation_grad(const ActivationFunction& fn, View<const T> x, View<const T> y, View<const T> dy,
                     View<T> dx);

}  // namespace cornu::kernels
