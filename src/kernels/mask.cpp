#include "cornu/kernels/mask.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace cornu::kernels {

namespace {
template <class T>
bool counts(const T* run, Index length, T value) {
  return std::any_of(run, run + length, [&](T v) { return v != value; });
}
}  // namespace

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

template void mask_of(float, View<const float>, View<float>);
template void mask_of(double, View<const double>, View<double>);
template void keep_unmasked(float, View<const float>, View<const float>, View<float>);
template void keep_unmasked(double, View<const double>, View<const double>, View<double>);

}  // namespace cornu::kernels
