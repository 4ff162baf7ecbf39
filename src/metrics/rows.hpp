#pragma once
#include <algorithm>
#include <cmath>
#include <string_view>

#include "losses/rules.hpp"

/// What one row adds to a mean metric.
namespace cornu::detail {

inline constexpr std::string_view kSameShape = "Give one label for every prediction.";
inline constexpr std::string_view kOneHot =
    "It wants one-hot labels; use SparseCategoricalAccuracy for whole labels, or `accuracy`, which chooses.";
inline constexpr std::string_view kWhole =
    "It wants one whole label a row; use CategoricalAccuracy for one-hot labels, or `accuracy`, which "
    "chooses.";

inline Index argmax(const float* x, Index n) { return std::max_element(x, x + n) - x; }

/// The share of elements of the row for which equal(t, p).
template <class Equal>
double share(const float* t, const float* p, Index n, const Equal& equal) {
  Index hits = 0;
  for (Index i = 0; i < n; ++i) hits += equal(t[i], p[i]) ? 1 : 0;
  return static_cast<double>(hits) / static_cast<double>(n);
}

struct EqualRow {
  static constexpr bool kSparse = false;
  static constexpr std::string_view kAdvice = kSameShape;
  double operator()(const float* t, const float* p, Index n) const {
    return share(t, p, n, [](float a, float b) { return a == b; });
  }
};

struct BinaryRow {
  float threshold = 0.5f;
  static constexpr bool kSparse = false;
  static constexpr std::string_view kAdvice = kSameShape;
  double operator()(const float* t, const float* p, Index n) const {
    return share(t, p, n, [this](float a, float b) { return a == (b > threshold ? 1.f : 0.f); });
  }
};

struct CategoricalRow {
  static constexpr bool kSparse = false;
  static constexpr std::string_view kAdvice = kOneHot;
  double operator()(const float* t, const float* p, Index n) const {
    return argmax(t, n) == argmax(p, n) ? 1.0 : 0.0;
  }
};

struct SparseRow {
  static constexpr bool kSparse = true;
  static constexpr std::string_view kAdvice = kWhole;
  double operator()(const float* t, const float* p, Index n) const {
    return *t == static_cast<float>(argmax(p, n)) ? 1.0 : 0.0;
  }
};

/// Fewer than k predictions are larger than the label's: equal ones count for it, as in TensorFlow.
inline bool in_top(Index label, const float* p, Index n, Index k) {
  if (label < 0 || label >= n || !std::isfinite(p[label])) return false;
  Index larger = 0;
  for (Index i = 0; i < n; ++i) {
    if (!std::isfinite(p[i])) return false;
    larger += p[i] > p[label] ? 1 : 0;
  }
  return larger < k;
}

struct TopKRow {
  Index k = 5;
  static constexpr bool kSparse = false;
  static constexpr std::string_view kAdvice = kOneHot;
  double operator()(const float* t, const float* p, Index n) const { return in_top(argmax(t, n), p, n, k); }
};

struct SparseTopKRow {
  Index k = 5;
  static constexpr bool kSparse = true;
  static constexpr std::string_view kAdvice = kWhole;
  double operator()(const float* t, const float* p, Index n) const {
    if (!(*t >= 0 && *t < static_cast<float>(n))) return 0;
    return in_top(static_cast<Index>(*t), p, n, k);
  }
};

struct RootMeanSquareRow {
  static constexpr bool kSparse = false;
  static constexpr std::string_view kAdvice = kSameShape;
  double operator()(const float* t, const float* p, Index n) const {
    double sum = 0;
    for (Index i = 0; i < n; ++i) sum += SquaredTerm{}.value<double>(t[i], p[i]);
    return sum / static_cast<double>(n);
  }
  double finish(double mean) const { return std::sqrt(mean); }
};

}  // namespace cornu::detail
