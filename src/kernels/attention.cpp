#include "cornu/kernels/attention.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel.hpp"
#include "cornu/kernels/gemm.hpp"
#include "kernels/activation_lanes.hpp"

namespace cornu::kernels {

namespace {
constexpr Trans no = Trans::no, yes = Trans::yes;

/// body(first number of q, k, v, o, scores) for each head of each sample.
struct At {
  Index q, k, v, o, scores;
};
template <class Body>
void each_head(const AttentionSizes& a, const Body& body) {
  const Index work = a.queries * a.values * (a.key_dim + a.value_dim);
  detail::parallel_chunks(
      a.n * a.heads, detail::kElementChunk / (work + 1) + 1, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
          const Index s = i / a.heads, h = i % a.heads;
          body(At{(s * a.queries * a.heads + h) * a.key_dim, (s * a.values * a.heads + h) * a.key_dim,
                  (s * a.values * a.heads + h) * a.value_dim, (s * a.queries * a.heads + h) * a.value_dim,
                  i * a.queries * a.values});
        }
      });
}

template <class T>
void softmax_row(T* row, Index n, T scale) {
  for (Index i = 0; i < n; ++i) row[i] *= scale;
  if constexpr (std::is_same_v<T, float>) return activation_lanes().softmax(row, row, n, false);
  const T top = *std::max_element(row, row + n);
  T sum = 0;
  for (Index i = 0; i < n; ++i) sum += row[i] = std::exp(row[i] - top);
  for (Index i = 0; i < n; ++i) row[i] /= sum;
}

/// What one query sees.
template <class T>
struct Sight {
  const T *values, *keys;
  Index end;  ///< of the values that may be seen

  Sight(const AttentionSizes& a, const AttentionMask<T>& mask, Index row)
      : values(at(mask.values, row / (a.heads * a.queries) * a.values)),
        keys(at(mask.keys, row / (a.heads * a.queries) * a.values)),
        end(mask.causal ? std::min(row % a.queries + 1, a.values) : a.values) {
    if (mask.queries && mask.queries[row / (a.heads * a.queries) * a.queries + row % a.queries] == 0) end = 0;
  }
  static const T* at(const T* mask, Index offset) { return mask ? mask + offset : nullptr; }
  bool sees(Index j) const { return j < end && (!values || values[j] != 0) && (!keys || keys[j] != 0); }
  bool sees_any() const {
    for (Index j = 0; j < end; ++j)
      if (sees(j)) return true;
    return false;
  }
};

template <class T>
void weigh_none_seen(T* row, Index n, T scale, NoneSeen none_seen) {
  if (none_seen != NoneSeen::lowered) {
    std::fill(row, row + n, none_seen == NoneSeen::alike ? T(1) / T(n) : T(0));
    return;
  }
  for (Index j = 0; j < n; ++j) row[j] = T(float(scale * row[j]) - 1e9f);
  softmax_row(row, n, T(1));
}

template <class T>
void softmax_seen(const Sight<T>& sight, T* row, Index n, T scale) {
  if (sight.values || sight.keys) {
    constexpr T kUnseen = std::numeric_limits<T>::lowest() / 2;
    for (Index j = 0; j < sight.end; ++j) row[j] = sight.sees(j) ? scale * row[j] : kUnseen;
    softmax_row(row, sight.end, T(1));
    for (Index j = 0; j < sight.end; ++j)
      if (!sight.sees(j)) row[j] = T(0);
  } else {
    softmax_row(row, sight.end, scale);
  }
  std::fill(row + sight.end, row + n, T(0));
}
}  // namespace

template <class T>
void attention_scores(const AttentionSizes& a, const T* q, const T* k, T* scores) {
  const Index ld = a.heads * a.key_dim;
  each_head(a, [&](const At& at) {
    gemm<T>(no, yes, a.queries, a.values, a.key_dim, q + at.q, ld, k + at.k, ld, scores + at.scores, a.values,
            false);
  });
}

