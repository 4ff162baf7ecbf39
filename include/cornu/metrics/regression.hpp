#pragma once
#include <string>
#include <string_view>

#include "cornu/core/shape.hpp"

namespace cornu {

/// sqrt of the mean squared error over everything seen (not the mean of the batches' roots).
struct RootMeanSquaredError {
  std::string name = "root_mean_squared_error";
  static constexpr std::string_view type = "RootMeanSquaredError";
  static void fields(auto& self, auto visit) { visit("name", self.name); }
};

/// How the scores of the columns become one number.
enum class ClassAggregation { uniform_average, variance_weighted_average };

/// 1 - residual sum of squares / total sum of squares, of (batch, outputs) predictions; 1 is perfect, 0 no
/// better than the mean. num_regressors > 0 gives the adjusted score. Errors: ShapeError: not two axes.
struct R2Score {
  ClassAggregation class_aggregation = ClassAggregation::uniform_average;
  Index num_regressors = 0;
  std::string name = "r2_score";
  static constexpr std::string_view type = "R2Score";
  static void fields(auto& self, auto visit) {
    visit("class_aggregation", self.class_aggregation), visit("num_regressors", self.num_regressors);
    visit("name", self.name);
  }
};

/// mean(log(cosh(y_pred - y_true))): the LogCosh loss under the metric's name in Keras.
struct LogCoshError {
  std::string name = "logcosh";
  static constexpr std::string_view type = "LogCoshError";
  static void fields(auto& self, auto visit) { visit("name", self.name); }
};

}  // namespace cornu
