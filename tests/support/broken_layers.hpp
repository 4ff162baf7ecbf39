#pragma once
#include <limits>

#include "cornu/core/threads.hpp"
#include "cornu/layers/layer.hpp"

namespace cornu::support {

/// What is wrong with a BrokenDense.
enum class Fault {
  none,
  forgets_bias_gradient,
  overwrites_dweights,
  transposes_kernel_gradient,
  wrong_in_last_row,
  forgets_part_of_dx,
  adds_to_dx,
  wrong_dx,
  writes_beyond_y,
  writes_beyond_dweights,
  leaves_part_of_y,
  hidden_state,
  position_in_slice,
  undeclared_input,
  undeclared_output,
  changes_input,
  changes_weight,
  ignores_logits,
  follows_key,
  reads_scratch,
  writes_beyond_saved,
  follows_threads,
  needs_all_gradients,
  throws_in_backward
};

/// y = x kernel + bias, plain loops, with one fault. Square: kernel (4, 4), so that a transposed gradient
/// fits.
class BrokenDense final : public Layer {
 public:
  explicit BrokenDense(Fault fault) : Layer("broken_dense"), fault_(fault) {}

  std::string_view type() const override { return "BrokenDense"; }
  Shapes output_shapes(const Shapes& inputs) const override { return {inputs.at(0).with_back(4)}; }
  void build(const Shapes& inputs) override {
    add_weight("kernel", {inputs[0].back(), 4}, GlorotUniform{});
    add_weight("bias", {4}, Zeros{});
  }
  BackwardNeeds backward_needs() const override {
    return {.input = fault_ != Fault::undeclared_input, .output = false};
  }
  Index saved_bytes(const Shapes&, Index samples, Index) const override {
    return fault_ == Fault::writes_beyond_saved ? samples : 0;
  }
  Index scratch_values(const Shapes&, Index) const override { return fault_ == Fault::reads_scratch ? 1 : 0; }
  ActivationFn final_activation() const override {
    return fault_ == Fault::ignores_logits ? ActivationFn::sigmoid : ActivationFn::linear;
  }
  void forward(const ForwardCall<float>& call) const override { compute(call); }
  void backward(const BackwardCall<float>& call) const override { gradient(call); }
  void forward(const ForwardCall<double>& call) const override { compute(call); }
  void backward(const BackwardCall<double>& call) const override { gradient(call); }

 private:
  template <class T>
  void compute(const ForwardCall<T>& c) const;
  template <class T>
  void forward_faults(const ForwardCall<T>& c) const;
  template <class T>
  void gradient(const BackwardCall<T>& c) const;
  template <class T>
  void kernel_gradient(const BackwardCall<T>& c) const;
  template <class T>
  void input_gradient(const BackwardCall<T>& c) const;

  Fault fault_;
  mutable int calls_ = 0;
};

enum class ElementwiseFault { none, same_but_doubles, overwrite_but_needs_input, derivative_one };

/// Doubles or rectifies each element, in place or not.
class BrokenElementwise final : public Layer {
 public:
  explicit BrokenElementwise(ElementwiseFault fault) : Layer("broken_elementwise"), fault_(fault) {}

  std::string_view type() const override { return "BrokenElementwise"; }
  Shapes output_shapes(const Shapes& inputs) const override { return inputs; }
  BackwardNeeds backward_needs() const override {
    return {.input = fault_ == ElementwiseFault::overwrite_but_needs_input, .output = rectifies()};
  }
  InPlace in_place(bool) const override {
    return fault_ == ElementwiseFault::same_but_doubles ? InPlace::same : InPlace::overwrite;
  }
  void forward(const ForwardCall<float>& call) const override { compute(call); }
  void backward(const BackwardCall<float>& call) const override { gradient(call); }
  void forward(const ForwardCall<double>& call) const override { compute(call); }
  void backward(const BackwardCall<double>& call) const override { gradient(call); }

 private:
  bool rectifies() const {
    return fault_ == ElementwiseFault::none || fault_ == ElementwiseFault::derivative_one;
  }
  template <class T>
  void compute(const ForwardCall<T>& c) const {
    for (Index i = 0; i < c.x[0].size(); ++i)
      c.y[0][i] = rectifies() ? (c.x[0][i] > 0 ? c.x[0][i] : 0) : 2 * c.x[0][i];
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    for (Index i = 0; i < c.dy[0].size(); ++i) {
      const T slope = !rectifies()                                 ? 2
                      : fault_ == ElementwiseFault::derivative_one ? 1
                      : c.y[0][i] > 0                              ? 1
                                                                   : 0;
      c.dx[0][i] = slope * c.dy[0][i];
    }
  }

  ElementwiseFault fault_;
};

/// Multiplies by 1 + noise; the noise follows the key, if at all.
class BrokenNoise final : public Layer {
 public:
  explicit BrokenNoise(bool follows_key) : Layer("broken_noise"), follows_key_(follows_key) {}