template <class T>
void attention_scores_grad(const AttentionSizes& a, const T* q, const T* k, const T* dscores, T* dq, T* dk,
                           bool add_to_dk) {
  const Index ld = a.heads * a.key_dim;
  each_head(a, [&](const At& at) {
    if (dq)
      gemm<T>(no, no, a.queries, a.key_dim, a.values, dscores + at.scores, a.values, k + at.k, ld, dq + at.q,
              ld, false);
    if (dk)
      gemm<T>(yes, no, a.values, a.key_dim, a.queries, dscores + at.scores, a.values, q + at.q, ld, dk + at.k,
              ld, add_to_dk);
  });
}

template <class T>
void attention_softmax(const AttentionSizes& a, T scale, const AttentionMask<T>& mask, T* scores) {
  const Index rows = a.n * a.heads * a.queries;
  detail::parallel_chunks(rows, detail::kElementChunk / 4 / a.values + 1, [&](Index first, Index last) {
    for (Index r = first; r < last; ++r) {
      T* row = scores + r * a.values;
      const Sight<T> sight(a, mask, r);
      if (sight.sees_any())
        softmax_seen(sight, row, a.values, scale);
      else
        weigh_none_seen(row, a.values, scale, mask.none_seen);
    }
  });
}

template <class T>
void attention_softmax_grad(const AttentionSizes& a, T scale, const AttentionMask<T>& mask, const T* weights,
                            T* dweights) {
  const Index rows = a.n * a.heads * a.queries;
  detail::parallel_chunks(rows, detail::kElementChunk / a.values + 1, [&](Index first, Index last) {
    for (Index r = first; r < last; ++r) {
      const T* p = weights + r * a.values;
      T* d = dweights + r * a.values;
      if (mask.none_seen == NoneSeen::alike && !Sight<T>(a, mask, r).sees_any()) {
        std::fill(d, d + a.values, T(0));
        continue;
      }
      T dot = 0;
      for (Index j = 0; j < a.values; ++j) dot += p[j] * d[j];
      for (Index j = 0; j < a.values; ++j) d[j] = scale * p[j] * (d[j] - dot);
    }
  });
}

template <class T>
T attention_scale_grad(const AttentionSizes& a, const T* scores, const T* dscores) {
  double sum = 0;
  for (Index i = 0; i < a.scores(); ++i) sum += double(scores[i]) * double(dscores[i]);
  return T(sum);
}

template <class T>
void attention_output(const AttentionSizes& a, const T* weights, const T* v, T* o) {
  const Index ld = a.heads * a.value_dim;
  each_head(a, [&](const At& at) {
    gemm<T>(no, no, a.queries, a.value_dim, a.values, weights + at.scores, a.values, v + at.v, ld, o + at.o,
            ld, false);
  });
}

template <class T>
void attention_output_grad(const AttentionSizes& a, const T* weights, const T* v, const T* d_o, T* dweights,
                           T* dv) {
  const Index ld = a.heads * a.value_dim;
  each_head(a, [&](const At& at) {
    gemm<T>(no, yes, a.queries, a.values, a.value_dim, d_o + at.o, ld, v + at.v, ld, dweights + at.scores,
            a.values, false);
    if (dv)
      gemm<T>(yes, no, a.values, a.value_dim, a.queries, weights + at.scores, a.values, d_o + at.o, ld,
              dv + at.v, ld, false);
  });
}

template <class T>
void additive_scores(const AttentionSizes& a, const AdditiveScore<T>& score, const T* q, const T* k,
                     T* scores) {
  const Index dim = a.key_dim;
  detail::parallel_for(a.n * a.queries, [&](Index row) {
    const T* query = q + row * dim;
    const T* keys = k + row / a.queries * a.values * dim;
    for (Index j = 0; j < a.values; ++j) {
      T sum = 0;
      for (Index d = 0; d < dim; ++d) {
        const T t = std::tanh(score.scale * (query[d] + keys[j * dim + d]));
        sum += score.vector ? score.vector[d] * t : t;
      }
      scores[row * a.values + j] = score.weight * sum;
    }
  });
}

