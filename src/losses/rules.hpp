#pragma once
#include <algorithm>
#include <cmath>

#include "losses/terms.hpp"

/// Losses of one row: value(t, p, n) for n labels t and predictions p, and gradient, which writes c * d value
/// / d p. Sparse rules read one label a row. T as in terms.hpp.
namespace cornu::detail {

/// The mean of a term over the row.
template <class Term>
struct MeanOf {
  Term term{};
  static constexpr bool kSparse = false;
  template <class T>
  T value(const T* t, const T* p, Index n) const {
    return lane_sum<T>(n, [&](Index i) { return term.value(t[i], p[i]); }) / T(n);
  }
  template <class T>
  void gradient(const T* t, const T* p, Index n, T c, T* d) const {
    const T scale = c / T(n);
#pragma omp simd
    for (Index i = 0; i < n; ++i) d[i] = scale * term.slope(t[i], p[i]);
  }
};

struct DivergenceRule {
  static constexpr bool kSparse = false;
  template <class T>
  static T clip(T x) {
    return std::clamp(x, kEpsilon<T>, T(1));
  }
  template <class T>
  T value(const T* t, const T* p, Index n) const {
    T sum = 0;
    for (Index i = 0; i < n; ++i) sum += clip(t[i]) * std::log(clip(t[i]) / clip(p[i]));
    return sum;
  }
  template <class T>
  void gradient(const T* t, const T* p, Index n, T c, T* d) const {
    for (Index i = 0; i < n; ++i) d[i] = inside(p[i], kEpsilon<T>, T(1)) ? -c * clip(t[i]) / p[i] : T(0);
  }
};

struct CosineRule {
  static constexpr bool kSparse = false;
  /// 1 / |x|, at most 1 / epsilon: a zero vector has cosine 0.
  template <class T>
  static T inverse_norm(const T* x, Index n) {
    T squares = 0;
    for (Index i = 0; i < n; ++i) squares += x[i] * x[i];
    return std::min(1 / std::sqrt(squares), 1 / kEpsilon<T>);
  }
  template <class T>
  T value(const T* t, const T* p, Index n) const {
    T dot = 0;
    for (Index i = 0; i < n; ++i) dot += t[i] * p[i];
    // One factor at a time: their product may overflow.
    return -(dot * inverse_norm(t, n)) * inverse_norm(p, n);
  }
  template <class T>
  void gradient(const T* t, const T* p, Index n, T c, T* d) const {
    const T a = inverse_norm(t, n), b = inverse_norm(p, n), cosine = -value(t, p, n);
    const T turn = b < 1 / kEpsilon<T> ? cosine : T(0);
    for (Index i = 0; i < n; ++i) d[i] = -c * (t[i] * a - turn * (p[i] * b)) * b;
  }
};

struct CategoricalHingeRule {
  static constexpr bool kSparse = false;
  template <class T>
  struct Margin {
    T positive = 0, negative = 0;
  };
  template <class T>
  static Margin<T> margin(const T* t, const T* p, Index n) {
    Margin<T> m{T(0), (1 - t[0]) * p[0]};
    for (Index i = 0; i < n; ++i) {
      m.positive += t[i] * p[i];
      m.negative = std::max(m.negative, (1 - t[i]) * p[i]);
    }
    return m;
  }
  template <class T>
  T value(const T* t, const T* p, Index n) const {
    const Margin<T> m = margin(t, p, n);
    return std::max(m.negative - m.positive + 1, T(0));
  }
  template <class T>
  void gradient(const T* t, const T* p, Index n, T c, T* d) const {
    const Margin<T> m = margin(t, p, n);
    const T active = m.negative - m.positive + 1 >= 0 ? c : T(0);
    T ties = 0;  // equal maxima share the gradient, as in TensorFlow
    for (Index i = 0; i < n; ++i) ties += (1 - t[i]) * p[i] == m.negative ? T(1) : T(0);
    for (Index i = 0; i < n; ++i) {
      const bool largest = (1 - t[i]) * p[i] == m.negative;
      d[i] = active * ((largest ? (1 - t[i]) / ties : T(0)) - t[i]);
    }
  }
};

/// Smoothed one-hot labels: t (1 - a) + a / n.
struct ClassSmoothing {
  float amount = 0.f;
  template <class T>
  T operator()(T t, Index n) const {
    return t * (1 - T(amount)) + T(amount) / T(n);
  }
};

/// The largest z, and log(sum(exp(z - largest))).
template <class T>
struct LogSum {
  T largest, log_sum;
  LogSum(const T* z, Index n) : largest(lane_max(z, n)) {
    log_sum = std::log(lane_sum<T>(n, [&](Index i) { return exp_negative(z[i] - largest); }));
  }
  /// log of softmax(z) at z.
  T log_probability(T z) const { return z - largest - log_sum; }
};

struct SoftmaxRule {
  ClassSmoothing smooth{};
  static constexpr bool kSparse = false;
  template <class T>
  T value(const T* t, const T* z, Index n) const {
    const LogSum<T> log_sum(z, n);
    return -lane_sum<T>(n, [&](Index i) { return smooth(t[i], n) * log_sum.log_probability(z[i]); });
  }
  template <class T>
  void gradient(const T* t, const T* z, Index n, T c, T* d) const {
    const LogSum<T> log_sum(z, n);
    const T total = lane_sum<T>(n, [&](Index i) { return smooth(t[i], n); });
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
      d[i] = c * (total * exp_negative(log_sum.log_probability(z[i])) - smooth(t[i], n));
    }
  }
};

