#include "cornu/layers/multi_head_attention.hpp"

#include <algorithm>
#include <cmath>

#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/gemm.hpp"
#include "cornu/layers/attention_layer.hpp"
#include "cornu/layers/spatial.hpp"

namespace cornu {

namespace {
enum Projection : std::size_t { query, key, value, output };

Index heads_values(const kernels::AttentionSizes& a) {
  return a.n * a.heads * (a.queries + a.values) * (a.key_dim + a.value_dim);
}
}  // namespace

MultiHeadAttentionLayer::MultiHeadAttentionLayer(MultiHeadAttention spec) : LayerOf(std::move(spec)) {
  detail::check_at_least_1(*this, "num_heads", spec_.num_heads);
  detail::check_at_least_1(*this, "key_dim", spec_.key_dim);
  detail::check_at_least_1(*this, "value_dim", value_dim());
  detail::check_at_least_1(*this, "output_shape", spec_.output_shape.value_or(1));
  detail::check_rate(*this, spec_.dropout, detail::RateOne::refused);
  const auto refuse = [&](bool given, std::string_view field) {
    if (given) throw ValueError(detail::concat(who(), ": ", field, " is not supported. Leave it out."));
  };
  refuse(spec_.use_gate, "use_gate");
  refuse(spec_.sliding_window.has_value(), "sliding_window");
  refuse(bool(spec_.activity_regularizer), "activity_regularizer");
  refuse(!spec_.attention_axes.empty() && spec_.attention_axes != std::vector<Index>{1},
         "attention_axes other than 1");
}

Shapes MultiHeadAttentionLayer::output_shapes(const Shapes& inputs) const {
  detail::check_attention_inputs(*this, inputs, false);
  return {inputs[0].with_back(spec_.output_shape.value_or(inputs[0].back()))};
}

void MultiHeadAttentionLayer::build(const Shapes& inputs) {
  const auto add = [&](const std::string& projection, const Shape& kernel, const Shape& bias) {
    add_weight(projection + "/kernel", kernel, spec_.kernel_initializer, spec_.kernel_regularizer,
               spec_.kernel_constraint);
    if (spec_.use_bias)
      add_weight(projection + "/bias", bias, spec_.bias_initializer, spec_.bias_regularizer,
                 spec_.bias_constraint);
  };
  const Index heads = spec_.num_heads, features = spec_.output_shape.value_or(inputs[0].back());
  add("query", {inputs[0].back(), heads, spec_.key_dim}, {heads, spec_.key_dim});
  add("key", {inputs.back().back(), heads, spec_.key_dim}, {heads, spec_.key_dim});
  add("value", {inputs[1].back(), heads, value_dim()}, {heads, value_dim()});
  add("attention_output", {heads, value_dim(), features}, {features});
}

kernels::AttentionSizes MultiHeadAttentionLayer::sizes(const Shape& q, const Shape& v) const {
  return {.n = q[0],
          .heads = spec_.num_heads,
          .queries = q[1],
          .values = v[1],
          .key_dim = spec_.key_dim,
          .value_dim = value_dim()};
}

/// The heads, then their weights.
Index MultiHeadAttentionLayer::saved_bytes(const Shapes& inputs, Index samples, Index value_size) const {
  const auto a = sizes(inputs[0].with_front(samples), inputs[1].with_front(samples));
  return (heads_values(a) + a.scores()) * value_size;
}

/// In inference what would be saved, in backward the gradients of that; then the weights after dropout.
Index MultiHeadAttentionLayer::scratch_values(const Shapes& inputs, Index samples) const {
  const auto a = sizes(inputs[0].with_front(samples), inputs[1].with_front(samples));
  return heads_values(a) + 2 * a.scores();
}

template <class T>
MultiHeadAttentionLayer::Heads<T>::Heads(const kernels::AttentionSizes& a, T* memory)
    : q(memory),
      k(q + a.n * a.queries * a.heads * a.key_dim),
      v(k + a.n * a.values * a.heads * a.key_dim),
      o(v + a.n * a.values * a.heads * a.value_dim) {}

template <class T>
void MultiHeadAttentionLayer::project(const Call<T>& c, std::size_t at, const T* x, Index rows, T* y) const {
  const std::size_t w = at * (spec_.use_bias ? 2 : 1);
  const View<T>& kernel = c.weights[w];
  const Index in = at == output ? kernel.shape[0] * kernel.shape[1] : kernel.shape[0];
  const Index out = kernel.size() / in;
  kernels::gemm<T>(kernels::Trans::no, kernels::Trans::no, rows, out, in, x, in, kernel.data, out, y, out,
                   false, {.bias = spec_.use_bias ? c.weights[w + 1].data : nullptr});
}

template <class T>
void MultiHeadAttentionLayer::project_grad(const BackwardCall<T>& c, std::size_t at, const T* x, Index rows,
                                           const T* dy, T* dx, bool add) const {
  const std::size_t w = at * (spec_.use_bias ? 2 : 1);
  const View<T>& kernel = c.weights[w];
  const Index in = at == output ? kernel.shape[0] * kernel.shape[1] : kernel.shape[0];
  const Index out = kernel.size() / in;
  if (c.dweights[w])
    kernels::gemm<T>(kernels::Trans::yes, kernels::Trans::no, in, out, rows, x, in, dy, out,
                     c.dweights[w].data, out, true);
  if (spec_.use_bias && c.dweights[w + 1])
    kernels::add_column_sums<T>(View<const T>(dy, Shape{rows, out}), c.dweights[w + 1].reshaped(Shape{out}));
  if (dx)
    kernels::gemm<T>(kernels::Trans::no, kernels::Trans::yes, rows, in, out, dy, out, kernel.data, out, dx,
                     in, add);
}

template <class T>
kernels::AttentionMask<T> MultiHeadAttentionLayer::mask(const Call<T>& c) const {
  return {.queries = c.mask(0),
          .values = c.mask(1),
          .keys = c.mask(2),
          .causal = spec_.use_causal_mask,
          .none_seen = spec_.dropout > 0 ? kernels::NoneSeen::nothing : kernels::NoneSeen::alike};
}

template <class T>
void MultiHeadAttentionLayer::drop(const Call<T>& c, const kernels::AttentionSizes& a, const T* from,
                                   T* to) const {
  const double rate = spec_.dropout;
  const Shape shape{a.n, a.heads * a.queries * a.values};
  kernels::drop<T>({.rate = rate, .scale = 1 / (1 - rate)}, detail::streams(c, spec_.seed),
                   View<const T>(from, shape), View<T>(to, shape));
}

template <class T>
void MultiHeadAttentionLayer::compute(const ForwardCall<T>& c) const {
  const auto a = sizes(c.x[0].shape, c.x[1].shape);
  T* const memory = c.saved.empty() ? c.scratch.data() : c.template saved_as<T>();
  const Heads<T> h(a, memory);
  T *const weights = memory + heads_values(a), *const dropped =
                                                   c.scratch.data() + heads_values(a) + a.scores();
  project(c, query, c.x[0].data, a.n * a.queries, h.q);
  project(c, key, c.x.back().data, a.n * a.values, h.k);
  project(c, value, c.x[1].data, a.n * a.values, h.v);
  kernels::attention_scores<T>(a, h.q, h.k, weights);
  kernels::attention_softmax<T>(a, T(1) / std::sqrt(T(a.key_dim)), mask(c), weights);
  if (drops(c)) drop(c, a, weights, dropped);
  kernels::attention_output<T>(a, drops(c) ? dropped : weights, h.v, h.o);
  project(c, output, h.o, a.n * a.queries, c.y[0].data);
}

template <class T>
void MultiHeadAttentionLayer::gradient(const BackwardCall<T>& c) const {
  const auto a = sizes(c.x[0].shape, c.x[1].shape);
  const Heads<T> h(a, c.template saved_as<T>()), d(a, c.scratch.data());
  T* const weights = c.template saved_as<T>() + heads_values(a);
  T *const dweights = c.scratch.data() + heads_values(a), *const dropped = dweights + a.scores();
  project_grad(c, output, h.o, a.n * a.queries, c.dy[0].data, d.o, false);
  if (drops(c)) drop(c, a, weights, dropped);
  kernels::attention_output_grad<T>(a, drops(c) ? dropped : weights, h.v, d.o, dweights, d.v);
  if (drops(c)) drop(c, a, dweights, dweights);
  kernels::attention_softmax_grad<T>(a, T(1) / std::sqrt(T(a.key_dim)), mask(c), weights, dweights);
  kernels::attention_scores_grad<T>(a, h.q, h.k, dweights, d.q, d.k, false);
  project_grad(c, query, c.x[0].data, a.n * a.queries, d.q, c.dx[0].data, false);
  project_grad(c, value, c.x[1].data, a.n * a.values, d.v, c.dx[1].data, false);
  project_grad(c, key, c.x.back().data, a.n * a.values, d.k, c.dx.back().data, c.x.size() == 2);
}

template void MultiHeadAttentionLayer::compute(const ForwardCall<float>&) const;
template void MultiHeadAttentionLayer::compute(const ForwardCall<double>&) const;
template void MultiHeadAttentionLayer::gradient(const BackwardCall<float>&) const;
template void MultiHeadAttentionLayer::gradient(const BackwardCall<double>&) const;

}  // namespace cornu
