#pragma once
#include <memory>
#include <string>
#include <utility>

#include "cornu/core/tensor.hpp"
#include "cornu/losses/loss.hpp"
#include "metrics/row_metric.hpp"

namespace cornu::detail {

/// The mean of a loss over all rows seen; sign -1 turns Keras' negative cosine into the metric.
class LossMetric final : public Metric {
 public:
  LossMetric(std::string name, std::shared_ptr<const Loss> loss, double sign)
      : name_(std::move(name)), loss_(std::move(loss)), sign_(sign) {}
  std::string_view name() const override { return name_; }
  bool takes_mask() const override { return true; }
  void reset() override { mean_.reset(); }
  double result() const override { return sign_ * mean_.result(); }
  void update(View<const float> y_true, View<const float> y_pred, View<const float> sample_weight) override {
    values_.resize(loss_->values_shape(y_pred.shape));
    loss_->values(y_true, y_pred, values_.view());
    if (values_.rank() == 0)
      return mean_.add(static_cast<double>(values_.at(0)), 1);  // a loss over the whole batch
    const RowWeights weights({"metric", name_}, sample_weight, y_pred.shape);
    mean_.add_rows(y_pred.shape, weights,
                   [&](Index row) { return static_cast<double>(values_.data()[row]); });
  }

 private:
  std::string name_;
  std::shared_ptr<const Loss> loss_;
  double sign_;
  Tensor values_;
  RowMean mean_;
};

}  // namespace cornu::detail
