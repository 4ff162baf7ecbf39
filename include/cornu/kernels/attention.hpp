#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// Sizes of an attention of n samples. Arrays lie as
///
///   q (n, queries, heads, key_dim)   k (n, values, heads, key_dim)   v (n, values, heads, value_dim)
///   scores, weights (n, heads, queries, values)                      o (n, queries, heads, value_dim)
struct AttentionSizes {
  Index n, heads, queries, values, key_dim, value_dim;
  Index scores() const { return n * heads * queries * values; }
};

/// scores = q k^T, head by head.  Cost 2 scores key_dim flops
template <class T>
void attention_scores(const AttentionSizes& sizes, const T* q, const T* k, T* scores);
/// Gradients of attention_scores, each may be null: overwrites dq; overwrites dk, or adds to it.
template <class T>
void attention_scores_grad(const AttentionSizes& sizes, const T* q, const T* k, const T* dscores, T* dq,
                           T* dk, bool add_to_dk);

/// What a query weighs that sees no value at all; Keras has all three.
enum class NoneSeen {
  alike,    ///< all values alike, without a gradient of the scores (a fused MultiHeadAttention)
  nothing,  ///< none (MultiHeadAttention with dropout)
  lowered   ///< softmax of float32 scores that 1e9 was taken from: as good as alike, with a gradient
            ///< (Attention)
};
/// Which values a query sees. Masks are of 0 and 1; null: all count.
template <class T>
struct AttentionMask {
  const T* queries = nullptr;                  ///< (n, queries): a query that does not count sees none
  const T *values = nullptr, *keys = nullptr;  ///< (n, values): seen are those that count in both
  bool causal = false;                         ///< query i sees values 0 .. i only
  NoneSeen none_seen = NoneSeen::alike;
};

/// Scores become weights in place: softmax(scale * scores) over the values that are seen, the others weigh 0.
template <class T>
void attention_softmax(const AttentionSizes& sizes, T scale, const AttentionMask<T>& mask, T* scores);
/// The gradient of weights becomes that of scores, in place.
template <class T>
void attention_softmax_grad(const AttentionSizes& sizes, T scale, const AttentionMask<T>& mask,
                            const T* weights, T* dweights);

/// The gradient of a factor of all scores: the sum of scores * dscores. Numerics summed in order.
template <class T>
T attention_scale_grad(const AttentionSizes& sizes, const T* scores, const T* dscores);

/// o = weights v, head by head.  Cost 2 scores value_dim flops
template <class T>
void attention_output(const AttentionSizes& sizes, const T* weights, const T* v, T* o);
/// Gradients of attention_output; each is overwritten, dv may be null.
template <class T>
void attention_output_grad(const AttentionSizes& sizes, const T* weights, const T* v, const T* d_o,
                           T* dweights, T* dv);

/// What additive_scores is made of: weight * sum over key_dim of vector * tanh(scale * (q + k)).
template <class T>
struct AdditiveScore {
  T scale = 1;
  T weight = 1;
  const T* vector = nullptr;  ///< key_dim numbers; null: ones
};
/// Scores of one head (heads is 1).  Source  Bahdanau, Cho, Bengio 2015.
template <class T>
void additive_scores(const AttentionSizes& sizes, const AdditiveScore<T>& score, const T* q, const T* k,
                     T* scores);
/// Gradients of additive_scores: overwrites dq; overwrites dk, or adds to it (each may be null); adds the
/// gradients of scale, weight and vector to what is given. partial: n * (key_dim + 2) values of scratch.
/// Numerics the sums run within a sample, then over the samples in order.
template <class T>
struct AdditiveScoreGrad {
  T *dq, *dk;
  bool add_to_dk;
  T *dscale, *dweight, *dvector;
  T* partial;
};
template <class T>
void additive_scores_grad(const AttentionSizes& sizes, const AdditiveScore<T>& score, const T* q, const T* k,
                          const T* dscores, const AdditiveScoreGrad<T>& to);

}  // namespace cornu::kernels
