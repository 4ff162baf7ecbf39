#include "cornu/kernels/rectifier.hpp"

#include <array>
#include <cmath>

#include "core/parallel.hpp"
#include "kernels/activation_lanes.hpp"

namespace cornu::kernels {

namespace {
// Loops over plain pointers and values: what a lambda captures, g++ fears to be changed by the loop's own
// stores, and then it vectorises nothing.
template <class T>
void rectify_flat(const T* x, T* y, Index n, T max, T threshold) {
  for (Index i = 0; i < n; ++i) {
    const T v = x[i], above = v > max ? max : v;
    y[i] = v <= threshold ? T(0) : above;
  }
}
template <class T>
void rectify_sloped(const T* x, T* y, Index n, T max, T threshold, T slope) {
  for (Index i = 0; i < n; ++i) {
    const T v = x[i], above = v > max ? max : v, below = slope * (v - threshold);
    y[i] = v <= threshold ? below : above;
  }
}
template <class T>
void rectify_slopes(const T* y, const T* dy, T* dx, Index n, T max, T slope) {
  for (Index i = 0; i < n; ++i) {
    const T factor = y[i] > 0 ? T(1) : slope;
    dx[i] = dy[i] * (y[i] >= max ? T(0) : factor);
  }
}
}  // namespace

template <class T>
void rectify(const Rectifier& r, View<const T> x, View<T> y) {
  const T max = static_cast<T>(r.max_value), threshold = static_cast<T>(r.threshold),
          slope = static_cast<T>(r.negative_slope);
  detail::parallel_chunks(y.size(), detail::kElementChunk, [&](Index first, Index last) {
    if (slope == T(0))  // 0 * (x - threshold) would make a NaN of -infinity
      rectify_flat<T>(x.data + first, y.data + first, last - first, max, threshold);
    else
      rectify_sloped<T>(x.data + first, y.data + first, last - first, max, threshold, slope);
  });
}

template <class T>
void rectify_grad(const Rectifier& r, View<const T> y, View<const T> dy, View<T> dx) {
  const T max = static_cast<T>(r.max_value), slope = static_cast<T>(r.negative_slope);
  detail::parallel_chunks(dx.size(), detail::kElementChunk, [&](Index first, Index last) {
    rectify_slopes<T>(y.data + first, dy.data + first, dx.data + first, last - first, max, slope);
  });
}

template <class T>
void elu(double alpha, View<const T> x, View<T> y) {
  const T a = static_cast<T>(alpha);
  [[maybe_unused]] const ActivationLanes& lanes = activation_lanes();
  detail::parallel_chunks(y.size(), detail::kElementChunk, [&](Index first, Index last) {
    if constexpr (std::is_same_v<T, float>)
      return lanes.elu(1, a, x.data + first, y.data + first, last - first);
    for (Index i = first; i < last; ++i) y[i] = x[i] > 0 ? x[i] : a * std::expm1(x[i]);
  });
}

template <class T>
void elu_grad(double alpha, View<const T> y, View<const T> dy, View<T> dx) {
  const T a = static_cast<T>(alpha);
  detail::parallel_chunks(dx.size(), detail::kElementChunk, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) dx[i] = dy[i] * (y[i] > 0 ? T(1) : y[i] + a);
  });
}

namespace {
/// How alphas lie along a sample: its axes, neighbours of one kind merged, the last split off as the inner
/// one. A shared axis has stride 0, and so has an inner axis that shares one alpha.
struct Spread {
  std::array<Index, Shape::kMaxRank> extent{}, stride{};
  int outer = 0;
  Index rows = 1, inner = 1, inner_stride = 0;

