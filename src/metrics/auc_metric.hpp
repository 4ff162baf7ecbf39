#pragma once
#include <vector>

#include "cornu/metrics/confusion.hpp"
#include "cornu/metrics/metric.hpp"
#include "metrics/confusion_metric.hpp"

namespace cornu::detail {

/// Keeps, for each label column (one for all without multi_label), the weight of positive and of negative
/// labels whose prediction lies above threshold i but not above i + 1.
class AUCMetric final : public Metric {
 public:
  /// Errors: ValueError.
  explicit AUCMetric(AUC spec);
  std::string_view name() const override { return spec_.name; }
  void reset() override;
  void update(View<const float> y_true, View<const float> y_pred, View<const float> sample_weight) override;
  double result() const override;

 private:
  void allocate(Index columns);
  /// The last threshold below p; -1 when there is none.
  Index bucket(float p) const;
  /// Confusion at every threshold, from the buckets of a column.
  const std::vector<Confusion>& confusions(Index column) const;
  double area(const std::vector<Confusion>& at) const;
  double interpolated_pr(const std::vector<Confusion>& at) const;

  AUC spec_;
  bool even_;  // thresholds are i / (n - 1)
  std::vector<float> thresholds_;
  Index columns_ = 0;
  std::vector<double> positives_, negatives_, below_positives_, below_negatives_;
  mutable std::vector<Confusion> confusions_;  // result() runs after every batch and allocates once
};

}  // namespace cornu::detail
