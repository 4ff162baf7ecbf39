#pragma once
#include <algorithm>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "cornu/metrics/metric.hpp"
#include "metrics/weights.hpp"

namespace cornu::detail {

/// A weighted mean over rows, as Keras' Mean: samples of several rows count with the mean of their rows.
class RowMean {
 public:
  void reset() { total_ = count_ = 0; }
  double result() const { return count_ == 0 ? 0 : total_ / count_; }
  void add(double total, double count) {
    total_ += total;
    count_ += count;
  }
  /// Adds value(row) for all rows of predictions of this shape.
  template <class Value>
  void add_rows(const Shape& y_pred, const RowWeights& weights, const Value& value) {
    constexpr Index kParts = 64;
    std::pair<double, double> parts[kParts] = {};
    const auto [rows, width] = rows_of(y_pred);
    const Index samples = y_pred.rank() == 0 ? 1 : y_pred[0];
    if (samples == 0 || rows == 0) return;
    const Index chunk =
        std::max<Index>({Index{1}, 4096 / std::max<Index>(1, width), (rows + kParts - 1) / kParts});
    parallel_chunks(rows, chunk, [&](Index first, Index last) {
      double total = 0, count = 0;
      for (Index row = first; row < last; ++row) {
        const double w = weights(row);
        total += w * value(row);
        count += w;
      }
      parts[first / chunk] = {total, count};
    });
    const double rows_per_sample = static_cast<double>(rows) / static_cast<double>(samples);
    for (const auto& [total, count] : parts) add(total / rows_per_sample, count / rows_per_sample);
  }

 private:
  double total_ = 0, count_ = 0;
};

/// The mean over rows of row(t, p, n): 1 or 0 for accuracies, a squared error, ...
/// Row has kSparse (one label a row), kAdvice for labels that do not fit, and finish(mean) where it is not
/// the mean.
template <class Row>
class RowMetric final : public Metric {
 public:
  RowMetric(std::string name, Row row) : name_(std::move(name)), row_(row) {}
  std::string_view name() const override { return name_; }
  bool takes_mask() const override { return true; }
  void reset() override { mean_.reset(); }
  double result() const override {
    if constexpr (requires { row_.finish(0.0); })
      return row_.finish(mean_.result());
    else
      return mean_.result();
  }
  void update(View<const float> y_true, View<const float> y_pred, View<const float> sample_weight) override {
    const Who who{"metric", name_};
    const bool fits =
        Row::kSparse ? one_per_row(y_true.shape, y_pred.shape) : same_elements(y_true.shape, y_pred.shape);
    if (!fits) throw_metric_shapes(who, y_true.shape, y_pred.shape, Row::kAdvice);
    const Index width = rows_of(y_pred.shape).width, labels = Row::kSparse ? 1 : width;
    check_width(who, y_pred.shape, width);
    mean_.add_rows(y_pred.shape, RowWeights(who, sample_weight, y_pred.shape), [&](Index row) {
      return row_(y_true.data + row * labels, y_pred.data + row * width, width);
    });
  }

 private:
  std::string name_;
  Row row_;
  RowMean mean_;
};

}  // namespace cornu::detail