  Spread(const Shape& x, const Shape& alpha) {
    int axes = 0;
    Index run = alpha.count();  // stride of the axis before
    for (int axis = 0; axis < alpha.rank(); ++axis) {
      const Index n = x[axis + 1];
      if (n == 1) continue;
      const bool shared = alpha[axis] == 1;
      if (!shared) run /= n;
      const auto at = std::size_t(axes), before = at - 1;
      if (axes > 0 && (stride[before] == 0) == shared) {
        extent[before] *= n;
        stride[before] = shared ? 0 : run;
      } else {
        extent[at] = n;
        stride[at] = shared ? 0 : run;
        ++axes;
      }
    }
    if (axes == 0) return;
    outer = axes - 1;
    inner = extent[std::size_t(outer)];
    inner_stride = stride[std::size_t(outer)];
    for (int axis = 0; axis < outer; ++axis) rows *= extent[std::size_t(axis)];
  }
  /// First alpha of a row of the sample.
  Index offset(Index row) const {
    Index at = 0;
    for (int axis = outer; axis-- > 0;) {
      at += row % extent[std::size_t(axis)] * stride[std::size_t(axis)];
      row /= extent[std::size_t(axis)];
    }
    return at;
  }
};

/// body(first element, first alpha) for every row of every sample.
template <class Body>
void each_row(const Spread& s, Index samples, const Body& body) {
  const Index chunk = detail::kElementChunk / s.inner + 1;
  detail::parallel_chunks(samples * s.rows, chunk, [&](Index first, Index last) {
    for (Index row = first; row < last; ++row) body(row * s.inner, s.offset(row % s.rows));
  });
}

/// partial = the sums of dy * x over one sample, where x < 0.
template <class T>
void alpha_sums(const Spread& s, const T* x, const T* dy, std::span<T> partial) {
  for (T& p : partial) p = 0;
  for (Index row = 0; row < s.rows; ++row, x += s.inner, dy += s.inner) {
    T* to = partial.data() + s.offset(row);
    if (s.inner_stride == 0) {
      T sum = 0;
      for (Index i = 0; i < s.inner; ++i) sum += x[i] < 0 ? dy[i] * x[i] : T(0);
      *to += sum;
    } else {
      for (Index i = 0; i < s.inner; ++i) to[i] += x[i] < 0 ? dy[i] * x[i] : T(0);
    }
  }
}
}  // namespace

template <class T>
void prelu(View<const T> x, View<const T> alpha, View<T> y) {
  if (y.size() == 0) return;
  const Spread s(x.shape, alpha.shape);
  each_row(s, x.shape.front(), [&](Index at, Index alphas) {
    const T *in = x.data + at, *a = alpha.data + alphas;
    T* out = y.data + at;
    if (s.inner_stride == 0)
      for (Index i = 0; i < s.inner; ++i) out[i] = in[i] * (in[i] > 0 ? T(1) : *a);
    else
      for (Index i = 0; i < s.inner; ++i) out[i] = in[i] * (in[i] > 0 ? T(1) : a[i]);
  });
}

template <class T>
void prelu_grad(View<const T> x, View<const T> alpha, View<const T> dy, View<T> dx, View<T> dalpha,
                std::span<T> partial) {
  if (dy.size() == 0) return;
  const Spread s(dy.shape, alpha.shape);
  const Index samples = dy.shape.front(), size = dy.size() / samples;
  if (dalpha) {  // before dx, which may overwrite dy
    for (Index i = 0; i < samples; ++i) {
      alpha_sums(s, x.data + i * size, dy.data + i * size, partial.first(std::size_t(alpha.size())));
      for (Index j = 0; j < alpha.size(); ++j) dalpha[j] += partial[std::size_t(j)];
    }
  }
  if (!dx) return;
  each_row(s, samples, [&](Index at, Index alphas) {
    const T *in = x.data + at, *g = dy.data + at, *a = alpha.data + alphas;
    T* out = dx.data + at;
    for (Index i = 0; i < s.inner; ++i) {
      const T below = in[i] < 0 ? a[i * s.inner_stride] : T(0);
      out[i] = g[i] * (in[i] > 0 ? T(1) : below);
    }
  });
}

template void rectify(const Rectifier&, View<const float>, View<float>);
template void rectify(const Rectifier&, View<const double>, View<double>);
template void rectify_grad(const Rectifier&, View<const float>, View<const float>, View<float>);
template void rectify_grad(const Rectifier&, View<const double>, View<const double>, View<double>);
template void elu(double, View<const float>, View<float>);
template void elu(double, View<const double>, View<double>);
template void elu_grad(double, View<const float>, View<const float>, View<float>);
template void elu_grad(double, View<const double>, View<const double>, View<double>);
template void prelu(View<const float>, View<const float>, View<float>);
template void prelu(View<const double>, View<const double>, View<double>);
template void prelu_grad(View<const float>, View<const float>, View<const float>, View<float>, View<float>,
                         std::span<float>);
template void prelu_grad(View<const double>, View<const double>, View<const double>, View<double>,
                         View<double>, std::span<double>);

}  // namespace cornu::kernels
