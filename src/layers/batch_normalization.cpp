#include "cornu/layers/batch_normalization.hpp"

#include "cornu/kernels/elementwise.hpp"
#include "cornu/kernels/merge.hpp"
#include "cornu/layers/sample_axis.hpp"

namespace cornu {

BatchNormalizationLayer::BatchNormalizationLayer(BatchNormalization spec) : LayerOf(std::move(spec)) {
  if (!(spec_.momentum >= 0 && spec_.momentum <= 1))
    throw ValueError(detail::concat(who(), ": momentum is ", spec_.momentum,
                                    "; it must be between 0 and 1. It is the part of the moving statistics "
                                    "that stays, e.g. 0.99."));
  if (!(spec_.epsilon >= 0))
    throw ValueError(detail::concat(who(), ": epsilon is ", spec_.epsilon,
                                    "; it must not be negative. It is added to the variance, e.g. 0.001."));
}

Shape BatchNormalizationLayer::output_shape(const Shape& input) const {
  if (input.empty())
    throw ShapeError(
        who() +
        ": the input is (batch,); BatchNormalization takes (batch, ..., channels). Reshape it to "
        "(batch, 1).");
  detail::sample_axis(*this, "axis", spec_.axis, input);
  return input;
}

void BatchNormalizationLayer::build(const Shapes& inputs) {
  const Shape channels{inputs[0][detail::sample_axis(*this, "axis", spec_.axis, inputs[0])]};
  if (spec_.scale)
    add_weight("gamma", channels, spec_.gamma_initializer, spec_.gamma_regularizer, spec_.gamma_constraint);
  if (spec_.center)
    add_weight("beta", channels, spec_.beta_initializer, spec_.beta_regularizer, spec_.beta_constraint);
  add_weight("moving_mean", channels, spec_.moving_mean_initializer, {}, {}, false);
  add_weight("moving_variance", channels, spec_.moving_variance_initializer, {}, {}, false);
}

kernels::ChannelExtents BatchNormalizationLayer::extents(const Shape& x) const {
  const int axis = spec_.axis < 0 ? spec_.axis + x.rank() : spec_.axis;
  kernels::ChannelExtents e{.outer = 1, .channels = x[axis], .inner = 1};
  for (int k = 0; k < x.rank(); ++k)
    if (k != axis) (k < axis ? e.outer : e.inner) *= x[k];
  return e;
}

// Scratch: four vectors of a number a channel, then the kernels' own.
Index BatchNormalizationLayer::scratch_values(const Shapes& inputs, Index samples) const {
  const auto e = extents(inputs[0].with_front(samples));
  return 4 * e.channels + kernels::channel_scratch(e);
}

template <class T>
void BatchNormalizationLayer::channel_scale(const Call<T>& c, View<const T> inverse, View<T> scale) const {
  if (spec_.scale)
    kernels::binary<T>(kernels::Binary::multiply, inverse, c.weights[gamma_at()], scale);
  else
    kernels::copy<T>(inverse, scale);
}

template <class T>
void BatchNormalizationLayer::compute(const ForwardCall<T>& c) const {
  const auto e = extents(c.x[0].shape);
  if (e.count() == 0) return;
  const Shape channels{e.channels};
  T* scratch = c.scratch.data();
  T* kept = c.saved.empty() ? scratch : c.template saved_as<T>();
  const View<T> mean(kept, channels), inverse(kept + e.channels, channels);
  const View<T> scale(scratch + 2 * e.channels, channels);
  const View<T> moving_mean = c.weights[mean_at()], moving_variance = c.weights[mean_at() + 1];
  if (c.training && c.trainable) {
    if (const auto live = mask(c, c.x[0].shape))
      kernels::masked_channel_moments<T>(e, live, c.x[0], mean, inverse);
    else
      kernels::channel_moments<T>(e, c.x[0], mean, inverse, scratch + 4 * e.channels);
    kernels::moving_average<T>(moving_mean, mean, T(spec_.momentum));
    kernels::moving_average<T>(moving_variance, inverse, T(spec_.momentum));
    kernels::inverse_deviation<T>(inverse, T(spec_.epsilon), inverse);
  } else {
    kernels::copy<T>(moving_mean, mean);
    kernels::inverse_deviation<T>(moving_variance, T(spec_.epsilon), inverse);
  }
  channel_scale<T>(c, inverse, scale);
  kernels::batch_norm<T>(e, c.x[0], mean, scale,
                         spec_.center ? View<const T>(c.weights[beta_at()]) : View<const T>(), c.y[0]);
}

template <class T>
void BatchNormalizationLayer::gradient(const BackwardCall<T>& c) const {
  const auto e = extents(c.dy[0].shape);
  if (e.count() == 0) return;
  const Shape channels{e.channels};
  T* scratch = c.scratch.data();
  T* kept = c.template saved_as<T>();
  const View<const T> mean(kept, channels), inverse(kept + e.channels, channels);
  const View<T> scale(scratch, channels);
  const View<T> sum_dy(scratch + e.channels, channels), sum_dy_x(scratch + 2 * e.channels, channels);
  const View<T> dgamma = spec_.scale ? c.dweights[gamma_at()] : View<T>();
  const View<T> dbeta = spec_.center ? c.dweights[beta_at()] : View<T>();
  const bool batch = c.training && c.trainable;
  if (batch || dgamma || dbeta)
    kernels::batch_norm_sums<T>(e, c.x[0], c.dy[0], mean, inverse, sum_dy, sum_dy_x,
                                scratch + 4 * e.channels);
  if (dgamma) kernels::add_to<T>(sum_dy_x, dgamma);
  if (dbeta) kernels::add_to<T>(sum_dy, dbeta);
  if (!c.dx[0]) return;
  channel_scale<T>(c, inverse, scale);
  if (const auto live = mask(c, c.dy[0].shape); live && batch)
    kernels::masked_batch_norm_dx<T>(e, live, c.x[0], c.dy[0], {mean, inverse, scale, sum_dy, sum_dy_x},
                                     c.dx[0]);
  else if (batch)
    kernels::batch_norm_dx<T>(e, c.x[0], c.dy[0], mean, inverse, scale, sum_dy, sum_dy_x, c.dx[0]);
  else
    kernels::batch_norm_dx_fixed<T>(e, c.dy[0], scale, c.dx[0]);
}

template void BatchNormalizationLayer::compute(const ForwardCall<float>&) const;
template void BatchNormalizationLayer::compute(const ForwardCall<double>&) const;
template void BatchNormalizationLayer::gradient(const BackwardCall<float>&) const;
template void BatchNormalizationLayer::gradient(const BackwardCall<double>&) const;

}  // namespace cornu
