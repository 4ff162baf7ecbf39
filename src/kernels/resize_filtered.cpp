#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/parallel.hpp"
#include "cornu/kernels/resize.hpp"

namespace cornu::kernels {

namespace {
/// The input samples that make one output sample.
struct Taps {
  static constexpr int kMost = 11;
  Index first = 0;
  int count = 0;
  std::array<double, kMost> weights = {};

  /// Keeps what lies in 0 .. size - 1, with a sum of 1.
  void settle(Index size) {
    double sum = 0;
    int kept = 0;
    const Index start = first;
    for (int k = 0; k < count; ++k) {
      if (start + k < 0 || start + k >= size) continue;
      if (kept == 0) first = start + k;
      sum += weights[std::size_t(kept++)] = weights[std::size_t(k)];
    }
    count = kept;
    for (int k = 0; k < count; ++k) weights[std::size_t(k)] /= sum;
  }
};

/// Keys' cubic with a = -1/2, at x in 0 .. 1 and 1 .. 2.
double near_cubic(double x) { return (1.5 * x - 2.5) * x * x + 1; }
double far_cubic(double x) { return ((-0.5 * x + 2.5) * x - 4) * x + 2; }

Taps cubic_taps(Index output, Index in, Index out) {
  const float at = (float(output) + 0.5f) * (float(in) / float(out)) - 0.5f;  // in float, as TensorFlow
  const float floor = std::floor(at);
  const double part = double(std::lrint((at - floor) * 1024.f)) / 1024;
  Taps taps{.first = Index(floor) - 1, .count = 4};
  taps.weights = {far_cubic(1 + part), near_cubic(part), near_cubic(1 - part), far_cubic(2 - part)};
  taps.settle(in);
  return taps;
}

double lanczos(double x, double radius) {
  const double a = std::fabs(x);
  if (a > radius) return 0;
  if (a <= 1e-3) return 1;
  const double angle = std::numbers::pi * a;
  return radius * std::sin(angle) * std::sin(angle / radius) / (angle * angle);
}

Taps lanczos_taps(Index output, Index in, Index out, double radius) {
  const double at = (double(output) + 0.5) * (double(in) / double(out));
  const double first = std::ceil(at - radius - 0.5), last = std::floor(at + radius - 0.5);
  Taps taps{.first = Index(first), .count = int(last - first) + 1};
  for (int k = 0; k < taps.count; ++k) taps.weights[std::size_t(k)] = lanczos(first + k + 0.5 - at, radius);
  taps.settle(in);
  return taps;
}

/// Taps of every output sample. The memory stays for the next call: layers may not allocate.
const std::vector<Taps>& taps_of(std::vector<Taps>& kept, Interpolation filter, Index in, Index out) {
  kept.resize(std::size_t(out));
  for (Index i = 0; i < out; ++i)
    kept[std::size_t(i)] = filter == Interpolation::bicubic
                               ? cubic_taps(i, in, out)
                               : lanczos_taps(i, in, out, filter == Interpolation::lanczos5 ? 5 : 3);
  return kept;
}

thread_local std::vector<Taps> kept_rows, kept_columns;

/// body(input pixel's first number in its picture, weight) for each pixel that makes the output's.
template <class Body>
void each_tap(const Taps& row, const Taps& column, Index width, Index channels, const Body& body) {
  for (int r = 0; r < row.count; ++r)
    for (int c = 0; c < column.count; ++c)
      body(((row.first + r) * width + column.first + c) * channels,
           row.weights[std::size_t(r)] * column.weights[std::size_t(c)]);
}
}  // namespace

template <class T>
void resize_filtered(Interpolation filter, View<const T> x, View<T> y) {
  if (x.size() * y.size() == 0) return;
  const Index in_h = x.shape[1], in_w = x.shape[2], channels = x.shape[3];
  const Index h = y.shape[1], w = y.shape[2];
  const std::vector<Taps>&rows = taps_of(kept_rows, filter, in_h, h),
        &columns = taps_of(kept_columns, filter, in_w, w);
  detail::parallel_for(x.shape[0] * h, [&](Index row) {
    const T* const picture = x.data + row / h * in_h * in_w * channels;
    T* to = y.data + row * w * channels;
    for (Index i = 0; i < w; ++i, to += channels) {
      std::fill(to, to + channels, T(0));
      each_tap(rows[std::size_t(row % h)], columns[std::size_t(i)], in_w, channels,
               [&](Index at, double weight) {
                 for (Index c = 0; c < channels; ++c) to[c] += T(weight) * picture[at + c];
               });
    }
  });
}

template <class T>
void resize_filtered_grad(Interpolation filter, View<const T> dy, View<T> dx) {
  std::fill(dx.begin(), dx.end(), T(0));
  if (dx.size() * dy.size() == 0) return;
  const Index in_h = dx.shape[1], in_w = dx.shape[2], channels = dx.shape[3];
  const Index h = dy.shape[1], w = dy.shape[2];
  const std::vector<Taps>&rows = taps_of(kept_rows, filter, in_h, h),
        &columns = taps_of(kept_columns, filter, in_w, w);
  detail::parallel_for(dx.shape[0], [&](Index n) {
    T* const picture = dx.data + n * in_h * in_w * channels;
    const T* from = dy.data + n * h * w * channels;
    for (Index pixel = 0; pixel < h * w; ++pixel, from += channels)
      each_tap(rows[std::size_t(pixel / w)], columns[std::size_t(pixel % w)], in_w, channels,
               [&](Index at, double weight) {
                 for (Index c = 0; c < channels; ++c) picture[at + c] += T(weight) * from[c];
               });
  });
}

template void resize_filtered(Interpolation, View<const float>, View<float>);
template void resize_filtered(Interpolation, View<const double>, View<double>);
template void resize_filtered_grad(Interpolation, View<const float>, View<float>);
template void resize_filtered_grad(Interpolation, View<const double>, View<double>);

}  // namespace cornu::kernels
