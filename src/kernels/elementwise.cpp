#include "cornu/kernels/elementwise.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace cornu::kernels {

template <class T>
void copy(View<const T> x, View<T> y) {
  if (x.data == y.data) return;
  detail::parallel_chunks(y.size(), detail::kElementChunk, [&](Index first, Index last) {
    std::copy(x.data + first, x.data + last, y.data + first);
  });
}

template <class T>
void add_to(View<const T> x, View<T> y) {
  detail::parallel_chunks(y.size(), detail::kElementChunk, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) y[i] += x[i];
  });
}

template <class T>
void fill(View<T> y, T value) {
  detail::parallel_chunks(y.size(), detail::kElementChunk,
                          [&](Index first, Index last) { std::fill(y.data + first, y.data + last, value); });
}

template <class T>
void scale(View<const T> x, View<T> y, T scale, T offset) {
  detail::parallel_chunks(y.size(), detail::kElementChunk, [&](Index first, Index last) {
#pragma omp simd  // y may be x
    for (Index i = first; i < last; ++i) y[i] = x[i] * scale + offset;
  });
}

template void copy(View<const float>, View<float>);
template void copy(View<const double>, View<double>);
template void add_to(View<const float>, View<float>);
template void add_to(View<const double>, View<double>);
template void fill(View<float>, float);
template void fill(View<double>, double);
template void scale(View<const float>, View<float>, float, float);
template void scale(View<const double>, View<double>, double, double);

}  // namespace cornu::kernels
