#pragma once
#include "cornu/kernels/noise.hpp"
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

/// The streams of a call: the model's, or those of the layer's own seed when it has one. The step and the
/// place in the model count in both.
template <class T>
kernels::SampleStreams streams(const Call<T>& c, const Seed& seed) {
  return {seed ? RandomKey{*seed, c.random.stream} : c.random, c.first_sample};
}

/// Whether rate may be exactly 1.
enum class RateOne { allowed, refused };
/// Errors: ValueError unless 0 <= rate <= 1 (or < 1).
void check_rate(const Layer& layer, float rate, RateOne one);

}  // namespace cornu::detail
