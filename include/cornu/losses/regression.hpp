#pragma once
#include <string>
#include <string_view>

#include "cornu/losses/loss.hpp"

namespace cornu {

/// mean((y_true - y_pred)^2) over the last axis.
struct MeanSquaredError {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "mean_squared_error";
  static constexpr std::string_view type = "MeanSquaredError";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};
/// mean(|y_true - y_pred|) over the last axis.
struct MeanAbsoluteError {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "mean_absolute_error";
  static constexpr std::string_view type = "MeanAbsoluteError";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};
/// 100 mean(|y_true - y_pred| / max(|y_true|, 1e-7)) over the last axis.
struct MeanAbsolutePercentageError {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "mean_absolute_percentage_error";
  static constexpr std::string_view type = "MeanAbsolutePercentageError";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};
/// mean((log(y_true + 1) - log(y_pred + 1))^2) over the last axis; both at least 1e-7.
struct MeanSquaredLogarithmicError {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "mean_squared_logarithmic_error";
  static constexpr std::string_view type = "MeanSquaredLogarithmicError";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};
/// Minus the cosine of the angle between y_true and y_pred along the last axis: -1 is the best. In a list of
/// metrics it is the cosine itself, as Keras' metric of this name. Errors: ValueError: axis other than -1.
struct CosineSimilarity {
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "cosine_similarity";
  static constexpr std::string_view type = "CosineSimilarity";
  static void fields(auto& self, auto visit) {
    visit("axis", self.axis), visit("reduction", self.reduction), visit("name", self.name);
  }
};
/// Quadratic (d^2 / 2) up to |d| = delta, linear (delta |d| - delta^2 / 2) beyond; mean over the last axis.
/// Source  Huber 1964.
struct Huber {
  float delta = 1.f;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "huber_loss";
  static constexpr std::string_view type = "Huber";
  static void fields(auto& self, auto visit) {
    visit("delta", self.delta), visit("reduction", self.reduction), visit("name", self.name);
  }
};
/// mean(log(cosh(y_pred - y_true))) over the last axis, without overflow.
struct LogCosh {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "log_cosh";
  static constexpr std::string_view type = "LogCosh";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};

}  // namespace cornu
