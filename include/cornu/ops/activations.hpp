#pragma once
#include "cornu/core/tensor.hpp"

/// Functions on tensors. The activations: each takes a tensor of any shape and returns one of the same shape.
namespace cornu::ops {

/// x.
Tensor linear(const Tensor& x);
/// max(x, 0).
Tensor relu(const Tensor& x);
/// min(max(x, 0), 6).
Tensor relu6(const Tensor& x);
/// 1 / (1 + exp(-x)).
Tensor sigmoid(const Tensor& x);
/// min(max(x / 6 + 1/2, 0), 1), the straight version of sigmoid.
Tensor hard_sigmoid(const Tensor& x);
/// (exp(x) - exp(-x)) / (exp(x) + exp(-x)).
Tensor tanh(const Tensor& x);
/// exp(x) / sum of exp(x) along an axis; negative axes count from the end. Errors: ValueError.
Tensor softmax(const Tensor& x, int axis = -1);
/// log(softmax(x)), safe where softmax itself is 0. Errors: ValueError.
Tensor log_softmax(const Tensor& x, int axis = -1);
/// log(1 + exp(x)).
Tensor softplus(const Tensor& x);
/// x / (1 + |x|).
Tensor softsign(const Tensor& x);
/// x where x > 0, else alpha * (exp(x) - 1).
Tensor elu(const Tensor& x, float alpha = 1.f);
/// 1.05070098 * (x where x > 0, else 1.67326324 * (exp(x) - 1)).
Tensor selu(const Tensor& x);
/// max(x, 0) + min(exp(x) - 1, 0); Keras' alpha is 1.
Tensor celu(const Tensor& x);
/// x * (1 + erf(x / sqrt(2))) / 2, the exact one.
Tensor gelu(const Tensor& x);
/// x * sigmoid(x), also called swish.
Tensor silu(const Tensor& x);
/// x * hard_sigmoid(x).
Tensor hard_silu(const Tensor& x);
/// x * tanh(softplus(x)).
Tensor mish(const Tensor& x);
/// exp(x).
Tensor exponential(const Tensor& x);
/// x where x > 0, else negative_slope * x. Errors: ValueError: negative_slope < 0.
Tensor leaky_relu(const Tensor& x, float negative_slope = 0.2f);
/// 1 where x > 0, else 0.
Tensor threshold(const Tensor& x);

}  // namespace cornu::ops
