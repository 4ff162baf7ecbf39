#pragma once
#include <memory>
#include <type_traits>
#include <utility>

#include "cornu/core/choice.hpp"
#include "cornu/schedules/schedules.hpp"

namespace cornu {

/// A number, or a schedule that gives one for each step.
///
///   Adam{.learning_rate = 1e-3f}      SGD{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.1f,
///   ...}}
///
/// Errors  ValueError: decay_steps < 1, or boundaries and values that do not fit together.
class LearningRate {
 public:
  using Types =
      detail::OneOf<float, ExponentialDecay, PiecewiseConstantDecay, PolynomialDecay, InverseTimeDecay,
                    CosineDecay, CosineDecayRestarts, std::shared_ptr<const LearningRateSchedule>>;
  using Spec = detail::Choice<Types>::Variant;

  template <class Number>
  requires std::is_arithmetic_v<Number> LearningRate(Number value) : number_(static_cast<float>(value)) {}
  LearningRate(const ExponentialDecay& schedule);
  LearningRate(const PiecewiseConstantDecay& schedule);
  LearningRate(const PolynomialDecay& schedule);
  LearningRate(const InverseTimeDecay& schedule);
  LearningRate(const CosineDecay& schedule);
  LearningRate(const CosineDecayRestarts& schedule);
  template <class T>
  requires std::is_base_of_v<LearningRateSchedule, T> LearningRate(T own)
      : schedule_(std::shared_ptr<const LearningRateSchedule>(std::make_shared<const T>(std::move(own)))) {}

  bool is_schedule() const { return !schedule_.is_default(); }
  /// The rate of the step with this number, counted from 0; computed in float32 as Keras does.
  float at(Index step) const;
  Spec spec() const;

 private:
  float number_ = 0;
  detail::Choice<Types> schedule_;
};

}  // namespace cornu
