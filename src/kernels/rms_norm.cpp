#include "cornu/kernels/rms_norm.hpp"

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
}  // namespace

template <class T>
void rms_norm(const RowExtents& e, View<const T> x, T epsilon, View<const T> scale, View<T> y, T* inverse) {
  if (e.width == 0) return;
  detail::parallel_chunks(e.rows, rows_of(e), [&](Index first, Index last) {
    for (Index r = first; r < last; ++r) {
      const T* in = x.data + r * e.width;
      T* out = y.data + r * e.width;
      const T squares = detail::lane_sum<T>(e.width, [=](Index i) { return in[i] * in[i]; });
      const T factor = T(1) / std::sqrt(squares / T(e.width) + epsilon);
      if (inverse) inverse[r] = factor;
      for (Index i = 0; i < e.width; ++i) out[i] = in[i] * factor * scale[i];
    }
  });
}

Index rms_norm_scratch(const RowExtents& e) { return e.width * chunks_of(e); }

template <class T>
void rms_norm_grad(const RowExtents& e, View<const T> x, View<const T> dy, const T* inverse,
                   View<const T> scale, View<T> dx, View<T> dscale, T* scratch) {
  if (e.width == 0) return;
  const Index rows = rows_of(e), width = e.width;
  detail::parallel_chunks(e.rows, rows, [&](Index first, Index last) {
    T* const sums = scratch + first / rows * width;
    if (dscale) {
      std::fill(sums, sums + width, T(0));
      for (Index r = first; r < last; ++r)
        for (Index i = 0; i < width; ++i) sums[i] += dy[r * width + i] * (x[r * width + i] * inverse[r]);
    }
    if (!dx) return;
    for (Index r = first; r < last; ++r) {
      const T *in = x.data + r * width, *g = dy.data + r * width;
      const T factor = inverse[r];
      const T mean =
          detail::lane_sum<T>(width, [&](Index i) { return g[i] * scale[i] * (in[i] * factor); }) / T(width);
      for (Index i = 0; i < width; ++i)
        dx[r * width + i] = factor * (g[i] * scale[i] - in[i] * factor * mean);
    }
  });
  if (!dscale) return;
  for (Index k = 0; k < chunks_of(e); ++k)
    for (Index i = 0; i < width; ++i) dscale[i] += scratch[k * width + i];
}

template void rms_norm(const RowExtents&, View<const float>, float, View<const float>, View<float>, float*);
template void rms_norm(const RowExtents&, View<const double>, double, View<const double>, View<double>,
                       double*);
template void rms_norm_grad(const RowExtents&, View<const float>, View<const float>, const float*,
                            View<const float>, View<float>, View<float>, float*);
template void rms_norm_grad(const RowExtents&, View<const double>, View<const double>, const double*,
                            View<const double>, View<double>, View<double>, double*);

}  // namespace cornu::kernels
