#include <cmath>

#include "cornu/core/error.hpp"
#include "cornu/schedules/learning_rate.hpp"
#include "support/messages.hpp"

namespace cornu {
namespace {

using support::message_of;

void expect_rates(const LearningRate& rate, const std::vector<std::pair<Index, double>>& expected) {
  for (const auto& [step, value] : expected) {
    EXPECT_NEAR(rate.at(step), value, 1e-6 * std::max(0.1, value)) << "step " << step;
  }
}

TEST(LearningRate, IsANumber) {
  expect_rates(0.1f, {{0, 0.1}, {1000, 0.1}});
  EXPECT_FALSE(LearningRate(1).is_schedule());
  EXPECT_EQ(LearningRate(1e-3).at(0), 1e-3f);
}

TEST(LearningRate, ExponentialDecay) {
  const ExponentialDecay s{.initial_learning_rate = 0.1, .decay_steps = 4, .decay_rate = 0.5};
  expect_rates(s, {{0, 0.1}, {2, 0.1 * std::sqrt(0.5)}, {4, 0.05}, {12, 0.0125}});
  ExponentialDecay stairs = s;
  stairs.staircase = true;
  expect_rates(stairs, {{0, 0.1}, {3, 0.1}, {4, 0.05}, {7, 0.05}, {8, 0.025}});
}

TEST(LearningRate, PiecewiseConstantDecay) {
  const PiecewiseConstantDecay s{.boundaries = {3, 7}, .values = {0.5f, 0.25f, 0.125f}};
  expect_rates(s, {{0, 0.5}, {3, 0.5}, {4, 0.25}, {7, 0.25}, {8, 0.125}, {100, 0.125}});
}

TEST(LearningRate, PolynomialDecay) {
  expect_rates(PolynomialDecay{.initial_learning_rate = 0.1f, .decay_steps = 10},
               {{0, 0.1}, {5, 0.05005}, {10, 0.0001}, {50, 0.0001}});
  expect_rates(
      PolynomialDecay{.initial_learning_rate = 1.f, .decay_steps = 4, .end_learning_rate = 0, .power = 2},
      {{0, 1}, {1, 0.5625}, {2, 0.25}, {4, 0}});
  expect_rates(
      PolynomialDecay{.initial_learning_rate = 1.f, .decay_steps = 4, .end_learning_rate = 0, .cycle = true},
      {{0, 1}, {4, 0}, {5, 1 - 5.0 / 8}, {8, 0}, {9, 1 - 9.0 / 12}});
}

TEST(LearningRate, InverseTimeDecay) {
  const InverseTimeDecay s{.initial_learning_rate = 0.1, .decay_steps = 3, .decay_rate = 0.5};
  expect_rates(s, {{0, 0.1}, {3, 0.1 / 1.5}, {4, 0.1 / (1 + 0.5 * 4 / 3)}});
  InverseTimeDecay stairs = s;
  stairs.staircase = true;
  expect_rates(stairs, {{2, 0.1}, {4, 0.1 / 1.5}});
}

TEST(LearningRate, CosineDecay) {
  expect_rates(CosineDecay{.initial_learning_rate = 0.2, .decay_steps = 10, .alpha = 0.1f},
               {{0, 0.2}, {5, 0.2 * 0.55}, {10, 0.02}, {99, 0.02}});
  expect_rates(
      CosineDecay{.initial_learning_rate = 0.0, .decay_steps = 10, .warmup_target = 0.2f, .warmup_steps = 4},
      {{0, 0}, {1, 0.05}, {4, 0.2}, {9, 0.1}, {14, 0}, {20, 0}});
}

TEST(LearningRate, CosineDecayRestarts) {
  // Periods of 2, 4, 8 steps.
  expect_rates(CosineDecayRestarts{.initial_learning_rate = 0.2, .first_decay_steps = 2, .m_mul = 0.5f},
               {{0, 0.2}, {1, 0.1}, {2, 0.1}, {4, 0.05}, {6, 0.05}, {10, 0.025}});
  expect_rates(
      CosineDecayRestarts{.initial_learning_rate = 0.2, .first_decay_steps = 4, .t_mul = 1, .alpha = 0.5f},
      {{0, 0.2}, {2, 0.15}, {4, 0.2}, {6, 0.15}});
}

struct Doubling final : LearningRateSchedule {
  float operator()(Index step) const override { return std::ldexp(1.f, int(step)); }
};
TEST(LearningRate, IsAScheduleOfYourOwn) {
  const LearningRate rate = Doubling{}, copy = rate;
  EXPECT_TRUE(copy.is_schedule());
  expect_rates(copy, {{0, 1}, {3, 8}});
}

TEST(LearningRate, ErrorsSayWhatToDo) {
  EXPECT_EQ(message_of<ValueError>([] {
              LearningRate(ExponentialDecay{.initial_learning_rate = 1, .decay_steps = 0, .decay_rate = 1});
            }),
            "ExponentialDecay: decay_steps is 0; it must be at least 1. Count optimizer steps (batches), not "
            "epochs.");
  EXPECT_THROW(LearningRate(PolynomialDecay{.initial_learning_rate = 1, .decay_steps = 0}), ValueError);
  EXPECT_THROW(LearningRate(InverseTimeDecay{.initial_learning_rate = 1, .decay_steps = -1, .decay_rate = 1}),
               ValueError);
  EXPECT_THROW(LearningRate(CosineDecay{.initial_learning_rate = 1, .decay_steps = 0}), ValueError);
  EXPECT_EQ(message_of<ValueError>([] {
              LearningRate(CosineDecayRestarts{.initial_learning_rate = 1, .first_decay_steps = 0});
            }),
            "CosineDecayRestarts: first_decay_steps is 0; it must be at least 1. Count optimizer steps "
            "(batches), not "
            "epochs.");
  EXPECT_EQ(message_of<ValueError>([] {
              LearningRate(PiecewiseConstantDecay{.boundaries = {1, 2}, .values = {1}});
            }),
            "PiecewiseConstantDecay: 2 boundaries need 3 values, but there are 1. Give one value before each "
            "boundary "
            "and one after the last.");
  EXPECT_EQ(message_of<ValueError>([] {
              LearningRate(PiecewiseConstantDecay{.boundaries = {2, 1}, .values = {1, 2, 3}});
            }),
            "PiecewiseConstantDecay: the boundaries do not increase. Sort them, with their values.");
}

TEST(ScheduleDefaults, AreKeras) {
  const PolynomialDecay p = PolynomialDecay::blank();
  EXPECT_TRUE(p.end_learning_rate == 0.0001f && p.power == 1 && !p.cycle && p.name == "PolynomialDecay");
  const CosineDecay c = CosineDecay::blank();
  EXPECT_TRUE(c.alpha == 0 && !c.warmup_target && c.warmup_steps == 0 && c.name == "CosineDecay");
  const CosineDecayRestarts r = CosineDecayRestarts::blank();
  EXPECT_TRUE(r.t_mul == 2 && r.m_mul == 1 && r.alpha == 0 && r.name == "SGDRDecay");
  EXPECT_TRUE(!ExponentialDecay::blank().staircase && ExponentialDecay::blank().name == "ExponentialDecay");
  EXPECT_TRUE(!InverseTimeDecay::blank().staircase && InverseTimeDecay::blank().name == "InverseTimeDecay");
  EXPECT_EQ(PiecewiseConstantDecay::blank().name, "PiecewiseConstant");
}

}  // namespace
}  // namespace cornu
