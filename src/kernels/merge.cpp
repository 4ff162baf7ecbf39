#include "cornu/kernels/merge.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "kernels/lane_sum.hpp"

namespace cornu::kernels {

namespace {
/// The axes of y, outermost first, with neighbours joined where b runs through both alike; stride is b's step
/// along an axis, 0 where it repeats. The last stride is 0 or 1.
struct Broadcast {
  int rank = 0;
  Index extent[Shape::kMaxRank] = {};
  Index stride[Shape::kMaxRank] = {};

  Broadcast(const Shape& y, const Shape& b) {
    Index step = b.count();
    for (int axis = 0; axis < y.rank(); ++axis) {
      const int missing = y.rank() - b.rank();  // axes of 1 that b lacks, after the batch
      const Index here = axis == 0 ? b[0] : axis <= missing ? 1 : b[axis - missing];
      if (here != 0) step /= here;
      add(y[axis], here == 1 ? 0 : step);
    }
    if (rank == 0) add(1, 1, true);
  }
  /// Position in b of row `row` of y, where a row is the last of the joined axes.
  Index offset(Index row) const {
    Index at = 0;
    for (int k = rank - 2; k >= 0; --k) {
      at += row % extent[k] * stride[k];
      row /= extent[k];
    }
    return at;
  }

 private:
  void add(Index size, Index step, bool always = false) {
    if (size == 1 && !always) return;
    if (rank > 0 && stride[rank - 1] == step * size) {
      extent[rank - 1] *= size;
      stride[rank - 1] = step;
      return;
    }
    extent[rank] = size;
    stride[rank++] = step;
  }
};

/// body(position in y, position in b, count, step in b) for stretches of y from first to last.
template <class Body>
void walk(const Broadcast& b, Index first, Index last, const Body& body) {
  const Index width = b.extent[b.rank - 1], step = b.stride[b.rank - 1];
  for (Index at = first; at < last;) {
    const Index column = at % width, count = std::min(width - column, last - at);
    body(at, b.offset(at / width) + column * step, count, step);
    at += count;
  }
}

template <class Body>
void walk_parallel(const Shape& y, const Shape& operand, const Body& body) {
  if (y.count() == 0) return;
  const Broadcast b(y, operand);
  detail::parallel_chunks(y.count(), detail::kElementChunk,
                          [&](Index first, Index last) { walk(b, first, last, body); });
}

template <class T, class F>
void apply(const View<const T>& a, const View<const T>& b, const View<T>& y, const F& f) {
  walk_parallel(y.shape, b.shape, [&](Index at, Index from, Index count, Index step) {
    const T *left = a.data + at, *right = b.data + from;
    T* out = y.data + at;
    if (step == 1) {
      for (Index i = 0; i < count; ++i) out[i] = f(left[i], right[i]);
      return;
    }
    const T value = *right;
    for (Index i = 0; i < count; ++i) out[i] = f(left[i], value);
  });
}
}  // namespace

template <class T>
void binary(Binary op, View<const T> a, View<const T> b, View<T> y) {
  switch (op) {
    case Binary::add:
      return apply(a, b, y, [](T p, T q) { return p + q; });
    case Binary::subtract:
      return apply(a, b, y, [](T p, T q) { return p - q; });
    case Binary::multiply:
      return apply(a, b, y, [](T p, T q) { return p * q; });
    case Binary::maximum:
      return apply(a, b, y, [](T p, T q) { return p >= q || p != p ? p : q; });
    case Binary::minimum:
      return apply(a, b, y, [](T p, T q) { return p <= q || p != p ? p : q; });
    case Binary::second:
      return walk_parallel(y.shape, b.shape, [&](Index at, Index from, Index count, Index step) {
        if (step == 1)
          std::copy(b.data + from, b.data + from + count, y.data + at);
        else
          std::fill(y.data + at, y.data + at + count, b[from]);
      });
  }
}

template <class T>
void keep_where(bool equal, View<const T> y, View<const T> b, View<const T> d, View<T> out) {
  walk_parallel(y.shape, b.shape, [&](Index at, Index from, Index count, Index step) {
    for (Index i = 0; i < count; ++i)
      out[at + i] = (b[from + i * step] == y[at + i]) == equal ? d[at + i] : T(0);
  });
}

template <class T>
void sum_to(View<const T> d, View<T> out, T factor) {
  if (d.size() == out.size()) {
    detail::parallel_chunks(d.size(), detail::kElementChunk, [&](Index first, Index last) {
      for (Index i = first; i < last; ++i) out[i] = factor * d[i];
    });
    return;
  }
  const Broadcast b(d.shape, out.shape);
  const Index n = d.shape.front(), in_size = d.size() / n, out_size = out.size() / n;
  detail::parallel_for(n, [&](Index sample) {
    T* sums = out.data + sample * out_size;
    std::fill(sums, sums + out_size, T(0));
    walk(b, sample * in_size, (sample + 1) * in_size, [&](Index at, Index to, Index count, Index step) {
      const T* in = d.data + at;
      if (step == 0) {
        out[to] += detail::lane_sum<T>(count, [&](Index i) { return in[i]; });
        return;
      }
      T* o = out.data + to;
      for (Index i = 0; i < count; ++i) o[i] += in[i];
    });
    for (Index i = 0; i < out_size; ++i) sums[i] *= factor;
  });
}

template <class T>
void copy_rows(Index rows, Index width, const T* x, Index x_stride, T* y, Index y_stride) {
  if (rows == 0 || width == 0) return;
  detail::parallel_chunks(rows, std::max<Index>(1, detail::kElementChunk / width),
                          [&](Index first, Index last) {
                            for (Index r = first; r < last; ++r)
                              std::copy(x + r * x_stride, x + r * x_stride + width, y + r * y_stride);
                          });
}

template void binary(Binary, View<const float>, View<const float>, View<float>);
template void binary(Binary, View<const double>, View<const double>, View<double>);
template void keep_where(bool, View<const float>, View<const float>, View<const float>, View<float>);
template void keep_where(bool, View<const double>, View<const double>, View<const double>, View<double>);
template void sum_to(View<const float>, View<float>, float);
template void sum_to(View<const double>, View<double>, double);
template void copy_rows(Index, Index, const float*, Index, float*, Index);
template void copy_rows(Index, Index, const double*, Index, double*, Index);

}  // namespace cornu::kernels
