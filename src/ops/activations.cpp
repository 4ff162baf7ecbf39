#include "cornu/ops/activations.hpp"

#include "cornu/core/error.hpp"
#include "cornu/kernels/activation.hpp"
#include "cornu/kernels/rectifier.hpp"
#include "cornu/kernels/softmax.hpp"

namespace cornu::ops {

namespace {
Tensor apply(ActivationFn fn, const Tensor& x) {
  Tensor y(x.shape());
  kernels::activation<float>(fn, x.view(), y.view());
  return y;
}

Tensor along(const Tensor& x, int axis, bool log) {
  if (axis < -x.rank() || axis >= x.rank())
    throw ValueError(detail::concat(log ? "ops::log_softmax" : "ops::softmax", ": axis is ", axis,
                                    "; the tensor ", x.shape().text(), " has ", x.rank(),
                                    " axes. Choose one of them, or count from the end: -1 is the last."));
  Tensor y(x.shape());
  kernels::softmax<float>(x.view(), y.view(), axis, log);
  return y;
}
}  // namespace

Tensor linear(const Tensor& x) { return x; }
Tensor relu(const Tensor& x) { return apply(ActivationFn::relu, x); }
Tensor relu6(const Tensor& x) { return apply(ActivationFn::relu6, x); }
Tensor sigmoid(const Tensor& x) { return apply(ActivationFn::sigmoid, x); }
Tensor hard_sigmoid(const Tensor& x) { return apply(ActivationFn::hard_sigmoid, x); }
Tensor tanh(const Tensor& x) { return apply(ActivationFn::tanh, x); }
Tensor softmax(const Tensor& x, int axis) { return along(x, axis, false); }
Tensor log_softmax(const Tensor& x, int axis) { return along(x, axis, true); }
Tensor softplus(const Tensor& x) { return apply(ActivationFn::softplus, x); }
Tensor softsign(const Tensor& x) { return apply(ActivationFn::softsign, x); }

Tensor elu(const Tensor& x, float alpha) {
  Tensor y(x.shape());
  kernels::elu<float>(alpha, x.view(), y.view());
  return y;
}

Tensor selu(const Tensor& x) { return apply(ActivationFn::selu, x); }
Tensor celu(const Tensor& x) { return apply(ActivationFn::celu, x); }
Tensor gelu(const Tensor& x) { return apply(ActivationFn::gelu, x); }
Tensor silu(const Tensor& x) { return apply(ActivationFn::silu, x); }
Tensor hard_silu(const Tensor& x) { return apply(ActivationFn::hard_silu, x); }
Tensor mish(const Tensor& x) { return apply(ActivationFn::mish, x); }
Tensor exponential(const Tensor& x) { return apply(ActivationFn::exponential, x); }

Tensor leaky_relu(const Tensor& x, float negative_slope) {
  if (!(negative_slope >= 0))
    throw ValueError(detail::concat("ops::leaky_relu: negative_slope is ", negative_slope,
                                    "; it must be at least 0. Use PReLU for slopes of any sign."));
  Tensor y(x.shape());
  kernels::rectify<float>({.negative_slope = negative_slope}, x.view(), y.view());
  return y;
}

Tensor threshold(const Tensor& x) { return apply(ActivationFn::threshold, x); }

Tensor glu(const Tensor& x) {
  if (x.rank() == 0 || x.shape().back() % 2 != 0)
    throw ShapeError(detail::concat("ops::glu: the tensor is ", x.shape().text(),
                                    "; its last axis must be even, of which the second half are gates."));
  Tensor y(x.shape().with_back(x.shape().back() / 2));
  kernels::activation<float>(ActivationFn::glu, x.view(), y.view());
  return y;
}
Tensor hard_tanh(const Tensor& x) { return apply(ActivationFn::hard_tanh, x); }
Tensor tanh_shrink(const Tensor& x) { return apply(ActivationFn::tanh_shrink, x); }
Tensor soft_shrink(const Tensor& x) { return apply(ActivationFn::soft_shrink, x); }
Tensor hard_shrink(const Tensor& x) { return apply(ActivationFn::hard_shrink, x); }
Tensor sparse_plus(const Tensor& x) { return apply(ActivationFn::sparse_plus, x); }
Tensor squareplus(const Tensor& x) { return apply(ActivationFn::squareplus, x); }
Tensor sparsemax(const Tensor& x) {
  if (x.rank() == 0)
    throw ShapeError(
        "ops::sparsemax: the tensor is a scalar; it runs over the last axis. Give (..., features).");
  return apply(ActivationFn::sparsemax, x);
}

}  // namespace cornu::ops
