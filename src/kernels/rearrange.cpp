#include "cornu/kernels/rearrange.hpp"

#include <algorithm>
#include <array>

#include "core/parallel.hpp"

namespace cornu::kernels {

template <class T>
void permute(View<const T> x, View<T> y, const Shape& axes) {
  if (y.size() == 0) return;
  const int rank = y.shape.rank();
  std::array<Index, Shape::kMaxRank> x_stride{}, stride{};  // of x's axes, and in x of y's axes
  Index run = 1;
  for (int a = rank; a-- > 0; run *= x.shape[a]) x_stride[std::size_t(a)] = run;
  for (int a = 0; a < rank; ++a) stride[std::size_t(a)] = x_stride[std::size_t(axes[a])];
  const Index inner = y.shape.back(), step = stride[std::size_t(rank - 1)];
  const auto row_start = [&](Index row) {
    Index at = 0;
    for (int a = rank - 1; a-- > 0; row /= y.shape[a]) at += row % y.shape[a] * stride[std::size_t(a)];
    return at;
  };
  detail::parallel_chunks(y.size() / inner, detail::kElementChunk / inner + 1, [&](Index first, Index last) {
    for (Index row = first; row < last; ++row) {
      const T* from = x.data + row_start(row);
      T* to = y.data + row * inner;
      if (step == 1)
        std::copy(from, from + inner, to);
      else
        for (Index i = 0; i < inner; ++i) to[i] = from[i * step];
    }
  });
}

template <class T>
void repeat(View<const T> x, View<T> y) {
  const Index times = y.shape[1], size = y.shape[2];
  detail::parallel_for(y.shape[0], [&](Index n) {
    for (Index t = 0; t < times; ++t)
      std::copy(x.data + n * size, x.data + (n + 1) * size, y.data + (n * times + t) * size);
  });
}

template <class T>
void repeat_grad(View<const T> dy, View<T> dx) {
  const Index times = dy.shape[1], size = dy.shape[2];
  detail::parallel_for(dy.shape[0], [&](Index n) {
    T* out = dx.data + n * size;
    std::fill(out, out + size, T(0));
    for (Index t = 0; t < times; ++t)
      for (Index i = 0; i < size; ++i) out[i] += dy[(n * times + t) * size + i];
  });
}

namespace {
/// body(row of y, first and last) in chunks of rows: rows of pictures are too short to hand out one by one.
template <class T, class Body>
void each_picture_row(const View<T>& y, const Body& body) {
  const Index width = y.shape[2] * y.shape[3];
  if (y.size() == 0) return;
  detail::parallel_chunks(y.shape[0] * y.shape[1], detail::kElementChunk / width + 1,
                          [&](Index first, Index last) {
                            for (Index row = first; row < last; ++row) body(row, width);
                          });
}
}  // namespace

template <class T>
void pad2d(View<const T> x, View<T> y, Index top, Index left) {
  const Index in_h = x.shape[1], in_width = x.shape[2] * x.shape[3];
  const Index out_h = y.shape[1], before = left * y.shape[3];
  each_picture_row(y, [&](Index row, Index width) {
    T* to = y.data + row * width;
    const Index h = row % out_h - top;
    if (h < 0 || h >= in_h) {
      std::fill(to, to + width, T(0));
      return;
    }
    const T* from = x.data + (row / out_h * in_h + h) * in_width;
    std::fill(to, to + before, T(0));
    std::copy(from, from + in_width, to + before);
    std::fill(to + before + in_width, to + width, T(0));
  });
}

template <class T>
void crop2d(View<const T> x, View<T> y, Index top, Index left) {
  const Index in_h = x.shape[1], in_width = x.shape[2] * x.shape[3], out_h = y.shape[1];
  each_picture_row(y, [&](Index row, Index width) {
    const T* from = x.data + (row / out_h * in_h + row % out_h + top) * in_width + left * y.shape[3];
    std::copy(from, from + width, y.data + row * width);
  });
}

template void permute(View<const float>, View<float>, const Shape&);
template void permute(View<const double>, View<double>, const Shape&);
template void repeat(View<const float>, View<float>);
template void repeat(View<const double>, View<double>);
template void repeat_grad(View<const float>, View<float>);
template void repeat_grad(View<const double>, View<double>);
template void pad2d(View<const float>, View<float>, Index, Index);
template void pad2d(View<const double>, View<double>, Index, Index);
template void crop2d(View<const float>, View<float>, Index, Index);
template void crop2d(View<const double>, View<double>, Index, Index);

}  // namespace cornu::kernels
