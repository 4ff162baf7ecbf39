#pragma once
#include "cornu/core/shape.hpp"
#include "cornu/kernels/activation_function.hpp"

namespace cornu::kernels {

/// The activations with exponentials, in float, several numbers at once; the templates of activation.cpp are
/// their slow twins. Every function does the same with each number wherever it stands. y may be x, dx may be
/// dy.
struct ActivationLanes {
  using Value = void (*)(const float* x, float* y, Index n);
  using Gradient = void (*)(const float* x_or_y, const float* dy, float* dx, Index n);

  Value exponential, sigmoid, tanh, softplus, gelu, silu, mish;
  Gradient softplus_grad, gelu_grad, silu_grad, mish_grad;
  /// y = scale * (x where x > 0, else alpha * (exp(x) - 1)).
  void (*elu)(float scale, float alpha, const float* x, float* y, Index n);
  /// One row of softmax, or of its logarithm.
  void (*softmax)(const float* x, float* y, Index n, bool log);
  void (*softmax_grad)(const float* y, const float* dy, float* dx, Index n, bool log);

  /// Null where plain loops are as fast.
  Value value(ActivationFn fn) const {
    switch (fn) {
      case ActivationFn::exponential:
        return exponential;
      case ActivationFn::sigmoid:
        return sigmoid;
      case ActivationFn::tanh:
        return tanh;
      case ActivationFn::softplus:
        return softplus;
      case ActivationFn::gelu:
        return gelu;
      case ActivationFn::silu:
        return silu;
      case ActivationFn::mish:
        return mish;
      default:
        return nullptr;
    }
  }
  Gradient gradient(ActivationFn fn) const {
    switch (fn) {
      case ActivationFn::softplus:
        return softplus_grad;
      case ActivationFn::gelu:
        return gelu_grad;
      case ActivationFn::silu:
        return silu_grad;
      case ActivationFn::mish:
        return mish_grad;
      default:
        return nullptr;
    }
  }
};

/// For the instruction set in use. Errors: ValueError, as isa().
const ActivationLanes& activation_lanes();

}  // namespace cornu::kernels