template <class T>
void additive_scores_grad(const AttentionSizes& a, const AdditiveScore<T>& score, const T* q, const T* k,
                          const T* dscores, const AdditiveScoreGrad<T>& to) {
  const Index dim = a.key_dim;
  detail::parallel_for(a.n, [&](Index s) {
    T* const sums = to.partial + s * (dim + 2);  // of vector, weight, scale
    std::fill(sums, sums + dim + 2, T(0));
    const T *queries = q + s * a.queries * dim, *keys = k + s * a.values * dim;
    T* const dq = to.dq ? to.dq + s * a.queries * dim : nullptr;
    T* const dk = to.dk ? to.dk + s * a.values * dim : nullptr;
    if (dq) std::fill(dq, dq + a.queries * dim, T(0));
    if (dk && !to.add_to_dk) std::fill(dk, dk + a.values * dim, T(0));
    for (Index i = 0; i < a.queries; ++i)
      for (Index j = 0; j < a.values; ++j) {
        const T g = dscores[(s * a.queries + i) * a.values + j];
        for (Index d = 0; d < dim; ++d) {
          const T sum = queries[i * dim + d] + keys[j * dim + d], t = std::tanh(score.scale * sum);
          const T part = score.vector ? score.vector[d] : T(1);
          const T inner = g * score.weight * part * (T(1) - t * t);
          sums[d] += g * score.weight * t;
          sums[dim] += g * part * t;
          sums[dim + 1] += inner * sum;
          if (dq) dq[i * dim + d] += score.scale * inner;
          if (dk) dk[j * dim + d] += score.scale * inner;
        }
      }
  });
  for (Index s = 0; s < a.n; ++s) {
    const T* const sums = to.partial + s * (dim + 2);
    for (Index d = 0; to.dvector && d < dim; ++d) to.dvector[d] += sums[d];
    if (to.dweight) *to.dweight += sums[dim];
    if (to.dscale) *to.dscale += sums[dim + 1];
  }
}

template void attention_scores(const AttentionSizes&, const float*, const float*, float*);
template void attention_scores_grad(const AttentionSizes&, const float*, const float*, const float*, float*,
                                    float*, bool);
template void attention_softmax(const AttentionSizes&, float, const AttentionMask<float>&, float*);
template void attention_softmax_grad(const AttentionSizes&, float, const AttentionMask<float>&, const float*,
                                     float*);
template float attention_scale_grad(const AttentionSizes&, const float*, const float*);
template void attention_output(const AttentionSizes&, const float*, const float*, float*);
template void attention_output_grad(const AttentionSizes&, const float*, const float*, const float*, float*,
                                    float*);
template void additive_scores(const AttentionSizes&, const AdditiveScore<float>&, const float*, const float*,
                              float*);
template void additive_scores_grad(const AttentionSizes&, const AdditiveScore<float>&, const float*,
                                   const float*, const float*, const AdditiveScoreGrad<float>&);
template void attention_scores(const AttentionSizes&, const double*, const double*, double*);
template void attention_scores_grad(const AttentionSizes&, const double*, const double*, const double*,
                                    double*, double*, bool);
template void attention_softmax(const AttentionSizes&, double, const AttentionMask<double>&, double*);
template void attention_softmax_grad(const AttentionSizes&, double, const AttentionMask<double>&,
                                     const double*, double*);
template double attention_scale_grad(const AttentionSizes&, const double*, const double*);
template void attention_output(const AttentionSizes&, const double*, const double*, double*);
template void attention_output_grad(const AttentionSizes&, const double*, const double*, const double*,
                                    double*, double*);
template void additive_scores(const AttentionSizes&, const AdditiveScore<double>&, const double*,
                              const double*, double*);
template void additive_scores_grad(const AttentionSizes&, const AdditiveScore<double>&, const double*,
                                   const double*, const double*, const AdditiveScoreGrad<double>&);

}  // namespace cornu::kernels
