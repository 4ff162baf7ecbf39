#include "cornu/kernels/softmax.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/parallel.hpp"
#include "cornu/kernels/activation.hpp"

namespace cornu::kernels {

namespace {
constexpr Index kColumns = 64;  // columns that run side by side, with their sums on the stack

/// One array seen as (outer, n, inner): softmax runs over n for each of the outer * inner columns.
struct Columns {
  Index n, inner, blocks, outer;
};
Columns columns(const Shape& shape, int axis) {
  const int at = axis < 0 ? axis + shape.rank() : axis;
  Columns c{.n = shape[at], .inner = 1, .blocks = 0, .outer = 1};
  for (int a = 0; a < at; ++a) c.outer *= shape[a];
  for (int a = at + 1; a < shape.rank(); ++a) c.inner *= shape[a];
  c.blocks = (c.inner + kColumns - 1) / kColumns;
  return c;
}

/// body(first element, columns) for each block of columns.
template <class Body>
void each_block(const Columns& c, const Body& body) {
  const Index chunk = std::max<Index>(1, detail::kElementChunk / 4 / (c.n * std::min(c.inner, kColumns)));
  detail::parallel_chunks(c.outer * c.blocks, chunk, [&](Index first, Index last) {
    for (Index b = first; b < last; ++b) {
      const Index column = b % c.blocks * kColumns;
      body(b / c.blocks * c.n * c.inner + column, std::min(kColumns, c.inner - column));
    }
  });
}
}  // namespace

template <class T>
void softmax(View<const T> x, View<T> y, int axis, bool log) {
  if (y.size() == 0) return;
  const Columns c = columns(y.shape, axis);
  if (c.inner == 1)
    return activation<T>(log ? ActivationFn::log_softmax : ActivationFn::softmax, x.reshaped({c.outer, c.n}),
                         y.reshaped({c.outer, c.n}));
  each_block(c, [&](Index at, Index width) {
    const T* in = x.data + at;
    T* out = y.data + at;
    std::array<T, kColumns> top, sum{};
    std::copy(in, in + width, top.begin());
    for (Index k = 1; k < c.n; ++k)
      for (Index j = 0; j < width; ++j)
        top[std::size_t(j)] = std::max(top[std::size_t(j)], in[k * c.inner + j]);
    for (Index k = 0; k < c.n; ++k)
      for (Index j = 0; j < width; ++j) {
        const T shifted = in[k * c.inner + j] - top[std::size_t(j)], e = std::exp(shifted);
        sum[std::size_t(j)] += e;
        out[k * c.inner + j] = log ? shifted : e;
      }
    for (Index j = 0; j < width; ++j)
      top[std::size_t(j)] = log ? std::log(sum[std::size_t(j)]) : T(1) / sum[std::size_t(j)];
    for (Index k = 0; k < c.n; ++k)
      for (Index j = 0; j < width; ++j) {
        T& v = out[k * c.inner + j];
        v = log ? v - top[std::size_t(j)] : v * top[std::size_t(j)];
      }
  });
}

template <class T>
void softmax_grad(View<const T> y, View<const T> dy, View<T> dx, int axis, bool log) {
  if (dx.size() == 0) return;
  const Columns c = columns(dx.shape, axis);
  if (c.inner == 1) {
    const Shape rows{c.outer, c.n};
    return activation_grad<T>(log ? ActivationFn::log_softmax : ActivationFn::softmax, {}, y.reshaped(rows),
                              dy.reshaped(rows), dx.reshaped(rows));
  }
  each_block(c, [&](Index at, Index width) {
    const T *p = y.data + at, *g = dy.data + at;
    T* out = dx.data + at;
    std::array<T, kColumns> dot{};
    for (Index k = 0; k < c.n; ++k)
      for (Index j = 0; j < width; ++j) {
        const Index i = k * c.inner + j;
        dot[std::size_t(j)] += log ? g[i] : g[i] * p[i];
      }
    for (Index k = 0; k < c.n; ++k)
      for (Index j = 0; j < width; ++j) {
        const Index i = k * c.inner + j;
        out[i] = log ? g[i] - std::exp(p[i]) * dot[std::size_t(j)] : p[i] * (g[i] - dot[std::size_t(j)]);
      }
  });
}

template void softmax(View<const float>, View<float>, int, bool);
template void softmax(View<const double>, View<double>, int, bool);
template void softmax_grad(View<const float>, View<const float>, View<float>, int, bool);
template void softmax_grad(View<const double>, View<const double>, View<double>, int, bool);

}  // namespace cornu::kernels
