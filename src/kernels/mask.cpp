#include "cornu/kernels/mask.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace cornu::kernels {

namespace {
template <class T>
bool counts(const T* run, Index length, T value) {
  return std::any_of(run, run + length, [&](T v) { return v != value; });
}

template <class T>
T share(const T* mask, Index steps) {
  T count = 0;
  for (Index s = 0; s < steps; ++s) count += mask[s];
  return count == 0 ? T(0) : T(1) / count;
}
}  // namespace

template <class T>
void masked_mean(View<const T> x, View<const T> mask, View<T> y) {
  const Index n = x.shape[0], steps = x.shape[1], channels = x.shape[2];
  detail::parallel_for(n, [&](Index i) {
    const T *from = x.data + i * steps * channels, *live = mask.data + i * steps;
    T* to = y.data + i * channels;
    const T scale = share(live, steps);
    std::fill(to, to + channels, T(0));
    for (Index s = 0; s < steps; ++s)
      if (live[s] != 0)
        for (Index j = 0; j < channels; ++j) to[j] += from[s * channels + j];
    for (Index j = 0; j < channels; ++j) to[j] *= scale;
  });
}

template <class T>
void masked_mean_grad(View<const T> mask, View<const T> dy, View<T> dx) {
  const Index n = dx.shape[0], steps = dx.shape[1], channels = dx.shape[2];
  detail::parallel_for(n, [&](Index i) {
    const T *from = dy.data + i * channels, *live = mask.data + i * steps;
    const T scale = share(live, steps);
    for (Index s = 0; s < steps; ++s)
      for (Index j = 0; j < channels; ++j)
        dx[(i * steps + s) * channels + j] = live[s] != 0 ? from[j] * scale : T(0);
  });
}

template <class T>
void mask_of(T value, View<const T> x, View<T> mask) {
  const Index runs = mask.size(), length = runs == 0 ? 0 : x.size() / runs;
  for (Index i = 0; i < runs; ++i) mask[i] = counts(x.data + i * length, length, value) ? T(1) : T(0);
}

template <class T>
void keep_unmasked(T value, View<const T> x, View<const T> from, View<T> y) {
  const Index length = x.shape.back(), runs = length == 0 ? 0 : x.size() / length;
  detail::parallel_chunks(runs, std::max<Index>(1, detail::kElementChunk / std::max<Index>(1, length)),
                          [&](Index first, Index last) {
                            for (Index i = first; i < last; ++i) {
                              const bool keep = counts(x.data + i * length, length, value);
                              for (Index j = i * length; j < (i + 1) * length; ++j)
                                y[j] = keep ? from[j] : T(0);
                            }
                          });
}

template <class T>
void clear_masked(View<const T> mask, View<T> y) {
  const Index runs = mask.size(), length = runs == 0 ? 0 : y.size() / runs;
  for (Index i = 0; i < runs; ++i)
    if (mask[i] == 0) std::fill(y.data + i * length, y.data + (i + 1) * length, T(0));
}

template void clear_masked(View<const float>, View<float>);
template void clear_masked(View<const double>, View<double>);
template void masked_mean(View<const float>, View<const float>, View<float>);
template void masked_mean(View<const double>, View<const double>, View<double>);
template void masked_mean_grad(View<const float>, View<const float>, View<float>);
template void masked_mean_grad(View<const double>, View<const double>, View<double>);
template void mask_of(float, View<const float>, View<float>);
template void mask_of(double, View<const double>, View<double>);
template void keep_unmasked(float, View<const float>, View<const float>, View<float>);
template void keep_unmasked(double, View<const double>, View<const double>, View<double>);

}  // namespace cornu::kernels
