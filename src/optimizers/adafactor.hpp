#pragma once
#include "optimizers/rules.hpp"

namespace cornu::detail {

/// Weights of two axes or more keep the mean squared gradient of rows (r) and columns (c) of their last two
/// axes; others keep one a element. The full second moment v is state too, because Keras saves it.
class AdafactorOptimizer final : public OptimizerBase {
 public:
  explicit AdafactorOptimizer(const Adafactor& spec)
      : OptimizerBase(CommonOptions::of(spec)), spec_(spec), relative_(spec.relative_step) {
    if (spec.learning_rate.is_schedule()) relative_ = false;
  }

 protected:
  std::vector<std::vector<SlotKind>> slot_groups() const override { return {{{"r"}, {"c"}, {"velocity"}}}; }
  Shape slot_shape(std::string_view kind, const Shape& parameter) const override;
  void allocate() override;
  void prepare(float learning_rate, Index t) override;
  bool element_by_element() const override { return false; }
  void update_rest() override;

 private:
  bool factored(Index p) const { return shape(p).rank() >= 2; }
  void row_means(Index p);
  void column_means(Index p);
  void second_moments_pass(std::size_t piece);
  void step_pass(std::size_t piece);

  Adafactor spec_;
  bool relative_;
  float beta_2_ = 0.f, rho_ = 0.f;
  std::vector<double> weight_squares_, step_squares_;  // one a piece
  std::vector<float> scales_;                          // one a parameter: alpha / max(1, rms / threshold)
  std::vector<std::vector<float>> row_totals_;         // mean of r over the rows, one a matrix of a parameter
};

}  // namespace cornu::detail
