#pragma once
#include <optional>
#include <string>
#include <utility>

#include "cornu/metrics/metric.hpp"

namespace cornu::detail {

/// Weighted numbers of predictions above a threshold, or not, with labels that are not 0, or are.
struct Confusion {
  double true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;
  double precision() const { return ratio(true_positives, true_positives + false_positives); }
  double recall() const { return ratio(true_positives, true_positives + false_negatives); }
  static double ratio(double a, double b) { return b == 0 ? 0 : a / b; }
};

struct ConfusionOptions {
  std::optional<float> threshold;
  std::optional<Index> top_k, class_id;
};

/// Precision, Recall, TruePositives ...: a number made of one Confusion.
class ConfusionMetric final : public Metric {
 public:
  using Result = double (*)(const Confusion&);
  ConfusionMetric(std::string name, ConfusionOptions options, Result number)
      : name_(std::move(name)), options_(options), result_(number) {}
  std::string_view name() const override { return name_; }
  void reset() override { counts_ = {}; }
  void update(View<const float> y_true, View<const float> y_pred, View<const float> sample_weight) override;
  double result() const override { return result_(counts_); }

 private:
  bool positive(const float* row, Index width, Index column) const;
  std::string name_;
  ConfusionOptions options_;
  Result result_;
  Confusion counts_;
};

}  // namespace cornu::detail
