#pragma once
#include "cornu/kernels/attention.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/kernels/mask.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/random_layer.hpp"

namespace cornu::detail {

/// Shapes of query, value and key (which is value where there are two inputs), checked.
/// Errors: ShapeError: not 2 or 3 inputs, an input that is not 3-D or empty, extents that do not fit.
/// same_dim: query and key are compared number by number.
void check_attention_inputs(const Layer& layer, const Shapes& inputs, bool same_dim);

/// What the layers with one head share: weights = softmax(scores) of query and key, y = weights value.
/// Spec::additive: AdditiveAttention.
template <class Spec>
class AttentionLayer final : public LayerOf<Spec, AttentionLayer<Spec>> {
  using Base = LayerOf<Spec, AttentionLayer<Spec>>;
  using Base::spec_;

 public:
  explicit AttentionLayer(Spec spec) : Base(std::move(spec)) {
    check_rate(*this, spec_.dropout, RateOne::refused);
  }

  Shapes output_shapes(const Shapes& inputs) const override {
    check_attention_inputs(*this, inputs, true);
    return {{inputs[0][0], inputs[1][1]}};
  }
  void build(const Shapes& inputs) override {
    if constexpr (Spec::additive) {
      if (spec_.use_scale) this->add_weight("scale", {inputs[0].back()}, GlorotUniform{});
    } else {
      if (spec_.use_scale) this->add_weight("scale", Shape(), Ones{});
      if (additive()) this->add_weight("concat_score_weight", Shape(), Ones{});
    }
  }
  /// The weights.
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return score_count(inputs, samples) * value_size;
  }
  /// Weights after dropout, their gradient, scores, and the parts of additive_scores_grad.
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return 3 * score_count(inputs, samples) + samples * (inputs[0].back() + 2);
  }

  bool uses_masks() const override { return true; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const auto a = sizes(c);
    T* const dropped = c.scratch.data();
    T* const weights = c.saved.empty() ? dropped + a.scores() : c.template saved_as<T>();
    scores(c, a, weights);
    kernels::attention_softmax<T>(a, additive() ? T(1) : scale(c), mask(c), weights);
    if (drops(c)) drop(c, a, weights, dropped);
    kernels::attention_output<T>(a, drops(c) ? dropped : weights, c.x[1].data, c.y[0].data);
    if (c.mask(0)) kernels::clear_masked<T>(c.masks[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const auto a = sizes(c);
    T *const dropped = c.scratch.data(), *const d = dropped + a.scores(), *const again = d + a.scores();
    const T* const weights = c.template saved_as<T>();
    if (c.mask(0)) kernels::clear_masked<T>(c.masks[0], c.dy[0]);
    if (drops(c)) drop(c, a, weights, dropped);
    kernels::attention_output_grad<T>(a, drops(c) ? dropped : weights, c.x[1].data, c.dy[0].data, d,
                                      c.dx[1].data);
    if (drops(c)) drop(c, a, d, d);
    kernels::attention_softmax_grad<T>(a, T(1), mask(c), weights, d);
    const bool own_key = c.x.size() == 3;
    T* const dk = c.dx[own_key ? 2 : 1].data;
    if (additive()) {
      kernels::additive_scores_grad<T>(a, additive_score(c), c.x[0].data, key(c), d,
                                       {.dq = c.dx[0].data,
                                        .dk = dk,
                                        .add_to_dk = !own_key,
                                        .dscale = Spec::additive ? nullptr : dscale(c),
                                        .dweight = Spec::additive ? nullptr : c.dweights.back().data,
                                        .dvector = Spec::additive ? dscale(c) : nullptr,
                                        .partial = again + a.scores()});
      return;
    }
    if (T* const to = dscale(c)) {  // the sum of each score before scaling times its gradient
      kernels::attention_scores<T>(a, c.x[0].data, key(c), again);
      *to += kernels::attention_scale_grad<T>(a, again, d);
    }
    const View<T> all(d, Shape{a.scores()});
    if (spec_.use_scale) kernels::scale<T>(all, all, scale(c), T(0));
    kernels::attention_scores_grad<T>(a, c.x[0].data, key(c), d, c.dx[0].data, dk, !own_key);
  }

 private:
  bool additive() const {
    if constexpr (Spec::additive) return true;
    if constexpr (!Spec::additive) return spec_.score_mode == Spec::Score::concat;
  }
  template <class T>
  static kernels::AttentionSizes sizes(const Call<T>& c) {
    const Shape &q = c.x[0].shape, &v = c.x[1].shape;
    return {.n = q[0], .heads = 1, .queries = q[1], .values = v[1], .key_dim = q[2], .value_dim = v[2]};
  }
  static Index score_count(const Shapes& inputs, Index samples) {
    return samples * inputs[0][0] * inputs[1][0];
  }
  template <class T>
  static const T* key(const Call<T>& c) {
    return c.x[c.x.size() == 3 ? 2 : 1].data;
  }
  template <class T>
  T scale(const Call<T>& c) const {
    return spec_.use_scale ? c.weights[0][0] : T(1);
  }
  /// Where the gradient of the weight `scale` goes, or null.
  template <class T>
  T* dscale(const BackwardCall<T>& c) const {
    return spec_.use_scale ? c.dweights[0].data : nullptr;
  }
  template <class T>
  kernels::AdditiveScore<T> additive_score(const Call<T>& c) const {
    if constexpr (Spec::additive)
      return {.vector = spec_.use_scale ? c.weights[0].data : nullptr};
    else
      return {.scale = scale(c), .weight = c.weights.back()[0]};
  }
  template <class T>
  void scores(const Call<T>& c, const kernels::AttentionSizes& a, T* to) const {
    if (additive()) return kernels::additive_scores<T>(a, additive_score(c), c.x[0].data, key(c), to);
    kernels::attention_scores<T>(a, c.x[0].data, key(c), to);
  }
  /// The mask of the key is not asked for, as in Keras; that of the query is for the output.
  template <class T>
  kernels::AttentionMask<T> mask(const Call<T>& c) const {
    return {.values = c.mask(1), .causal = spec_.use_causal_mask, .none_seen = kernels::NoneSeen::lowered};
  }
  template <class T>
  bool drops(const Call<T>& c) const {
    return c.training && spec_.dropout > 0;
  }
  template <class T>
  void drop(const Call<T>& c, const kernels::AttentionSizes& a, const T* from, T* to) const {
    const double rate = spec_.dropout;
    const Shape shape{a.n, a.scores() / std::max<Index>(a.n, 1)};
    kernels::drop<T>({.rate = rate, .scale = 1 / (1 - rate)}, streams(c, spec_.seed),
                     View<const T>(from, shape), View<T>(to, shape));
  }
};

}  // namespace cornu::detail