  std::string_view type() const override { return "BrokenNoise"; }
  Shapes output_shapes(const Shapes& inputs) const override { return inputs; }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  void forward(const ForwardCall<float>& c) const override { apply(c, c.x[0], c.y[0]); }
  void backward(const BackwardCall<float>& c) const override {
    if (c.dx[0]) apply(c, c.dy[0], c.dx[0]);
  }

 private:
  void apply(const Call<float>& c, const View<const float>& from, const View<float>& to) const {
    const Index n = from.shape.front(), size = from.shape.without_front().count();
    for (Index i = 0; i < n; ++i) {
      Random random(follows_key_ ? c.sample_random(i) : RandomKey{.seed = 1});
      for (Index j = 0; j < size; ++j)
        to[i * size + j] = from[i * size + j] * (c.training ? 1 + 0.5f * random.uniform() : 1.f);
    }
  }

  bool follows_key_;
};

template <class T>
void BrokenDense::compute(const ForwardCall<T>& c) const {
  const Index n = c.samples(), in = c.x[0].shape.back();
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < 4; ++j) {
      T sum = c.weights[1][j];
      for (Index k = 0; k < in; ++k) sum += c.x[0][i * in + k] * c.weights[0][k * 4 + j];
      c.y[0][i * 4 + j] = sum;
    }
  forward_faults(c);
}

template <class T>
void BrokenDense::forward_faults(const ForwardCall<T>& c) const {
  const View<T>& y = c.y[0];
  const Index n = y.size();
  if (n == 0) return;
  switch (fault_) {
    case Fault::writes_beyond_y:
      y.data[n] = 0;
      break;
    case Fault::leaves_part_of_y:
      y[n - 1] = std::numeric_limits<T>::quiet_NaN();
      break;
    case Fault::hidden_state:
      y[0] += static_cast<T>(++calls_);
      break;
    case Fault::position_in_slice:
      for (Index i = 0; i < c.samples(); ++i) y[i * 4] += static_cast<T>(i);
      break;
    case Fault::changes_input:
      const_cast<T*>(c.x[0].data)[1] += 1;
      break;
    case Fault::changes_weight:
      c.weights[1][0] += 1;
      break;
    case Fault::follows_key:
      y[0] += static_cast<T>(c.random.seed);
      break;
    case Fault::reads_scratch:
      y[0] += c.scratch[0];
      break;
    case Fault::writes_beyond_saved:
      if (!c.saved.empty()) c.saved.data()[c.saved.size()] = std::byte{1};
      break;
    case Fault::follows_threads:
      y[0] += static_cast<T>(num_threads());
      break;
    default:
      break;
  }
}

template <class T>
void BrokenDense::gradient(const BackwardCall<T>& c) const {
  if (fault_ == Fault::throws_in_backward) throw StateError("no backward here");
  if (c.dweights[0]) kernel_gradient(c);
  const bool bias =
      fault_ == Fault::needs_all_gradients ? bool(c.dweights[0]) : fault_ != Fault::forgets_bias_gradient;
  if (c.dweights[1] && bias)
    for (Index i = 0; i < c.samples(); ++i)
      for (Index j = 0; j < 4; ++j) c.dweights[1][j] += c.dy[0][i * 4 + j];
  if (c.dx[0]) input_gradient(c);
  if (fault_ == Fault::undeclared_output && c.dx[0] && c.dx[0].size() > 0) c.dx[0][0] += 0 * c.y[0][0];
}

template <class T>
void BrokenDense::kernel_gradient(const BackwardCall<T>& c) const {
  const Index in = c.weights[0].shape[0];
  const View<T>& dkernel = c.dweights[0];
  for (Index k = 0; k < in; ++k)
    for (Index j = 0; j < 4; ++j) {
      T sum = 0;
      for (Index i = 0; i < c.samples(); ++i) sum += c.x[0][i * in + k] * c.dy[0][i * 4 + j];
      if (fault_ == Fault::wrong_in_last_row && k == in - 1) sum *= T(1.001);
      const Index at = fault_ == Fault::transposes_kernel_gradient ? j * 4 + k : k * 4 + j;
      dkernel[at] = fault_ == Fault::overwrites_dweights ? sum : dkernel[at] + sum;
    }
  if (fault_ == Fault::writes_beyond_dweights) dkernel.data[-1] = 0;
}

template <class T>
void BrokenDense::input_gradient(const BackwardCall<T>& c) const {
  const Index in = c.weights[0].shape[0], n = c.samples();
  for (Index i = 0; i < n; ++i)
    for (Index k = 0; k < in; ++k) {
      if (fault_ == Fault::forgets_part_of_dx && i == n - 1 && k == in - 1) continue;
      T sum = 0;
      for (Index j = 0; j < 4; ++j) sum += c.dy[0][i * 4 + j] * c.weights[0][k * 4 + j];
      if (fault_ == Fault::wrong_dx) sum = -sum;
      T& dx = c.dx[0][i * in + k];
      dx = fault_ == Fault::adds_to_dx ? dx + sum : sum;
    }
}

}  // namespace cornu::support
