#include "kernels/activation_rare.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/activation_loops.hpp"

namespace cornu::kernels {

namespace {
using loops::each_row;
using loops::map;
using loops::map_grad;
using loops::select_grad;
using loops::sigmoid_of;

template <class T>
T squareplus_of(T x) {  // (x + sqrt(x^2 + 4)) / 2, without taking neighbours off each other
  const T root = std::sqrt(x * x + T(4));
  return x > 0 ? (x + root) / 2 : T(2) / (root - x);
}

/// The first half of each row times the sigmoid of the second half.
template <class T>
void glu(View<const T> x, View<T> y) {
  each_row(y, [&](Index at, Index n) {
    const T *a = x.data + 2 * at, *gate = a + n;
    for (Index i = 0; i < n; ++i) y[at + i] = a[i] * sigmoid_of(gate[i]);
  });
}
template <class T>
void glu_grad(View<const T> x, View<const T> dy, View<T> dx) {
  each_row(View<const T>(dy), [&](Index at, Index n) {
    const T *a = x.data + 2 * at, *gate = a + n, *g = dy.data + at;
    T* to = dx.data + 2 * at;
    for (Index i = 0; i < n; ++i) {
      const T s = sigmoid_of(gate[i]);
      to[i] = g[i] * s;
      to[n + i] = g[i] * a[i] * s * (T(1) - s);
    }
  });
}

/// Keras' sparsemax of one row: y = max(x - tau, 0). The published one has tau = (sum of the k largest - 1) /
/// k, where k is the most numbers with which that leaves them positive. Keras sums the running sums of the k
/// largest in its place: the largest counts k times, the next k - 1 times, ...
template <class T>
struct SparseRow {
  const T* x;
  Index n, k = 0;
  double limit = 0;  ///< of the k largest: those above it
  double tau = 0;

  /// What stays above limit is found by leaving out others until none falls. Source: Michelot 1986.
  SparseRow(const T* row, Index size) : x(row), n(size) {
    limit = double(*std::max_element(x, x + n)) - 1;
    for (Index before = -1; k != before;) {
      double sum = 0;
      before = k;
      k = 0;
      for (Index i = 0; i < n; ++i)
        if (counts(i)) sum += double(x[i]), ++k;
      if (k > 0) limit = (sum - 1) / double(k);
    }
    double sum = 0;
    for (Index i = 0; i < n; ++i)
      if (counts(i)) sum += double(times(i)) * double(x[i]);
    tau = (sum - 1) / double(std::max<Index>(k, 1));
  }
  bool counts(Index i) const { return double(x[i]) > limit; }
  /// How often one of the k largest counts.
  Index times(Index i) const {
    Index larger = 0;
    for (Index j = 0; j < n; ++j)
      if (x[j] > x[i] || (x[j] == x[i] && j < i)) ++larger;
    return k - larger;
  }
};
template <class T>
void sparsemax(View<const T> x, View<T> y) {
  each_row(y, [&](Index at, Index n) {
    const SparseRow<T> row(x.data + at, n);
    for (Index i = 0; i < n; ++i) y[at + i] = T(std::max(double(row.x[i]) - row.tau, 0.0));
  });
}
template <class T>
void sparsemax_grad(View<const T> x, View<const T> dy, View<T> dx) {
  each_row(dx, [&](Index at, Index n) {
    const SparseRow<T> row(x.data + at, n);
    double sum = 0;
    for (Index i = 0; i < n; ++i)
      if (double(row.x[i]) > row.tau) sum += double(dy[at + i]);
    for (Index i = 0; i < n; ++i) {
      const double own = double(row.x[i]) > row.tau ? double(dy[at + i]) : 0.0;
      dx[at + i] = T(own - (row.counts(i) ? sum * double(row.times(i)) / double(row.k) : 0.0));
    }
  });
}
}  // namespace

template <class T>
void rare_activation(ActivationFn fn, View<const T> x, View<T> y) {
  constexpr T kHalf = T(0.5);  // Keras' threshold of the shrinking ones
  switch (fn) {
    case ActivationFn::glu:
      return glu(x, y);
    case ActivationFn::sparsemax:
      return sparsemax(x, y);
    case ActivationFn::hard_tanh:
      return map(x, y, [](T v) { return v < -1 ? T(-1) : v > 1 ? T(1) : v; });
    case ActivationFn::tanh_shrink:
      return map(x, y, [](T v) { return v - std::tanh(v); });
    case ActivationFn::soft_shrink:
      return map(x, y, [=](T v) { return std::abs(v) <= kHalf ? T(0) : v > 0 ? v - kHalf : v + kHalf; });
    case ActivationFn::hard_shrink:
      return map(x, y, [=](T v) { return std::abs(v) <= kHalf ? T(0) : v; });
    case ActivationFn::sparse_plus:
      return map(x, y, [](T v) { return v <= -1 ? T(0) : v < 1 ? (v + 1) * (v + 1) / 4 : v; });
    default:
      return map(x, y, [](T v) { return squareplus_of(v); });
  }
}

template <class T>
void rare_activation_grad(ActivationFn fn, View<const T> x, View<const T> y, View<const T> dy, View<T> dx) {
  switch (fn) {
    case ActivationFn::glu:
      return glu_grad(x, dy, dx);
    case ActivationFn::sparsemax:
      return sparsemax_grad(x, dy, dx);
    case ActivationFn::hard_tanh:
      return select_grad(y, dy, dx, [](T v, T g) { return (v > -1) & (v < 1) ? g : T(0); });
    case ActivationFn::tanh_shrink:
      return map_grad(x, dy, dx, [](T v) { return std::tanh(v) * std::tanh(v); });
    case ActivationFn::soft_shrink:
    case ActivationFn::hard_shrink:
      return select_grad(y, dy, dx, [](T v, T g) { return v != 0 ? g : T(0); });
    case ActivationFn::sparse_plus:  // (x + 1) / 2 = sqrt(y) between -1 and 1
      return map_grad(y, dy, dx, [](T v) { return std::min(std::sqrt(v), T(1)); });
    default:  // squareplus: y / (y + 1 / y)
      return map_grad(y, dy, dx, [](T v) { return T(1) - T(1) / (v * v + T(1)); });
  }
}

template void rare_activation(ActivationFn, View<const float>, View<float>);
template void rare_activation(ActivationFn, View<const double>, View<double>);
template void rare_activation_grad(ActivationFn, View<const float>, View<const float>, View<const float>,
                                   View<float>);
template void rare_activation_grad(ActivationFn, View<const double>, View<const double>, View<const double>,
                                   View<double>);

}  // namespace cornu::kernels
