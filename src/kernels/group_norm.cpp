#include "cornu/kernels/group_norm.hpp"

#include <cmath>

#include "core/parallel.hpp"
#include "kernels/lane_sum.hpp"

namespace cornu::kernels {

namespace {
/// One group of one sample: `outer` runs of `run` numbers.
struct Group {
  Index sample, first_channel, channels, start, outer, run, stride, inner;
  Index count() const { return outer * run; }
};

template <class Body>
void each_group(const GroupExtents& e, const Body& body) {
  const Index channels = e.channels / e.groups, run = channels * e.inner, stride = e.channels * e.inner;
  const Index chunk = detail::kElementChunk / (e.outer * run + 1) + 1;
  detail::parallel_chunks(e.n * e.groups, chunk, [&](Index first, Index last) {
    for (Index k = first; k < last; ++k) {
      const Index sample = k / e.groups, group = k % e.groups;
      body(k, Group{sample, group * channels, channels, sample * e.outer * stride + group * run, e.outer, run,
                    stride, e.inner});
    }
  });
}

/// The sum of f(position) over a group, run by run.
template <class F>
double sum_of(const Group& g, const F& f) {
  double sum = 0;
  for (Index o = 0; o < g.outer; ++o) {
    const Index at = g.start + o * g.stride;
    sum += detail::lane_sum<double>(g.run, [&](Index i) { return f(at + i); });
  }
  return sum;
}
}  // namespace

template <class T>
void group_norm(const GroupExtents& e, View<const T> x, T epsilon, View<const T> gamma, View<const T> beta,
                View<T> y, T* moments) {
  if (x.size() == 0) return;
  each_group(e, [&](Index k, const Group& g) {
    const double count = double(g.count());
    const double mean = sum_of(g, [&](Index i) { return double(x[i]); }) / count;
    const double variance =
        sum_of(g, [&](Index i) { return (double(x[i]) - mean) * (double(x[i]) - mean); }) / count;
    const T center = T(mean), inverse = T(1 / std::sqrt(variance + double(epsilon)));
    if (moments) {
      moments[2 * k] = center;
      moments[2 * k + 1] = inverse;
    }
    for (Index o = 0; o < g.outer; ++o)
      for (Index c = 0; c < g.channels; ++c) {
        const T scale = gamma ? gamma[g.first_channel + c] : T(1);
        const T shift = beta ? beta[g.first_channel + c] : T(0);
        const Index at = g.start + o * g.stride + c * g.inner;
        for (Index i = at; i < at + g.inner; ++i) y[i] = (x[i] - center) * inverse * scale + shift;
      }
  });
}

Index group_norm_scratch(const GroupExtents& e) { return 2 * e.n * e.channels; }

template <class T>
void group_norm_grad(const GroupExtents& e, View<const T> x, View<const T> dy, const T* moments,
                     View<const T> gamma, View<T> dx, View<T> dgamma, View<T> dbeta, T* scratch) {
  if (x.size() == 0) return;
  each_group(e, [&](Index k, const Group& g) {
    const T mean = moments[2 * k], inverse = moments[2 * k + 1];
    double sum = 0, products = 0;  // of h and h * x^, where h = dy * gamma
    for (Index c = 0; c < g.channels; ++c) {
      double sum_dy = 0, sum_product = 0;
      for (Index o = 0; o < g.outer; ++o) {
        const Index at = g.start + o * g.stride + c * g.inner;
        for (Index i = at; i < at + g.inner; ++i) {
          sum_dy += double(dy[i]);
          sum_product += double(dy[i]) * double((x[i] - mean) * inverse);
        }
      }
      T* const sums = scratch + 2 * (g.sample * e.channels + g.first_channel + c);
      sums[0] = T(sum_product);
      sums[1] = T(sum_dy);
      const double scale = gamma ? double(gamma[g.first_channel + c]) : 1.0;
      sum += scale * sum_dy;
      products += scale * sum_product;
    }
    if (!dx) return;
    const T first = T(sum / double(g.count())), second = T(products / double(g.count()));
    for (Index o = 0; o < g.outer; ++o)
      for (Index c = 0; c < g.channels; ++c) {
        const T scale = gamma ? gamma[g.first_channel + c] : T(1);
        const Index at = g.start + o * g.stride + c * g.inner;
        for (Index i = at; i < at + g.inner; ++i)
          dx[i] = inverse * (dy[i] * scale - first - (x[i] - mean) * inverse * second);
      }
  });
  for (Index s = 0; s < e.n; ++s)
    for (Index c = 0; c < e.channels; ++c) {
      const T* const sums = scratch + 2 * (s * e.channels + c);
      if (dgamma) dgamma[c] += sums[0];
      if (dbeta) dbeta[c] += sums[1];
    }
}

template void group_norm(const GroupExtents&, View<const float>, float, View<const float>, View<const float>,
                         View<float>, float*);
template void group_norm(const GroupExtents&, View<const double>, double, View<const double>,
                         View<const double>, View<double>, double*);
template void group_norm_grad(const GroupExtents&, View<const float>, View<const float>, const float*,
                              View<const float>, View<float>, View<float>, View<float>, float*);
template void group_norm_grad(const GroupExtents&, View<const double>, View<const double>, const double*,
                              View<const double>, View<double>, View<double>, View<double>, double*);

}  // namespace cornu::kernels
