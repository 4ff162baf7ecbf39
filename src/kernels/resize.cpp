#include "cornu/kernels/resize.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"

namespace cornu::kernels {

namespace {
/// n h w c = batch, height, width, channels of both pictures of a resize.
struct Pictures {
  Index n, small_h, small_w, large_h, large_w, c;
  Pictures(const Shape& small, const Shape& large)
      : n(small[0]),
        small_h(small[1]),
        small_w(small[2]),
        large_h(large[1]),
        large_w(large[2]),
        c(small[3]) {}
  bool nothing() const { return n * small_h * small_w * large_h * large_w * c == 0; }
};

/// Chunk of rows of so many values.
Index rows_chunk(Index width) { return detail::kElementChunk / 4 / width + 1; }
}  // namespace

template <class T>
void upsample_nearest(View<const T> x, View<T> y) {
  const Pictures p(x.shape, y.shape);
  if (p.nothing()) return;
  const Index times_h = p.large_h / p.small_h, times_w = p.large_w / p.small_w, width = p.large_w * p.c;
  detail::parallel_chunks(p.n * p.small_h, rows_chunk(times_h * width), [&](Index first, Index last) {
    for (Index row = first; row < last; ++row) {
      const T* from = x.data + row * p.small_w * p.c;
      T* const start = y.data + row * times_h * width;
      T* to = start;
      for (Index w = 0; w < p.small_w; ++w, from += p.c)
        for (Index t = 0; t < times_w; ++t) to = std::copy(from, from + p.c, to);
      for (Index t = 1; t < times_h; ++t) std::copy(start, start + width, start + t * width);
    }
  });
}

template <class T>
void upsample_nearest_grad(View<const T> dy, View<T> dx) {
  const Pictures p(dx.shape, dy.shape);
  if (p.nothing()) return;
  const Index times_h = p.large_h / p.small_h, times_w = p.large_w / p.small_w, width = p.large_w * p.c;
  detail::parallel_chunks(p.n * p.small_h, rows_chunk(times_h * width), [&](Index first, Index last) {
    for (Index row = first; row < last; ++row) {
      T* to = dx.data + row * p.small_w * p.c;
      std::fill(to, to + p.small_w * p.c, T(0));
      const T* from = dy.data + row * times_h * width;
      for (Index h = 0; h < times_h; ++h)
        for (Index w = 0; w < p.small_w; ++w)
          for (Index t = 0; t < times_w; ++t, from += p.c)
            for (Index c = 0; c < p.c; ++c) to[w * p.c + c] += from[c];
    }
  });
}

namespace {
/// Where an output sample lies between two input samples.
template <class T>
struct Between {
  Index low, high;
  T part;  // 0 at low, 1 at high
};
template <class T>
Between<T> between(Index output, Index in, Index out) {
  const T at = (T(output) + T(0.5)) * (T(in) / T(out)) - T(0.5), floor = std::floor(at);
  return {std::max<Index>(Index(floor), 0), std::min<Index>(Index(std::ceil(at)), in - 1), at - floor};
}
/// What input sample `input` has of it.
template <class T>
T weight(const Between<T>& b, Index input) {
  return (b.low == input ? T(1) - b.part : T(0)) + (b.high == input ? b.part : T(0));
}
}  // namespace

template <class T>
void resize_bilinear(View<const T> x, View<T> y) {
  const Pictures p(x.shape, y.shape);
  if (p.nothing()) return;
  const Index in_width = p.small_w * p.c, width = p.large_w * p.c;
  detail::parallel_chunks(p.n * p.large_h, rows_chunk(width), [&](Index first, Index last) {
    for (Index row = first; row < last; ++row) {
      const auto h = between<T>(row % p.large_h, p.small_h, p.large_h);
      const T* picture = x.data + row / p.large_h * p.small_h * in_width;
      const T *top = picture + h.low * in_width, *bottom = picture + h.high * in_width;
      T* to = y.data + row * width;
      for (Index i = 0; i < p.large_w; ++i, to += p.c) {
        const auto w = between<T>(i, p.small_w, p.large_w);
        const Index l = w.low * p.c, r = w.high * p.c;
        for (Index c = 0; c < p.c; ++c) {
          const T above = top[l + c] + (top[r + c] - top[l + c]) * w.part;
          const T below = bottom[l + c] + (bottom[r + c] - bottom[l + c]) * w.part;
          to[c] = above + (below - above) * h.part;
        }
      }
    }
  });
}

template <class T>
void resize_bilinear_grad(View<const T> dy, View<T> dx) {
  const Pictures p(dx.shape, dy.shape);
  if (p.nothing()) return;
  const Index in_width = p.small_w * p.c, width = p.large_w * p.c;
  // Rows of dx gather from the rows of dy that touch them, so that each row is written by one thread.
  detail::parallel_chunks(p.n * p.small_h, rows_chunk(in_width), [&](Index first, Index last) {
    for (Index row = first; row < last; ++row) {
      T* to = dx.data + row * in_width;
      std::fill(to, to + in_width, T(0));
      const Index input = row % p.small_h;
      const T* picture = dy.data + row / p.small_h * p.large_h * width;
      const Index from = std::max<Index>(0, (input - 1) * p.large_h / p.small_h - 1);
      const Index until = std::min(p.large_h, (input + 2) * p.large_h / p.small_h + 2);
      for (Index output = from; output < until; ++output) {
        const T part = weight(between<T>(output, p.small_h, p.large_h), input);
        if (part == T(0)) continue;
        const T* g = picture + output * width;
        for (Index i = 0; i < p.large_w; ++i, g += p.c) {
          const auto w = between<T>(i, p.small_w, p.large_w);
          const Index l = w.low * p.c, r = w.high * p.c;
          for (Index c = 0; c < p.c; ++c) {
            to[l + c] += part * (T(1) - w.part) * g[c];
            to[r + c] += part * w.part * g[c];
          }
        }
      }
    }
  });
}

namespace {
/// In float, as TensorFlow, whatever T is: else double could choose another pixel.
Index nearest(Index output, Index in, Index out) {
  const float at = (static_cast<float>(output) + 0.5f) * (static_cast<float>(in) / static_cast<float>(out));
  return std::min(static_cast<Index>(std::floor(at)), in - 1);
}
}  // namespace

template <class T>
void resize_nearest(View<const T> x, View<T> y) {
  const Pictures p(x.shape, y.shape);
  if (p.nothing()) return;
  const Index in_width = p.small_w * p.c, width = p.large_w * p.c;
  detail::parallel_chunks(p.n * p.large_h, rows_chunk(width), [&](Index first, Index last) {
    for (Index row = first; row < last; ++row) {
      const Index h = nearest(row % p.large_h, p.small_h, p.large_h);
      const T* from = x.data + (row / p.large_h * p.small_h + h) * in_width;
      T* to = y.data + row * width;
      for (Index i = 0; i < p.large_w; ++i) {
        const T* pixel = from + nearest(i, p.small_w, p.large_w) * p.c;
        to = std::copy(pixel, pixel + p.c, to);
      }
    }
  });
}

template <class T>
void resize_nearest_grad(View<const T> dy, View<T> dx) {
  const Pictures p(dx.shape, dy.shape);
  if (p.nothing()) return;
  const Index in_size = p.small_h * p.small_w * p.c, size = p.large_h * p.large_w * p.c;
  detail::parallel_for(p.n, [&](Index n) {
    T* picture = dx.data + n * in_size;
    std::fill(picture, picture + in_size, T(0));
    const T* from = dy.data + n * size;
    for (Index h = 0; h < p.large_h; ++h) {
      T* row = picture + nearest(h, p.small_h, p.large_h) * p.small_w * p.c;
      for (Index i = 0; i < p.large_w; ++i, from += p.c) {
        T* to = row + nearest(i, p.small_w, p.large_w) * p.c;
        for (Index c = 0; c < p.c; ++c) to[c] += from[c];
      }
    }
  });
}

template void resize_nearest(View<const float>, View<float>);
template void resize_nearest(View<const double>, View<double>);
template void resize_nearest_grad(View<const float>, View<float>);
template void resize_nearest_grad(View<const double>, View<double>);
template void upsample_nearest(View<const float>, View<float>);
template void upsample_nearest(View<const double>, View<double>);
template void upsample_nearest_grad(View<const float>, View<float>);
template void upsample_nearest_grad(View<const double>, View<double>);
template void resize_bilinear(View<const float>, View<float>);
template void resize_bilinear(View<const double>, View<double>);
template void resize_bilinear_grad(View<const float>, View<float>);
template void resize_bilinear_grad(View<const double>, View<double>);

}  // namespace cornu::kernels
