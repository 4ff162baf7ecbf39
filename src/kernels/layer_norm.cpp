#include "cornu/kernels/layer_norm.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "kernels/lane_sum.hpp"

namespace cornu::kernels {

namespace {
Index rows_of(const RowExtents& e) {
  return std::clamp<Index>(detail::kElementChunk / std::max<Index>(1, e.width), 8, 512);
}
Index chunks_of(const RowExtents& e) { return (e.rows + rows_of(e) - 1) / rows_of(e); }

/// Adds the sums of dy * x^ and dy over rows first .. last - 1 to gamma_sums and beta_sums.
template <class T>
void add_row_sums(const RowExtents& e, const T* x, const T* dy, const T* moments, Index first, Index last,
                  T* gamma_sums, T* beta_sums) {
  for (Index r = first; r < last; ++r) {
    const T mean = moments[2 * r], inverse = moments[2 * r + 1];
    const T *in = x + r * e.width, *g = dy + r * e.width;
    for (Index i = 0; i < e.width; ++i) {
      gamma_sums[i] += g[i] * ((in[i] - mean) * inverse);
      beta_sums[i] += g[i];
    }
  }
}

/// dx of one row: inverse * (h - mean(h) - x^ * mean(h * x^)), where h = dy * gamma.
template <class T>
void row_dx(Index n, const T* x, const T* dy, T mean, T inverse, const T* gamma, T* dx) {
  const auto h = [=](Index i) { return gamma ? dy[i] * gamma[i] : dy[i]; };
  const T first = detail::lane_sum<T>(n, h) / T(n);
  const T second = detail::lane_sum<T>(n, [=](Index i) { return h(i) * ((x[i] - mean) * inverse); }) / T(n);
  for (Index i = 0; i < n; ++i) dx[i] = inverse * (h(i) - first - (x[i] - mean) * inverse * second);
}
}  // namespace

template <class T>
void layer_norm(const RowExtents& e, View<const T> x, T epsilon, View<const T> gamma, View<const T> beta,
                View<T> y, T* moments) {
  if (e.width == 0) return;
  detail::parallel_chunks(e.rows, rows_of(e), [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const T* in = x.data + r * e.width;
      T* out = y.data + r * e.width;
      const T origin = in[0];  // near the mean, so that the sum stays small
      const T mean =
          origin + detail::lane_sum<T>(e.width, [=](Index i) { return in[i] - origin; }) / T(e.width);
      const T squares =
          detail::lane_sum<T>(e.width, [=](Index i) { return (in[i] - mean) * (in[i] - mean); });
      const T inverse = T(1) / std::sqrt(squares / T(e.width) + epsilon);
      if (moments) {
        moments[2 * r] = mean;
        moments[2 * r + 1] = inverse;
      }
      for (Index i = 0; i < e.width; ++i) out[i] = (in[i] - mean) * inverse;
      if (gamma)
        for (Index i = 0; i < e.width; ++i) out[i] *= gamma[i];
      if (beta)
        for (Index i = 0; i < e.width; ++i) out[i] += beta[i];
    }
  });
}

Index layer_norm_scratch(const RowExtents& e) { return 2 * e.width * chunks_of(e); }

template <class T>
void layer_norm_grad(const RowExtents& e, View<const T> x, View<const T> dy, const T* moments,
                     View<const T> gamma, View<T> dx, View<T> dgamma, View<T> dbeta, T* scratch) {
  if (e.width == 0) return;
  const Index rows = rows_of(e), width = 2 * e.width;
  const bool sums = dgamma || dbeta;
  detail::parallel_chunks(e.rows, rows, [&](Index first, Index last) {
    if (sums) {
      T* out = scratch + first / rows * width;
      std::fill(out, out + width, T(0));
      add_row_sums(e, x.data, dy.data, moments, first, last, out, out + e.width);
    }
    if (!dx) return;
    for (Index r = first; r < last; ++r)
      row_dx(e.width, x.data + r * e.width, dy.data + r * e.width, moments[2 * r], moments[2 * r + 1],
             gamma.data, dx.data + r * e.width);
  });
  if (!sums) return;
  const Index chunks = chunks_of(e);
  for (Index k = 1; k < chunks; ++k)
    for (Index i = 0; i < width; ++i) scratch[i] += scratch[k * width + i];
  if (chunks == 0) return;
  for (Index i = 0; i < e.width; ++i) {
    if (dgamma) dgamma[i] += scratch[i];
    if (dbeta) dbeta[i] += scratch[e.width + i];
  }
}

template void layer_norm(const RowExtents&, View<const float>, float, View<const float>, View<const float>,
                         View<float>, float*);
template void layer_norm_grad(const RowExtents&, View<const float>, View<const float>, const float*,
                              View<const float>, View<float>, View<float>, View<float>, float*);
template void layer_norm(const RowExtents&, View<const double>, double, View<const double>,
                         View<const double>, View<double>, double*);
template void layer_norm_grad(const RowExtents&, View<const double>, View<const double>, const double*,
                              View<const double>, View<double>, View<double>, View<double>, double*);

}  // namespace cornu::kernels
