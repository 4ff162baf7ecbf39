#include "metrics/confusion_metric.hpp"

#include "cornu/core/error.hpp"
#include "metrics/rows.hpp"
#include "metrics/weights.hpp"

namespace cornu::detail {

bool ConfusionMetric::positive(const float* row, Index width, Index column) const {
  const float p = row[column];
  if (!options_.top_k) return p > options_.threshold.value_or(0.5f);
  // Among the k largest; of equal ones the first, as tf.math.top_k.
  Index before = 0;
  for (Index i = 0; i < width; ++i) before += row[i] > p || (row[i] == p && i < column) ? 1 : 0;
  return before < *options_.top_k && (!options_.threshold || p > *options_.threshold);
}

void ConfusionMetric::update(View<const float> y_true, View<const float> y_pred,
                             View<const float> sample_weight) {
  const Who who{"metric", name_};
  if (!same_elements(y_true.shape, y_pred.shape))
    throw_metric_shapes(who, y_true.shape, y_pred.shape, kSameShape);
  const auto [rows, width] = rows_of(y_pred.shape);
  if (options_.class_id && (*options_.class_id < 0 || *options_.class_id >= width)) {
    throw ShapeError(concat("metric '", name_, "': class_id is ", *options_.class_id,
                            ", but predictions of shape ", y_pred.shape.text(), " have classes 0 to ",
                            width - 1, ". Name one of them."));
  }
  const RowWeights weights(who, sample_weight, y_pred.shape);
  const Index first = options_.class_id.value_or(0), last = options_.class_id ? first + 1 : width;
  for (Index row = 0; row < rows; ++row) {
    const float* p = y_pred.data + row * width;
    for (Index j = first; j < last; ++j) {
      const bool label = y_true[row * width + j] != 0.f, guess = positive(p, width, j);
      double& count = label ? (guess ? counts_.true_positives : counts_.false_negatives)
                            : (guess ? counts_.false_positives : counts_.true_negatives);
      count += weights(row);
    }
  }
}

}  // namespace cornu::detail