struct SparseSoftmaxRule {
  static constexpr bool kSparse = true;
  template <class T>
  T value(const T* t, const T* z, Index n) const {
    return -LogSum<T>(z, n).log_probability(z[static_cast<Index>(*t)]);
  }
  template <class T>
  void gradient(const T* t, const T* z, Index n, T c, T* d) const {
    const LogSum<T> log_sum(z, n);
#pragma omp simd
    for (Index i = 0; i < n; ++i) d[i] = c * exp_negative(log_sum.log_probability(z[i]));
    d[static_cast<Index>(*t)] -= c;
  }
};

/// Crossentropy of probabilities: divided by their sum, then clipped. factor 1 or the focal one, which is
/// alpha (1 - p)^gamma.
struct CategoricalRule {
  ClassSmoothing smooth{};
  bool focal = false;
  float alpha = 0.25f;
  float gamma = 2.f;
  static constexpr bool kSparse = false;

  template <class T>
  static T total(const T* p, Index n) {
    T sum = 0;
    for (Index i = 0; i < n; ++i) sum += p[i];
    return sum;
  }
  /// Loss of one class of smoothed label y and normalized probability q.
  template <class T>
  T term(T y, T q) const {
    const T c = std::clamp(q, kEpsilon<T>, 1 - kEpsilon<T>);
    return -y * std::log(c) * (focal ? T(alpha) * std::pow(1 - c, T(gamma)) : T(1));
  }
  template <class T>
  T term_slope(T y, T q) const {
    if (!inside(q, kEpsilon<T>, 1 - kEpsilon<T>)) return 0;
    if (!focal) return -y / q;
    const T rest = 1 - q, power = std::pow(rest, T(gamma));
    return y * T(alpha) * (T(gamma) * std::pow(rest, T(gamma) - 1) * std::log(q) - power / q);
  }
  template <class T>
  T value(const T* t, const T* p, Index n) const {
    const T sum = total(p, n);
    T loss = 0;
    for (Index i = 0; i < n; ++i) loss += term(smooth(t[i], n), p[i] / sum);
    return loss;
  }
  template <class T>
  void gradient(const T* t, const T* p, Index n, T c, T* d) const {
    const T sum = total(p, n);
    T mean = 0;  // the division by the sum subtracts the mean slope
    for (Index i = 0; i < n; ++i) {
      d[i] = term_slope(smooth(t[i], n), p[i] / sum);
      mean += d[i] * (p[i] / sum);
    }
    for (Index i = 0; i < n; ++i) d[i] = c * (d[i] - mean) / sum;
  }
};

/// CategoricalRule of softmax(z): Keras' focal loss from logits clips too.
struct CategoricalSoftmaxRule {
  CategoricalRule rule{};
  static constexpr bool kSparse = false;
  template <class T>
  T value(const T* t, const T* z, Index n) const {
    const LogSum<T> log_sum(z, n);
    T loss = 0;
    for (Index i = 0; i < n; ++i) {
      loss += rule.term(rule.smooth(t[i], n), exp_negative(log_sum.log_probability(z[i])));
    }
    return loss;
  }
  template <class T>
  void gradient(const T* t, const T* z, Index n, T c, T* d) const {
    const LogSum<T> log_sum(z, n);
    T mean = 0;
    for (Index i = 0; i < n; ++i) {
      const T p = exp_negative(log_sum.log_probability(z[i]));
      d[i] = rule.term_slope(rule.smooth(t[i], n), p);
      mean += d[i] * p;
    }
    for (Index i = 0; i < n; ++i) d[i] = c * (d[i] - mean) * exp_negative(log_sum.log_probability(z[i]));
  }
};

/// Clipped first, then divided by the sum, as Keras does on TensorFlow.
struct SparseCategoricalRule {
  static constexpr bool kSparse = true;
  template <class T>
  static T clip(T p) {
    return std::clamp(p, kEpsilon<T>, 1 - kEpsilon<T>);
  }
  template <class T>
  static T total(const T* p, Index n) {
    T sum = 0;
    for (Index i = 0; i < n; ++i) sum += clip(p[i]);
    return sum;
  }
  template <class T>
  T value(const T* t, const T* p, Index n) const {
    return std::log(total(p, n)) - std::log(clip(p[static_cast<Index>(*t)]));
  }
  template <class T>
  void gradient(const T* t, const T* p, Index n, T c, T* d) const {
    const T sum = total(p, n);
    const auto label = static_cast<Index>(*t);
    for (Index i = 0; i < n; ++i) {
      const T slope = 1 / sum - (i == label ? 1 / clip(p[i]) : T(0));
      d[i] = inside(p[i], kEpsilon<T>, 1 - kEpsilon<T>) ? c * slope : T(0);
    }
  }
};

}  // namespace cornu::detail
