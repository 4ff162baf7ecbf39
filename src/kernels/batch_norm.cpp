#include "cornu/kernels/batch_norm.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "kernels/lane_sum.hpp"

namespace cornu::kernels {

namespace {
/// Outer rows a task handles: enough to be worth one, few enough to stay in the cache for the second pass and
/// to keep its running sums short.
Index rows_of(const ChannelExtents& e) {
  const Index row = std::max<Index>(1, e.channels * e.inner);
  return std::clamp<Index>(detail::kElementChunk / row, e.inner == 1 ? 32 : 1, 512);
}
Index chunks_of(const ChannelExtents& e) { return (e.outer + rows_of(e) - 1) / rows_of(e); }

/// join(i, j, step) for all pairs of a binary tree over 0 .. chunks - 1: j = i + step ends in i, and both
/// hold what `step` chunks gave.
template <class Join>
void tree(Index chunks, const Join& join) {
  for (Index step = 1; step < chunks; step *= 2) {
    const Index pairs = (chunks - step + 2 * step - 1) / (2 * step);
    detail::parallel_for(pairs, [&](Index p) { join(2 * p * step, 2 * p * step + step, step); });
  }
}

/// body(first, last) over outer rows, in the same chunks as the sums.
template <class Body>
void each_chunk(const ChannelExtents& e, const Body& body) {
  if (e.channels * e.inner == 0) return;
  detail::parallel_chunks(e.outer, rows_of(e), body);
}

/// f(position, channel) for every number of rows first .. last - 1.
template <class F>
void each_number(const ChannelExtents& e, Index first, Index last, const F& f) {
  if (e.inner == 1) {
    for (Index r = first; r < last; ++r) {
      const Index at = r * e.channels;
      for (Index c = 0; c < e.channels; ++c) f(at + c, c);
    }
    return;
  }
  for (Index r = first; r < last; ++r)
    for (Index c = 0; c < e.channels; ++c) {
      const Index at = (r * e.channels + c) * e.inner;
      for (Index i = 0; i < e.inner; ++i) f(at + i, c);
    }
}

/// sums[c] += f(position, c) over rows first .. last - 1.
template <class T, class F>
void add_channel_sums(const ChannelExtents& e, Index first, Index last, T* sums, const F& f) {
  for (Index r = first; r < last; ++r) {
    const Index at = r * e.channels * e.inner;
    if (e.inner == 1) {
      for (Index c = 0; c < e.channels; ++c) sums[c] += f(at + c, c);
      continue;
    }
    for (Index c = 0; c < e.channels; ++c)
      sums[c] += detail::lane_sum<T>(e.inner, [&](Index i) { return f(at + c * e.inner + i, c); });
  }
}

/// Mean and sum of squared deviations of rows first .. last - 1. The mean is what it is above the first
/// number of its channel, the same for all pieces: so the pieces join without the rounding of a large mean.
template <class T>
void chunk_moments(const ChannelExtents& e, const T* x, Index first, Index last, T* mean, T* squares) {
  const Index inner = e.inner;
  std::fill(mean, mean + 2 * e.channels, T(0));  // squares follow
  add_channel_sums<T>(e, first, last, mean, [=](Index i, Index c) { return x[i] - x[c * inner]; });
  const T count = T((last - first) * inner);
  for (Index c = 0; c < e.channels; ++c) mean[c] /= count;
  add_channel_sums<T>(e, first, last, squares, [=](Index i, Index c) {
    const T d = (x[i] - x[c * inner]) - mean[c];
    return d * d;
  });
}
}  // namespace

Index channel_scratch(const ChannelExtents& e) { return 2 * e.channels * chunks_of(e); }

template <class T>
void channel_moments(const ChannelExtents& e, View<const T> x, View<T> mean, View<T> variance, T* scratch) {
  const Index rows = rows_of(e), width = 2 * e.channels;  // a chunk's means, then its squares
  each_chunk(e, [&](Index first, Index last) {
    T* out = scratch + first / rows * width;
    chunk_moments(e, x.data, first, last, out, out + e.channels);
  });
  tree(chunks_of(e), [&](Index i, Index j, Index step) {
    T *a = scratch + i * width, *b = scratch + j * width;
    const Index na = step * rows, nb = std::min(e.outer, (j + step) * rows) - j * rows;
    const T part = T(nb) / T(na + nb), both = T(na) * part * T(e.inner);
    for (Index c = 0; c < e.channels; ++c) {
      const T delta = b[c] - a[c];
      a[c] += delta * part;
      a[e.channels + c] += b[e.channels + c] + delta * delta * both;
    }
  });
  const T count = T(e.count());
  for (Index c = 0; c < e.channels; ++c) {
    mean[c] = x[c * e.inner] + scratch[c];
    variance[c] = scratch[e.channels + c] / count;
  }
}

template <class T>
void moving_average(View<T> moving, View<const T> value, T momentum) {
  for (Index i = 0; i < moving.size(); ++i) moving[i] = moving[i] * momentum + value[i] * (T(1) - momentum);
}

template <class T>
void inverse_deviation(View<const T> variance, T epsilon, View<T> inverse) {
  for (Index i = 0; i < inverse.size(); ++i) inverse[i] = T(1) / std::sqrt(variance[i] + epsilon);
}

template <class T>
void batch_norm(const ChannelExtents& e, View<const T> x, View<const T> mean, View<const T> scale,
                View<const T> beta, View<T> y) {
  const T *in = x.data, *m = mean.data, *s = scale.data, *b = beta.data;
  T* out = y.data;
  each_chunk(e, [=](Index first, Index last) {
    if (b == nullptr)
      each_number(e, first, last, [=](Index i, Index c) { out[i] = (in[i] - m[c]) * s[c]; });
    else
      each_number(e, first, last, [=](Index i, Index c) { out[i] = (in[i] - m[c]) * s[c] + b[c]; });
  });
}

template <class T>
void batch_norm_sums(const ChannelExtents& e, View<const T> x, View<const T> dy, View<const T> mean,
                     View<const T> inverse, View<T> sum_dy, View<T> sum_dy_x, T* scratch) {
  const Index rows = rows_of(e), width = 2 * e.channels;
  const T *in = x.data, *g = dy.data, *m = mean.data;
  each_chunk(e, [=](Index first, Index last) {
    T* out = scratch + first / rows * width;
    std::fill(out, out + width, T(0));
    add_channel_sums<T>(e, first, last, out, [=](Index i, Index) { return g[i]; });
    add_channel_sums<T>(e, first, last, out + e.channels,
                        [=](Index i, Index c) { return g[i] * (in[i] - m[c]); });
  });
  tree(chunks_of(e), [=](Index i, Index j, Index) {
    for (Index k = 0; k < width; ++k) scratch[i * width + k] += scratch[j * width + k];
  });
  const bool none = e.outer == 0 || e.inner == 0;
  for (Index c = 0; c < e.channels; ++c) {
    sum_dy[c] = none ? T(0) : scratch[c];
    sum_dy_x[c] = none ? T(0) : scratch[e.channels + c] * inverse[c];
  }
}

template <class T>
void batch_norm_dx(const ChannelExtents& e, View<const T> x, View<const T> dy, View<const T> mean,
                   View<const T> inverse, View<const T> scale, View<const T> sum_dy, View<const T> sum_dy_x,
                   View<T> dx) {
  const T *in = x.data, *g = dy.data, *m = mean.data, *s = scale.data, *v = inverse.data;
  const T *one = sum_dy.data, *two = sum_dy_x.data;
  const T per = T(1) / T(std::max<Index>(1, e.count()));
  T* out = dx.data;
  each_chunk(e, [=](Index first, Index last) {
    each_number(e, first, last, [=](Index i, Index c) {
      out[i] = s[c] * (g[i] - per * (one[c] + (in[i] - m[c]) * v[c] * two[c]));
    });
  });
}

template <class T>
void batch_norm_dx_fixed(const ChannelExtents& e, View<const T> dy, View<const T> scale, View<T> dx) {
  const T *g = dy.data, *s = scale.data;
  T* out = dx.data;
  each_chunk(e, [=](Index first, Index last) {
    each_number(e, first, last, [=](Index i, Index c) { out[i] = g[i] * s[c]; });
  });
}

template void channel_moments(const ChannelExtents&, View<const float>, View<float>, View<float>, float*);
template void moving_average(View<float>, View<const float>, float);
template void inverse_deviation(View<const float>, float, View<float>);
template void batch_norm(const ChannelExtents&, View<const float>, View<const float>, View<const float>,
                         View<const float>, View<float>);
template void batch_norm_sums(const ChannelExtents&, View<const float>, View<const float>, View<const float>,
                              View<const float>, View<float>, View<float>, float*);
template void batch_norm_dx(const ChannelExtents&, View<const float>, View<const float>, View<const float>,
                            View<const float>, View<const float>, View<const float>, View<const float>,
                            View<float>);
template void batch_norm_dx_fixed(const ChannelExtents&, View<const float>, View<const float>, View<float>);
template void channel_moments(const ChannelExtents&, View<const double>, View<double>, View<double>, double*);
template void moving_average(View<double>, View<const double>, double);
template void inverse_deviation(View<const double>, double, View<double>);
template void batch_norm(const ChannelExtents&, View<const double>, View<const double>, View<const double>,
                         View<const double>, View<double>);
template void batch_norm_sums(const ChannelExtents&, View<const double>, View<const double>,
                              View<const double>, View<const double>, View<double>, View<double>, double*);
template void batch_norm_dx(const ChannelExtents&, View<const double>, View<const double>, View<const double>,
                            View<const double>, View<const double>, View<const double>, View<const double>,
                            View<double>);
template void batch_norm_dx_fixed(const ChannelExtents&, View<const double>, View<const double>,
                                  View<double>);

}  // namespace cornu::kernels
