#include "optimizers/adafactor.hpp"

#include <algorithm>
#include <cmath>

namespace cornu::detail {

namespace {
/// A weight as `count` matrices of its last two axes.
struct Matrices {
  Index count, rows, columns;
  explicit Matrices(const Shape& shape) : count(1), rows(shape[-2]), columns(shape[-1]) {
    for (int axis = 0; axis < shape.rank() - 2; ++axis) count *= shape[axis];
  }
};
double squared(double x) { return x * x; }
}  // namespace

Shape AdafactorOptimizer::slot_shape(std::string_view kind, const Shape& parameter) const {
  if (kind == "velocity") return parameter;
  if (parameter.rank() < 2) return {};  // Keras keeps a placeholder
  std::vector<Index> extents = parameter.to_vector();
  extents.erase(extents.end() - (kind == "r" ? 1 : 2));
  return Shape(extents);
}

void AdafactorOptimizer::allocate() {
  weight_squares_.resize(pieces().size());
  step_squares_.resize(pieces().size());
  scales_.resize(static_cast<std::size_t>(parameter_count()));
  row_totals_.resize(static_cast<std::size_t>(parameter_count()));
  for (Index p = 0; p < parameter_count(); ++p) {
    if (factored(p))
      row_totals_[static_cast<std::size_t>(p)].resize(static_cast<std::size_t>(Matrices(shape(p)).count));
  }
}

void AdafactorOptimizer::prepare(float learning_rate, Index t) {
  const auto step = static_cast<float>(t);
  const float slow = 1.f / std::sqrt(step);
  // Keras lets a constant rate shrink when relative_step is set; the step takes the minimum in any case.
  const float rate = relative_ ? std::min(learning_rate, slow) : learning_rate;
  rho_ = std::min(rate, slow);
  beta_2_ = 1.f - std::pow(step, spec_.beta_2_decay);
}

void AdafactorOptimizer::row_means(Index p) {
  const Matrices m(shape(p));
  float* r = slot(0, p);
  const GradientScale scale = gradient_scale(p);
  const Index chunk = std::max<Index>(1, kElementChunk / std::max<Index>(1, m.columns));
  parallel_chunks(m.count * m.rows, chunk, [&](Index first, Index last) {
    for (Index row = first; row < last; ++row) {
      const float* g = gradient(p) + row * m.columns;
      double sum = 0;
      for (Index j = 0; j < m.columns; ++j) sum += squared(scale(g[j])) + spec_.epsilon_1;
      r[row] = beta_2_ * r[row] + (1.f - beta_2_) * static_cast<float>(sum / static_cast<double>(m.columns));
    }
  });
  for (Index k = 0; k < m.count; ++k) {
    double sum = 0;
    for (Index i = 0; i < m.rows; ++i) sum += r[k * m.rows + i];
    row_totals_[static_cast<std::size_t>(p)][static_cast<std::size_t>(k)] =
        static_cast<float>(sum / static_cast<double>(m.rows));
  }
}

void AdafactorOptimizer::column_means(Index p) {
  constexpr Index kBlock = 64;  // columns of one thread: whole cache lines of each row
  const Matrices m(shape(p));
  float* c = slot(1, p);
  const GradientScale scale = gradient_scale(p);
  const Index blocks = (m.columns + kBlock - 1) / kBlock;
  parallel_for(m.count * blocks, [&](Index task) {
    const Index matrix = task / blocks, first = task % blocks * kBlock;
    const Index width = std::min(kBlock, m.columns - first);
    double sums[kBlock] = {};
    for (Index i = 0; i < m.rows; ++i) {
      const float* g = gradient(p) + (matrix * m.rows + i) * m.columns + first;
      for (Index j = 0; j < width; ++j) sums[j] += squared(scale(g[j])) + spec_.epsilon_1;
    }
    float* out = c + matrix * m.columns + first;
    for (Index j = 0; j < width; ++j) {
      out[j] = beta_2_ * out[j] + (1.f - beta_2_) * static_cast<float>(sums[j] / static_cast<double>(m.rows));
    }
  });
}

void AdafactorOptimizer::second_moments_pass(std::size_t index) {
  const auto [p, first, count] = pieces()[index];
  float* w = value(p) + first;
  const float* g = gradient(p) + first;
  float* v = slot(2, p) + first;
  const GradientScale scale = gradient_scale(p);
  const bool two = factored(p);
  const Matrices m(two ? shape(p) : Shape{1, 1});
  double weight = 0, step = 0;
  for (Index i = 0; i < count; ++i) {
    const float x = scale(g[i]);
    if (two) {
      const Index row = (first + i) / m.columns, matrix = row / m.rows;
      const float total = row_totals_[static_cast<std::size_t>(p)][static_cast<std::size_t>(matrix)];
      v[i] = slot(0, p)[row] / total * slot(1, p)[matrix * m.columns + (first + i) % m.columns];
    } else {
      v[i] = beta_2_ * v[i] + (1.f - beta_2_) * (x * x + spec_.epsilon_1);
    }
    w[i] -= w[i] * decay();
    weight += squared(w[i]);
    step += squared(x / std::sqrt(v[i]));
  }
  weight_squares_[index] = weight;
  step_squares_[index] = step;
}

void AdafactorOptimizer::step_pass(std::size_t index) {
  const auto [p, first, size] = pieces()[index];
  const Index count = size;  // clang 14 cannot use a structured binding in an OpenMP loop
  float* w = value(p) + first;
  const float* g = gradient(p) + first;
  const float* v = slot(2, p) + first;
  const GradientScale scale = gradient_scale(p);
  const float factor = scales_[static_cast<std::size_t>(p)];
#pragma omp simd
  for (Index i = 0; i < count; ++i) w[i] -= factor * (scale(g[i]) / std::sqrt(v[i]));
}

void AdafactorOptimizer::update_rest() {
  for (Index p = 0; p < parameter_count(); ++p) {
    if (!factored(p) || shape(p).count() == 0) continue;
    row_means(p);
    column_means(p);
  }
  for_pieces([&](std::size_t i) { second_moments_pass(i); });
  for (Index p = 0; p < parameter_count(); ++p) {
    double weight = 0, step = 0;
    for (std::size_t i = first_piece(p); i < first_piece(p + 1); ++i) {
      weight += weight_squares_[i];
      step += step_squares_[i];
    }
    const double n = static_cast<double>(std::max<Index>(1, shape(p).count()));
    const auto weight_rms = static_cast<float>(std::sqrt(weight / n)),
               step_rms = static_cast<float>(std::sqrt(step / n));
    const float alpha = std::max(spec_.epsilon_2, weight_rms) * rho_;
    scales_[static_cast<std::size_t>(p)] = alpha / std::max(1.f, step_rms / spec_.clip_threshold);
  }
  for_pieces([&](std::size_t i) {
    step_pass(i);
    average_piece(pieces()[i]);
  });
}

}  // namespace cornu::detail
