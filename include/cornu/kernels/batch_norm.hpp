#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// How the axis of the channels splits an array: (outer, channels, inner), row-major. inner is 1 where the
/// channels are the last axis, which is the fast case.
struct ChannelExtents {
  Index outer, channels, inner;
  /// Numbers a channel has.
  Index count() const { return outer * inner; }
};

/// Values of T that channel_moments and batch_norm_sums take as scratch.
Index channel_scratch(const ChannelExtents& extents);

/// Mean and population variance of each channel. extents.count() must be at least 1.
///
/// x (outer, channels, inner)   mean, variance (channels)   scratch channel_scratch(extents) values
/// Numerics two passes over pieces that stay in the cache, joined in a tree that the extents fix: a large
/// mean
///          does not cancel, and the bits do not depend on threads.
/// Source   Chan, Golub, LeVeque 1979, "Updating formulae and a pairwise algorithm for sample variances".
template <class T>
void channel_moments(const ChannelExtents& extents, View<const T> x, View<T> mean, View<T> variance,
                     T* scratch);

/// channel_moments of the numbers whose run of x's last axis counts in mask (0 and 1, one a run): sums over
/// the count of such numbers + 1e-7, as Keras divides. No scratch.
template <class T>
void masked_channel_moments(const ChannelExtents& extents, View<const T> mask, View<const T> x, View<T> mean,
                            View<T> variance);

/// moving = moving * momentum + value * (1 - momentum).
template <class T>
void moving_average(View<T> moving, View<const T> value, T momentum);

/// inverse = 1 / sqrt(variance + epsilon). inverse may be variance.
template <class T>
void inverse_deviation(View<const T> variance, T epsilon, View<T> inverse);

/// y = (x - mean) * scale + beta, channel by channel; beta may be empty.
template <class T>
void batch_norm(const ChannelExtents& extents, View<const T> x, View<const T> mean, View<const T> scale,
                View<const T> beta, View<T> y);

/// Sums over each channel of dy and of dy * (x - mean) * inverse: the gradients of beta and gamma.
/// Overwrites both. Scratch and numerics as channel_moments.
template <class T>
void batch_norm_sums(const ChannelExtents& extents, View<const T> x, View<const T> dy, View<const T> mean,
                     View<const T> inverse, View<T> sum_dy, View<T> sum_dy_x, T* scratch);

/// Gradient of batch normalization with the batch's own statistics; overwrites dx. With x^ = (x - mean) *
/// inverse and N numbers a channel: dx = scale * (dy - sum_dy / N - x^ * sum_dy_x / N).
///
/// scale (channels): gamma * inverse   sum_dy, sum_dy_x (channels): from batch_norm_sums
template <class T>
void batch_norm_dx(const ChannelExtents& extents, View<const T> x, View<const T> dy, View<const T> mean,
                   View<const T> inverse, View<const T> scale, View<const T> sum_dy, View<const T> sum_dy_x,
                   View<T> dx);

/// What masked_batch_norm_dx reads, all (channels), as for batch_norm_dx.
template <class T>
struct MaskedNorm {
  View<const T> mean, inverse, scale, sum_dy, sum_dy_x;
};
/// batch_norm_dx with the statistics of masked_channel_moments: numbers that do not count are normalized, but
/// move no statistics. Overwrites dx.
template <class T>
void masked_batch_norm_dx(const ChannelExtents& extents, View<const T> mask, View<const T> x,
                          View<const T> dy, const MaskedNorm<T>& norm, View<T> dx);

/// Gradient with given statistics: dx = scale * dy. dx may be dy.
template <class T>
void batch_norm_dx_fixed(const ChannelExtents& extents, View<const T> dy, View<const T> scale, View<T> dx);

}  // namespace cornu::kernels
