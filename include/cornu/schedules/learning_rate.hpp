#pragma once
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

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
  using Spec =
      std::variant<float, ExponentialDecay, PiecewiseConstantDecay, PolynomialDecay, InverseTimeDecay,
                   CosineDecay, CosineDecayRestarts, std::shared_ptr<const LearningRateSchedule>>;

  template <class Number>
  requires std::is_arithmetic_v<Number> LearningRate(Number value) : spec_(static_cast<float>(value)) {}
  LearningRate(ExponentialDecay schedule);
  LearningRate(PiecewiseConstantDecay schedule);
  LearningRate(PolynomialDecay schedule);
  LearningRate(InverseTimeDecay schedule);
  LearningRate(CosineDecay schedule);
  LearningRate(CosineDecayRestarts schedule);
  template <class T>
  requires std::is_base_of_v<LearningRateSchedule, T> LearningRate(T own)
      : spec_(std::make_shared<const T>(std::move(own))) {}

  bool is_schedule() const { return spec_.index() != 0; }
  /// The rate of the step with this number, counted from 0; computed in float32 as Keras does.
  float at(Index step) const;
  const Spec& spec() const { return spec_; }

 private:
  Spec spec_;
};

}  // namespace cornu
