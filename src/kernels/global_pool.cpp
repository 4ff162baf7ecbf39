#include "cornu/kernels/global_pool.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace cornu::kernels {

namespace {
constexpr Index kTile = 32;   // channels that one task handles: two cache lines of floats
constexpr Index kBlock = 64;  // positions that are summed before they join the total

/// body(sample, first channel, channels, positions) for each tile of channels of each sample.
template <class T, class Body>
void each_tile(const View<T>& x, const Body& body) {
  if (x.size() == 0) return;
  const Index n = x.shape.front(), channels = x.shape.back(), positions = x.size() / n / channels;
  const Index tiles = (channels + kTile - 1) / kTile;
  detail::parallel_for(n * tiles, [&](Index task) {
    const Index sample = task / tiles, first = task % tiles * kTile;
    body(sample, first, std::min(kTile, channels - first), positions);
  });
}
}  // namespace

template <class T>
void global_average_pool(View<const T> x, View<T> y) {
  const Index channels = x.shape.back();
  each_tile(x, [&](Index sample, Index first, Index width, Index positions) {
    const T* in = x.data + sample * positions * channels + first;
    T total[kTile] = {};
    for (Index block = 0; block < positions; block += kBlock) {
      T sum[kTile] = {};
      const Index end = std::min(positions, block + kBlock);
      for (Index p = block; p < end; ++p)
        for (Index c = 0; c < width; ++c) sum[c] += in[p * channels + c];
      for (Index c = 0; c < width; ++c) total[c] += sum[c];
    }
    for (Index c = 0; c < width; ++c) y[sample * channels + first + c] = total[c] / T(positions);
  });
}

template <class T>
void global_average_pool_grad(View<const T> dy, View<T> dx) {
  const Index channels = dx.shape.back();
  each_tile(dx, [&](Index sample, Index first, Index width, Index positions) {
    T share[kTile];
    for (Index c = 0; c < width; ++c) share[c] = dy[sample * channels + first + c] / T(positions);
    T* out = dx.data + sample * positions * channels + first;
    for (Index p = 0; p < positions; ++p) std::copy(share, share + width, out + p * channels);
  });
}

template <class T>
void global_max_pool(View<const T> x, View<T> y) {
  const Index channels = x.shape.back();
  each_tile(x, [&](Index sample, Index first, Index width, Index positions) {
    const T* in = x.data + sample * positions * channels + first;
    T top[kTile];
    std::copy(in, in + width, top);
    for (Index p = 1; p < positions; ++p)
      for (Index c = 0; c < width; ++c) {
        const T v = in[p * channels + c];
        top[c] = v <= top[c] || top[c] != top[c] ? top[c] : v;
      }
    std::copy(top, top + width, y.data + sample * channels + first);
  });
}

template <class T>
void global_max_pool_grad(View<const T> x, View<const T> y, View<const T> dy, View<T> dx) {
  const Index channels = dx.shape.back();
  each_tile(dx, [&](Index sample, Index first, Index width, Index positions) {
    const Index at = sample * positions * channels + first, out = sample * channels + first;
    T count[kTile] = {}, share[kTile];
    for (Index p = 0; p < positions; ++p)
      for (Index c = 0; c < width; ++c) count[c] += x[at + p * channels + c] == y[out + c] ? T(1) : T(0);
    for (Index c = 0; c < width; ++c) share[c] = count[c] > 0 ? dy[out + c] / count[c] : T(0);
    for (Index p = 0; p < positions; ++p)
      for (Index c = 0; c < width; ++c)
        dx[at + p * channels + c] = x[at + p * channels + c] == y[out + c] ? share[c] : T(0);
  });
}

template void global_average_pool(View<const float>, View<float>);
template void global_average_pool(View<const double>, View<double>);
template void global_average_pool_grad(View<const float>, View<float>);
template void global_average_pool_grad(View<const double>, View<double>);
template void global_max_pool(View<const float>, View<float>);
template void global_max_pool(View<const double>, View<double>);
template void global_max_pool_grad(View<const float>, View<const float>, View<const float>, View<float>);
template void global_max_pool_grad(View<const double>, View<const double>, View<const double>, View<double>);

}  // namespace cornu::kernels
