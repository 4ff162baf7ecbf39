#pragma once
#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "cornu/core/view.hpp"

/// The loops of activations.
namespace cornu::kernels::loops {

// `omp simd`: y may be x, element for element, which the compiler cannot know and would then not vectorize.

/// y[i] = f(x[i]).
template <class T, class F>
void map(View<const T> x, View<T> y, const F& f) {
  detail::parallel_chunks(y.size(), detail::kElementChunk, [&](Index first, Index last) {
#pragma omp simd
    for (Index i = first; i < last; ++i) y[i] = f(x[i]);
  });
}

/// dx[i] = f(value[i], dy[i]): for gradients that are dy or nothing, which vectorize as a select.
template <class T, class F>
void select_grad(View<const T> value, View<const T> dy, View<T> dx, const F& f) {
  detail::parallel_chunks(dx.size(), detail::kElementChunk, [&](Index first, Index last) {
    const T *from = value.data, *gradient = dy.data;
    T* to = dx.data;
#pragma omp simd
    for (Index i = first; i < last; ++i) to[i] = f(from[i], gradient[i]);
  });
}

/// dx[i] = dy[i] * f(value[i]), where value is the input or the output.
template <class T, class F>
void map_grad(View<const T> value, View<const T> dy, View<T> dx, const F& f) {
  detail::parallel_chunks(dx.size(), detail::kElementChunk, [&](Index first, Index last) {
#pragma omp simd
    for (Index i = first; i < last; ++i) dx[i] = dy[i] * f(value[i]);
  });
}

/// Calls body(row, width) for each row (last axis).
template <class T, class Body>
void each_row(const View<T>& v, const Body& body) {
  const Index width = v.shape.empty() ? 1 : v.shape.back();
  if (v.size() == 0) return;
  const Index rows = v.size() / width, chunk = std::max<Index>(1, detail::kElementChunk / 4 / width);
  detail::parallel_chunks(rows, chunk, [&](Index first, Index last) {
    for (Index r = first; r < last; ++r) body(r * width, width);
  });
}

template <class T>
T sigmoid_of(T x) {  // never overflows: the exponent is not positive
  const T e = std::exp(-std::abs(x));
  return (x >= 0 ? T(1) : e) / (T(1) + e);
}

}  // namespace cornu::kernels::loops
