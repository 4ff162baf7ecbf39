#pragma once
#include "cornu/kernels/activation.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

/// The `activation` field of a layer at work: y = activation(z), where the layer has left z in y.
/// Where the derivative needs z, z is saved; the rest follows from y.
struct Activated {
  const ActivationFunction& fn;
  bool logits;  ///< the call's flag: leave the activation out

  bool off() const { return fn.is_linear() || logits; }

  /// y holds z on entry and the activation on return. saved: y.size() values if fn.needs_input(); null in
  /// inference.
  template <class T>
  void forward(View<T> y, T* saved) const {
    if (off()) return;
    if (saved != nullptr && fn.needs_input()) kernels::copy<T>(y, View<T>(saved, y.shape));
    kernels::activation<T>(fn, y, y);
  }
  /// dy becomes the gradient of z, in place.
  template <class T>
  void backward(View<const T> y, View<T> dy, const T* saved) const {
    if (off()) return;
    const View<const T> z = fn.needs_input() ? View<const T>(saved, dy.shape) : View<const T>();
    kernels::activation_grad<T>(fn, z, y, dy, dy);
  }
};

}  // namespace cornu::detail
