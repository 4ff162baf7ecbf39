#pragma once
#include "optimizers/rules.hpp"

namespace cornu::detail {

/// Two passes: the moments with the norms of weight and step, then the step scaled by their ratio.
class LambOptimizer final : public OptimizerBase {
 public:
  explicit LambOptimizer(const Lamb& spec)
      : OptimizerBase(CommonOptions::of(spec)), moments_(spec), epsilon_(spec.epsilon) {}

 protected:
  std::vector<std::vector<SlotKind>> slot_groups() const override { return {{{"momentum"}, {"velocity"}}}; }
  void allocate() override;
  void prepare(float learning_rate, Index t) override;
  void update() override;

 private:
  void moments_pass(std::size_t piece);
  void step_pass(std::size_t piece);
  /// The unscaled step of an element.
  float direction(float m, float v) const;

  Moments moments_;
  float epsilon_, rate_ = 0.f, correction_1_ = 1.f, correction_2_ = 1.f;
  std::vector<double> weight_squares_, step_squares_;  // one a piece
  std::vector<float> ratios_;                          // one a parameter
};

}  // namespace cornu::detail
