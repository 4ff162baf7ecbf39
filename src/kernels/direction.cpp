#include "cornu/kernels/direction.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace cornu::kernels {

template <class T>
void reverse_steps(View<const T> x, View<T> y) {
  const Index n = x.shape[0], steps = x.shape[1], size = n * steps == 0 ? 0 : x.size() / (n * steps);
  detail::parallel_chunks(n * steps, std::max<Index>(1, detail::kElementChunk / std::max<Index>(1, size)),
                          [&](Index first, Index last) {
                            for (Index i = first; i < last; ++i) {
                              const Index from = i / steps * steps + steps - 1 - i % steps;
                              std::copy(x.data + from * size, x.data + (from + 1) * size, y.data + i * size);
                            }
                          });
}

namespace {
/// body(row, width) over the last axis.
template <class Body>
void each_row(const Shape& shape, const Body& body) {
  const Index width = shape.back(), rows = width == 0 ? 0 : shape.count() / width;
  detail::parallel_chunks(rows, std::max<Index>(1, detail::kElementChunk / std::max<Index>(1, width)),
                          [&](Index first, Index last) {
                            for (Index row = first; row < last; ++row) body(row, width);
                          });
}
}  // namespace

template <class T>
void join(Pairing how, View<const T> a, View<const T> b, View<T> y) {
  each_row(a.shape, [&](Index row, Index width) {
    const T *p = a.data + row * width, *q = b.data + row * width;
    if (how == Pairing::concat) {
      std::copy(p, p + width, y.data + 2 * row * width);
      std::copy(q, q + width, y.data + (2 * row + 1) * width);
      return;
    }
    T* to = y.data + row * width;
    for (Index j = 0; j < width; ++j)
      to[j] = how == Pairing::mul ? p[j] * q[j] : how == Pairing::sum ? p[j] + q[j] : (p[j] + q[j]) / 2;
  });
}

template <class T>
void join_grad(Pairing how, View<const T> a, View<const T> b, View<const T> dy, View<T> da, View<T> db) {
  each_row(da.shape, [&](Index row, Index width) {
    T *p = da.data + row * width, *q = db.data + row * width;
    if (how == Pairing::concat) {
      const T* from = dy.data + 2 * row * width;
      std::copy(from, from + width, p);
      std::copy(from + width, from + 2 * width, q);
      return;
    }
    const T* from = dy.data + row * width;
    const T scale = how == Pairing::ave ? T(0.5) : T(1);
    for (Index j = 0; j < width; ++j) {
      p[j] = how == Pairing::mul ? from[j] * b[row * width + j] : from[j] * scale;
      q[j] = how == Pairing::mul ? from[j] * a[row * width + j] : from[j] * scale;
    }
  });
}

template void reverse_steps(View<const float>, View<float>);
template void reverse_steps(View<const double>, View<double>);
template void join(Pairing, View<const float>, View<const float>, View<float>);
template void join(Pairing, View<const double>, View<const double>, View<double>);
template void join_grad(Pairing, View<const float>, View<const float>, View<const float>, View<float>,
                        View<float>);
template void join_grad(Pairing, View<const double>, View<const double>, View<const double>, View<double>,
                        View<double>);

}  // namespace cornu::kernels
