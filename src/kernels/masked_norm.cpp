#include <algorithm>

#include "core/parallel.hpp"
#include "cornu/kernels/batch_norm.hpp"

namespace cornu::kernels {

namespace {
constexpr double kEpsilon = 1e-7;  // Keras' backend.epsilon(), which it adds to the count

/// body(element) for each number of channel c that counts.
template <class T, class Body>
void each_counted(const ChannelExtents& e, View<const T> mask, Index length, Index c, const Body& body) {
  for (Index o = 0; o < e.outer; ++o)
    for (Index j = 0; j < e.inner; ++j) {
      const Index i = (o * e.channels + c) * e.inner + j;
      if (mask[i / length] != 0) body(i);
    }
}

/// body(channel, numbers of it that count + epsilon) in parallel.
template <class T, class Body>
void each_channel(const ChannelExtents& e, View<const T> mask, Index length, const Body& body) {
  const Index chunk = std::max<Index>(1, detail::kElementChunk / std::max<Index>(1, e.count()));
  detail::parallel_chunks(e.channels, chunk, [&](Index first, Index last) {
    for (Index c = first; c < last; ++c) {
      double count = kEpsilon;
      each_counted(e, mask, length, c, [&](Index) { count += 1; });
      body(c, count);
    }
  });
}
}  // namespace

template <class T>
void masked_channel_moments(const ChannelExtents& e, View<const T> mask, View<const T> x, View<T> mean,
                            View<T> variance) {
  const Index length = x.shape.back();
  each_channel(e, mask, length, [&](Index c, double count) {
    double sum = 0, squares = 0;
    each_counted(e, mask, length, c, [&](Index i) { sum += double(x[i]); });
    const double center = sum / count;
    each_counted(e, mask, length, c,
                 [&](Index i) { squares += (double(x[i]) - center) * (double(x[i]) - center); });
    mean[c] = T(center), variance[c] = T(squares / count);
  });
}

template <class T>
void masked_batch_norm_dx(const ChannelExtents& e, View<const T> mask, View<const T> x, View<const T> dy,
                          const MaskedNorm<T>& norm, View<T> dx) {
  const Index length = x.shape.back();
  batch_norm_dx_fixed<T>(e, dy, norm.scale, dx);
  each_channel(e, mask, length, [&](Index c, double count) {
    const double mean = norm.mean[c], inverse = norm.inverse[c], scale = norm.scale[c];
    const double dvariance = -0.5 * scale * inverse * double(norm.sum_dy_x[c]);
    // The numbers' distances from the mean sum to epsilon times the mean.
    const double dmean = -scale * double(norm.sum_dy[c]) - 2 * kEpsilon * mean * dvariance / count;
    each_counted(e, mask, length, c,
                 [&](Index i) { dx[i] += T((dmean + 2 * dvariance * (double(x[i]) - mean)) / count); });
  });
}

template void masked_channel_moments(const ChannelExtents&, View<const float>, View<const float>, View<float>,
                                     View<float>);
template void masked_channel_moments(const ChannelExtents&, View<const double>, View<const double>,
                                     View<double>, View<double>);
template void masked_batch_norm_dx(const ChannelExtents&, View<const float>, View<const float>,
                                   View<const float>, const MaskedNorm<float>&, View<float>);
template void masked_batch_norm_dx(const ChannelExtents&, View<const double>, View<const double>,
                                   View<const double>, const MaskedNorm<double>&, View<double>);

}  // namespace cornu::kernels
