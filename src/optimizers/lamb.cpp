#include "optimizers/lamb.hpp"

#include <cmath>

#include "kernels/lane_sum.hpp"

namespace cornu::detail {

void LambOptimizer::allocate() {
  weight_squares_.resize(pieces().size());
  step_squares_.resize(pieces().size());
  ratios_.resize(static_cast<std::size_t>(parameter_count()));
}

void LambOptimizer::prepare(float learning_rate, Index t) {
  const auto step = static_cast<float>(t);
  rate_ = learning_rate;
  direction_.correction_1 = 1.f - std::pow(moments_.beta_1, step);
  direction_.correction_2 = 1.f - std::pow(moments_.beta_2, step);
}

void LambOptimizer::moments_pass(std::size_t index) {
  const auto [p, first, size] = pieces()[index];
  const Index count = size;  // clang 14 cannot use a structured binding in an OpenMP loop
  float* w = value(p) + first;
  const float* g = gradient(p) + first;
  float* m = slot(0, p) + first;
  float* v = slot(1, p) + first;
  const GradientScale scale = gradient_scale(p);
  const float shrink = decay();
  const Moments moments = moments_;  // copies: the loops below write floats
  const LambDirection direction = direction_;
#pragma omp simd
  for (Index i = 0; i < count; ++i) {
    w[i] -= w[i] * shrink;
    moments.update(scale(g[i]), m[i], v[i]);
  }
  const double weight = lane_sum<double>(count, [&](Index i) { return static_cast<double>(w[i]) * w[i]; });
  const double step = lane_sum<double>(count, [&](Index i) {
    const double d = direction(m[i], v[i]);
    return d * d;
  });
  weight_squares_[index] = weight;
  step_squares_[index] = step;
}

void LambOptimizer::step_pass(std::size_t index) {
  const auto [p, first, size] = pieces()[index];
  const Index count = size;  // clang 14 cannot use a structured binding in an OpenMP loop
  float* w = value(p) + first;
  const float* m = slot(0, p) + first;
  const float* v = slot(1, p) + first;
  const float scale = ratios_[static_cast<std::size_t>(p)] * rate_;
  const LambDirection direction = direction_;
#pragma omp simd
  for (Index i = 0; i < count; ++i) w[i] -= scale * direction(m[i], v[i]);
}

void LambOptimizer::update_rest() {
  for_pieces([&](std::size_t i) { moments_pass(i); });
  for (Index p = 0; p < parameter_count(); ++p) {
    double weight = 0, step = 0;
    for (std::size_t i = first_piece(p); i < first_piece(p + 1); ++i) {
      weight += weight_squares_[i];
      step += step_squares_[i];
    }
    const bool both = weight > 0 && step > 0;
    ratios_[static_cast<std::size_t>(p)] =
        both ? static_cast<float>(std::sqrt(weight) / std::sqrt(step)) : 1.f;
  }
  for_pieces([&](std::size_t i) {
    step_pass(i);
    average_piece(pieces()[i]);
  });
}

}  // namespace cornu::detail
