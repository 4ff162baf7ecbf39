#include "metrics/weights.hpp"

#include "cornu/core/error.hpp"

namespace cornu::detail {

RowWeights::RowWeights(Who who, View<const float> weights, const Shape& y_pred) : data_(weights.data) {
  if (!weights) return;
  const Index rows = rows_of(y_pred).count, samples = y_pred.rank() == 0 ? 1 : y_pred[0];
  if (weights.size() == rows) return;
  if (weights.size() == samples && samples > 0) {
    per_weight_ = rows / samples;
    return;
  }
  throw ShapeError(concat(who.kind, " '", who.name, "': sample_weight has shape ", weights.shape.text(),
                          ", but the predictions have ", samples, " samples and ", rows,
                          " rows. Give one number a sample, or one a row."));
}

void throw_metric_shapes(Who who, const Shape& y_true, const Shape& y_pred, std::string_view advice) {
  throw ShapeError(concat(who.kind, " '", who.name, "': labels of shape ", y_true.text(),
                          " do not fit predictions of shape ", y_pred.text(), ". ", advice));
}

}  // namespace cornu::detail
