#include "metrics/score_metrics.hpp"

#include <algorithm>
#include <cmath>

#include "cornu/core/error.hpp"
#include "metrics/rows.hpp"
#include "metrics/weights.hpp"

namespace cornu::detail {

namespace {
/// Two axes of equal shape, as Keras asks, and always the same number of columns.
template <class Column>
void check_columns(Who who, const Shape& y_true, const Shape& y_pred, std::vector<Column>& columns) {
  const bool two =
      y_pred.rank() == 2 && (y_true == y_pred || (y_pred[1] == 1 && same_elements(y_true, y_pred)));
  if (!two) throw_metric_shapes(who, y_true, y_pred, "It wants both of shape (batch, outputs).");
  if (columns.empty()) columns.resize(static_cast<std::size_t>(y_pred[1]));
  if (static_cast<Index>(columns.size()) != y_pred[1]) {
    throw_metric_shapes(who, y_true, y_pred,
                        concat("It saw ", columns.size(), " outputs before; reset() it first."));
  }
}
constexpr double kSmall = 1e-7;
}  // namespace

FScoreMetric::FScoreMetric(FBetaScore spec) : spec_(std::move(spec)) {
  if (!(spec_.beta > 0)) {
    throw ValueError(concat("FBetaScore: beta is ", double(spec_.beta),
                            "; it must be above 0. Recall weighs beta times as much as precision."));
  }
  if (spec_.threshold && !(*spec_.threshold > 0 && *spec_.threshold <= 1)) {
    throw ValueError(
        concat("FBetaScore: threshold is ", double(*spec_.threshold),
               "; it must be above 0 and at most 1. Leave it out to take the largest of each row."));
  }
}

void FScoreMetric::update(View<const float> y_true, View<const float> y_pred,
                          View<const float> sample_weight) {
  const Who who{"metric", spec_.name};
  check_columns(who, y_true.shape, y_pred.shape, classes_);
  const RowWeights weights(who, sample_weight, y_pred.shape);
  const Index width = y_pred.shape[1];
  for (Index row = 0; row < y_pred.shape[0]; ++row) {
    const float* p = y_pred.data + row * width;
    const float largest = *std::max_element(p, p + width);
    for (Index j = 0; j < width; ++j) {
      // Keras: a row of zeros has no positive.
      const bool is_largest = p[j] >= largest && std::abs(p[j]) > 1e-9f;
      const double guess = (spec_.threshold ? p[j] > *spec_.threshold : is_largest) ? 1 : 0;
      const double t = y_true[row * width + j], w = weights(row);
      Confusion& c = classes_[static_cast<std::size_t>(j)];
      c.true_positives += w * guess * t;
      c.false_positives += w * guess * (1 - t);
      c.false_negatives += w * (1 - guess) * t;
      c.true_negatives += w * t;
    }
  }
}

double FScoreMetric::score(const Confusion& c) const {
  const double precision = c.true_positives / (c.true_positives + c.false_positives + kSmall);
  const double recall = c.true_positives / (c.true_positives + c.false_negatives + kSmall);
  const double square = static_cast<double>(spec_.beta) * static_cast<double>(spec_.beta);
  return precision * recall / (square * precision + recall + kSmall) * (1 + square);
}

double FScoreMetric::result() const {
  if (classes_.empty()) return 0;
  Confusion all;
  double sum = 0, weighted = 0;
  for (const Confusion& c : classes_) {
    all.true_positives += c.true_positives;
    all.false_positives += c.false_positives;
    all.false_negatives += c.false_negatives;
    all.true_negatives += c.true_negatives;
    sum += score(c);
    weighted += score(c) * c.true_negatives;
  }
  if (spec_.average == ScoreAverage::micro) return score(all);
  if (spec_.average == ScoreAverage::weighted) return weighted / (all.true_negatives + kSmall);
  return sum / static_cast<double>(classes_.size());
}

R2Metric::R2Metric(R2Score spec) : spec_(std::move(spec)) {
  if (spec_.num_regressors < 0) {
    throw ValueError(concat("R2Score: num_regressors is ", spec_.num_regressors,
                            "; it must be at least 0. 0 gives the plain score."));
  }
}

void R2Metric::reset() {
  columns_.assign(columns_.size(), {});
  elements_ = 0;
}

void R2Metric::update(View<const float> y_true, View<const float> y_pred, View<const float> sample_weight) {
  const Who who{"metric", spec_.name};
  check_columns(who, y_true.shape, y_pred.shape, columns_);
  const RowWeights weights(who, sample_weight, y_pred.shape);
  const Index width = y_pred.shape[1];
  for (Index i = 0; i < y_pred.size(); ++i) {
    const double t = y_true[i], d = t - static_cast<double>(y_pred[i]), w = weights(i / width);
    Column& c = columns_[static_cast<std::size_t>(i % width)];
    c.sum += w * t;
    c.squares += w * t * t;
    c.residual += w * d * d;
    c.weight += w;
  }
  elements_ += static_cast<double>(y_pred.size());
}

double R2Metric::Column::score() const {
  const double raw = 1 - residual / total();
  return std::isinf(raw) ? 0 : raw;
}

double R2Metric::result() const {
  if (elements_ == 0) return 0;
  double sum = 0, weighted = 0, total = 0;
  for (const Column& c : columns_) {
    sum += c.score();
    weighted += c.total() * c.score();
    total += c.total();
  }
  const bool uniform = spec_.class_aggregation == ClassAggregation::uniform_average;
  const double score = uniform ? sum / static_cast<double>(columns_.size()) : weighted / total;
  const double regressors = static_cast<double>(spec_.num_regressors);
  // As Keras, which falls back to the plain score when there are not more elements than regressors.
  if (regressors == 0 || regressors >= elements_ - 1) return score;
  return 1 - (1 - score) * (elements_ - 1) / (elements_ - regressors - 1);
}

}  // namespace cornu::detail
