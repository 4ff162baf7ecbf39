#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cornu/core/required.hpp"
#include "cornu/core/shape.hpp"

namespace cornu {

/// initial * decay_rate^(step / decay_steps); the exponent is rounded down with staircase.
struct ExponentialDecay {
  Required<float> initial_learning_rate;
  Required<Index> decay_steps;
  Required<float> decay_rate;
  bool staircase = false;
  std::string name = "ExponentialDecay";
  static constexpr std::string_view type = "ExponentialDecay";
  static ExponentialDecay blank() {
    return {.initial_learning_rate = 0.f, .decay_steps = 1, .decay_rate = 1.f};
  }
  static void fields(auto& self, auto visit) {
    visit("initial_learning_rate", self.initial_learning_rate), visit("decay_steps", self.decay_steps);
    visit("decay_rate", self.decay_rate), visit("staircase", self.staircase), visit("name", self.name);
  }
};
/// values[0] up to and including step boundaries[0], then values[1] up to boundaries[1], ... One value more
/// than boundaries.
struct PiecewiseConstantDecay {
  std::vector<Index> boundaries;
  std::vector<float> values;
  std::string name = "PiecewiseConstant";
  static constexpr std::string_view type = "PiecewiseConstantDecay";
  static PiecewiseConstantDecay blank() { return {}; }
  static void fields(auto& self, auto visit) {
    visit("boundaries", self.boundaries), visit("values", self.values), visit("name", self.name);
  }
};
/// (initial - end) (1 - step / decay_steps)^power + end; stays at end, or starts again over a longer time
/// with cycle.
struct PolynomialDecay {
  Required<float> initial_learning_rate;
  Required<Index> decay_steps;
  float end_learning_rate = 0.0001f;
  float power = 1.f;
  bool cycle = false;
  std::string name = "PolynomialDecay";
  static constexpr std::string_view type = "PolynomialDecay";
  static PolynomialDecay blank() { return {.initial_learning_rate = 0.f, .decay_steps = 1}; }
  static void fields(auto& self, auto visit) {
    visit("initial_learning_rate", self.initial_learning_rate), visit("decay_steps", self.decay_steps);
    visit("end_learning_rate", self.end_learning_rate), visit("power", self.power),
        visit("cycle", self.cycle);
    visit("name", self.name);
  }
};
/// initial / (1 + decay_rate step / decay_steps); the quotient is rounded down with staircase.
struct InverseTimeDecay {
  Required<float> initial_learning_rate;
  Required<Index> decay_steps;
  Required<float> decay_rate;
  bool staircase = false;
  std::string name = "InverseTimeDecay";
  static constexpr std::string_view type = "InverseTimeDecay";
  static InverseTimeDecay blank() {
    return {.initial_learning_rate = 0.f, .decay_steps = 1, .decay_rate = 0.f};
  }
  static void fields(auto& self, auto visit) {
    visit("initial_learning_rate", self.initial_learning_rate), visit("decay_steps", self.decay_steps);
    visit("decay_rate", self.decay_rate), visit("staircase", self.staircase), visit("name", self.name);
  }
};
/// Half a cosine from initial down to alpha * initial over decay_steps. With warmup_target it first climbs
/// from initial to the target over warmup_steps, and the cosine starts there. Source: Loshchilov and Hutter
/// 2017.
struct CosineDecay {
  Required<float> initial_learning_rate;
  Required<Index> decay_steps;
  float alpha = 0.f;
  std::string name = "CosineDecay";
  std::optional<float> warmup_target = {};
  Index warmup_steps = 0;
  static constexpr std::string_view type = "CosineDecay";
  static CosineDecay blank() { return {.initial_learning_rate = 0.f, .decay_steps = 1}; }
  static void fields(auto& self, auto visit) {
    visit("initial_learning_rate", self.initial_learning_rate), visit("decay_steps", self.decay_steps);
    visit("alpha", self.alpha), visit("name", self.name), visit("warmup_target", self.warmup_target);
    visit("warmup_steps", self.warmup_steps);
  }
};
/// Cosines one after the other, each t_mul times as long and starting m_mul times as high as the one before.
struct CosineDecayRestarts {
  Required<float> initial_learning_rate;
  Required<Index> first_decay_steps;
  float t_mul = 2.f;
  float m_mul = 1.f;
  float alpha = 0.f;
  std::string name = "SGDRDecay";
  static constexpr std::string_view type = "CosineDecayRestarts";
  static CosineDecayRestarts blank() { return {.initial_learning_rate = 0.f, .first_decay_steps = 1}; }
  static void fields(auto& self, auto visit) {
    visit("initial_learning_rate", self.initial_learning_rate),
        visit("first_decay_steps", self.first_decay_steps);
    visit("t_mul", self.t_mul), visit("m_mul", self.m_mul), visit("alpha", self.alpha),
        visit("name", self.name);
  }
};

/// A schedule of your own: derive, and pass it by value as learning_rate.
class LearningRateSchedule {
 public:
  virtual ~LearningRateSchedule() = default;
  /// The learning rate of the step with this number, counted from 0.
  virtual float operator()(Index step) const = 0;
};

}  // namespace cornu
