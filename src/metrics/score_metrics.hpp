#pragma once
#include <string>
#include <vector>

#include "cornu/metrics/confusion.hpp"
#include "cornu/metrics/metric.hpp"
#include "cornu/metrics/regression.hpp"
#include "metrics/confusion_metric.hpp"

namespace cornu::detail {

/// F1Score (beta 1) and FBetaScore.
class FScoreMetric final : public Metric {
 public:
  /// Errors: ValueError.
  explicit FScoreMetric(FBetaScore spec);
  std::string_view name() const override { return spec_.name; }
  void reset() override { classes_.assign(classes_.size(), {}); }
  void update(View<const float> y_true, View<const float> y_pred, View<const float> sample_weight) override;
  double result() const override;

 private:
  double score(const Confusion& c) const;
  FBetaScore spec_;
  std::vector<Confusion> classes_;  // true_negatives holds the weight of the labels
};

class R2Metric final : public Metric {
 public:
  /// Errors: ValueError.
  explicit R2Metric(R2Score spec);
  std::string_view name() const override { return spec_.name; }
  void reset() override;
  void update(View<const float> y_true, View<const float> y_pred, View<const float> sample_weight) override;
  double result() const override;

 private:
  struct Column {
    double squares = 0, sum = 0, residual = 0, weight = 0;
    double total() const { return squares - sum * (sum / weight); }
    double score() const;
  };
  R2Score spec_;
  std::vector<Column> columns_;
  double elements_ = 0;
};

}  // namespace cornu::detail
