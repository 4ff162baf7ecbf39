#pragma once
#include <cmath>

#include "optimizers/rules.hpp"

namespace cornu::detail {

/// The unscaled step of an element.
struct LambDirection {
  float epsilon = 1e-7f, correction_1 = 1.f, correction_2 = 1.f;
  float operator()(float m, float v) const {
    return m / correction_1 / (std::sqrt(v / correction_2) + epsilon);
  }
};

/// Two passes: the moments with the norms of weight and step, then the step scaled by their ratio.
class LambOptimizer final : public OptimizerBase {
 public:
  explicit LambOptimizer(const Lamb& spec)
      : OptimizerBase(CommonOptions::of(spec)), moments_(spec), direction_{spec.epsilon} {}

 protected:
  std::vector<std::vector<SlotKind>> slot_groups() const override { return {{{"momentum"}, {"velocity"}}}; }
  void allocate() override;
  void prepare(float learning_rate, Index t) override;
  bool element_by_element() const override { return false; }
  void update_rest() override;

 private:
  void moments_pass(std::size_t piece);
  void step_pass(std::size_t piece);
  Moments moments_;
  LambDirection direction_;
  float rate_ = 0.f;
  std::vector<double> weight_squares_, step_squares_;  // one a piece
  std::vector<float> ratios_;                          // one a parameter
};

}  // namespace cornu::detail
