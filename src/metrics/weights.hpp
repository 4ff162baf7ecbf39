#pragma once
#include "cornu/core/view.hpp"
#include "losses/shapes.hpp"

namespace cornu::detail {

/// Sample weights seen row by row: one a sample or one a row.
class RowWeights {
 public:
  RowWeights() = default;
  /// Errors: ShapeError.
  RowWeights(Who who, View<const float> weights, const Shape& y_pred);
  double operator()(Index row) const {
    return data_ == nullptr ? 1.0 : static_cast<double>(data_[row / per_weight_]);
  }

 private:
  const float* data_ = nullptr;
  Index per_weight_ = 1;
};

/// Throws ShapeError: labels of this shape cannot be compared with predictions of that one; `advice` says
/// what to do.
[[noreturn]] void throw_metric_shapes(Who who, const Shape& y_true, const Shape& y_pred,
                                      std::string_view advice);

}  // namespace cornu::detail
