#include "cornu/schedules/learning_rate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/choice.hpp"
#include "cornu/core/error.hpp"

namespace cornu {

template class detail::Choice<LearningRate::Types>;

namespace {

using detail::concat;
constexpr float kPi = std::numbers::pi_v<float>;

void check_steps(std::string_view type, std::string_view field, Index steps) {
  if (steps > 0) return;
  throw ValueError(concat(type, ": ", field, " is ", steps,
                          "; it must be at least 1. Count optimizer steps (batches), not epochs."));
}

struct At {
  Index step;

  float operator()(float value) const { return value; }
  float operator()(const std::shared_ptr<const LearningRateSchedule>& own) const { return (*own)(step); }
  float operator()(const ExponentialDecay& s) const {
    float p = float(step) / float(s.decay_steps.get());
    if (s.staircase) p = std::floor(p);
    return s.initial_learning_rate.get() * std::pow(s.decay_rate.get(), p);
  }
  float operator()(const PiecewiseConstantDecay& s) const {
    std::size_t i = 0;
    while (i < s.boundaries.size() && step > s.boundaries[i]) ++i;
    return s.values[i];
  }
  float operator()(const PolynomialDecay& s) const {
    float now = float(step), total = float(s.decay_steps.get());
    if (s.cycle) {
      total *= step == 0 ? 1.f : std::ceil(now / total);
    } else {
      now = std::min(now, total);
    }
    const float span = s.initial_learning_rate.get() - s.end_learning_rate;
    return span * std::pow(1.f - now / total, s.power) + s.end_learning_rate;
  }
  float operator()(const InverseTimeDecay& s) const {
    float p = float(step) / float(s.decay_steps.get());
    if (s.staircase) p = std::floor(p);
    return s.initial_learning_rate.get() / (1.f + s.decay_rate.get() * p);
  }
  float operator()(const CosineDecay& s) const {
    const float initial = s.initial_learning_rate.get(), total = float(s.decay_steps.get());
    float now = float(step), top = initial;
    if (s.warmup_target) {
      const float warmup = float(s.warmup_steps);
      now = std::min(now, total + warmup);
      if (now < warmup) return (*s.warmup_target - initial) * (now / warmup) + initial;
      now -= warmup;
      top = *s.warmup_target;
    } else {
      now = std::min(now, total);
    }
    const float cosine = 0.5f * (1.f + std::cos(kPi * (now / total)));
    return top * ((1.f - s.alpha) * cosine + s.alpha);
  }
  float operator()(const CosineDecayRestarts& s) const {
    float fraction = float(step) / float(s.first_decay_steps.get());
    float restart = std::floor(fraction);
    if (s.t_mul == 1.f) {
      fraction -= restart;
    } else {
      restart = std::floor(std::log(1.f - fraction * (1.f - s.t_mul)) / std::log(s.t_mul));
      const float before = (1.f - std::pow(s.t_mul, restart)) / (1.f - s.t_mul);
      fraction = (fraction - before) / std::pow(s.t_mul, restart);
    }
    const float cosine = 0.5f * std::pow(s.m_mul, restart) * (1.f + std::cos(kPi * fraction));
    return s.initial_learning_rate.get() * ((1.f - s.alpha) * cosine + s.alpha);
  }
};

}  // namespace

LearningRate::LearningRate(const ExponentialDecay& s) : schedule_(s) {
  check_steps("ExponentialDecay", "decay_steps", s.decay_steps);
}
LearningRate::LearningRate(const PiecewiseConstantDecay& spec) : schedule_(spec) {
  if (spec.values.size() != spec.boundaries.size() + 1) {
    throw ValueError(concat("PiecewiseConstantDecay: ", spec.boundaries.size(), " boundaries need ",
                            spec.boundaries.size() + 1, " values, but there are ", spec.values.size(),
                            ". Give one value before each boundary and one after the last."));
  }
  if (!std::is_sorted(spec.boundaries.begin(), spec.boundaries.end())) {
    throw ValueError("PiecewiseConstantDecay: the boundaries do not increase. Sort them, with their values.");
  }
}
LearningRate::LearningRate(const PolynomialDecay& s) : schedule_(s) {
  check_steps("PolynomialDecay", "decay_steps", s.decay_steps);
}
LearningRate::LearningRate(const InverseTimeDecay& s) : schedule_(s) {
  check_steps("InverseTimeDecay", "decay_steps", s.decay_steps);
}
LearningRate::LearningRate(const CosineDecay& s) : schedule_(s) {
  check_steps("CosineDecay", "decay_steps", s.decay_steps);
}
LearningRate::LearningRate(const CosineDecayRestarts& s) : schedule_(s) {
  check_steps("CosineDecayRestarts", "first_decay_steps", s.first_decay_steps);
}

float LearningRate::at(Index step) const {
  return schedule_.is_default() ? number_ : std::visit(At{step}, schedule_.get());
}

LearningRate::Spec LearningRate::spec() const {
  return schedule_.is_default() ? Spec(number_) : schedule_.get();
}

}  // namespace cornu
