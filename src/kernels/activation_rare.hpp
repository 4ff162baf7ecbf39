#pragma once
#include "cornu/core/view.hpp"
#include "cornu/kernels/activation_function.hpp"

namespace cornu::kernels {

/// glu, sparsemax, squareplus, sparse_plus, hard_tanh and the shrinking ones; arguments as activation().
template <class T>
void rare_activation(ActivationFn fn, View<const T> x, View<T> y);
/// Arguments as activation_grad(). At a kink the derivative is that of the flat side.
template <class T>
void rare_activation_grad(ActivationFn fn, View<const T> x, View<const T> y, View<const T> dy, View<T> dx);

}  // namespace cornu::kernels
