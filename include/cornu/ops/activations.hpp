#pragma once
#include "cornu/core/tensor.hpp"

/// Functions on tensors. The activations: each takes a tensor of any shape and returns one of the same shape
/// (glu: of half the last axis).
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

/// a * sigmoid(b), where a and b are the halves of the last axis. Errors: ShapeError: no axis, or an odd one.
Tensor glu(const Tensor& x);
/// min(max(x, -1), 1).
Tensor hard_tanh(const Tensor& x);
/// x - tanh(x).
Tensor tanh_shrink(const Tensor& x);
/// x - 0.5 where x > 0.5, x + 0.5 where x < -0.5, else 0.
Tensor soft_shrink(const Tensor& x);
/// x where |x| > 0.5, else 0.
Tensor hard_shrink(const Tensor& x);
/// 0 where x <= -1, (x + 1)^2 / 4 up to 1, then x.
Tensor sparse_plus(const Tensor& x);
/// (x + sqrt(x^2 + 4)) / 2.
Tensor squareplus(const Tensor& x);
/// max(x - tau, 0) along the last axis, where tau follows from its largest numbers, as in Keras 3 (whose tau
/// is larger than that of Martins and Astudillo 2016 where more than one number stays). Errors: ShapeError:
/// no axis.
Tensor sparsemax(const Tensor& x);

}  // namespace cornu::ops
