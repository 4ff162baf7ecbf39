#include "cornu/core/error.hpp"

#include <algorithm>
#include <cmath>

#include "optimizers/test_run.hpp"
#include "support/allocations.hpp"
#include "support/golden.hpp"
#include "support/messages.hpp"

namespace cornu {
namespace {

using support::message_of;
using namespace test;

TEST(Optimizer, SparseParametersHaveSquaresOfTheirOwn) {
  // In Adam's first step w -= rate * g / sqrt(square) but for epsilon.
  for (const bool clipped : {false, true}) {
    Adam adam{.learning_rate = 0.1f};
    if (clipped) adam.clipvalue = 100.f;  // then Keras' contributions are not at hand: the square of the sum
    const auto optimizer = OptimizerHandle(adam).make();
    optimizer->build({Shape{3}});
    Tensor w({3});
    const Tensor g = Tensor::from({1.f, -2.f, 0.f}), squares = Tensor::from({0.5f, 16.f, 0.f});
    const Optimizer::Parameter parameter{w.view(), g.view(), squares.view()};
    optimizer->step({&parameter, 1});
    EXPECT_NEAR(w(0), clipped ? -0.1f : -0.1f / std::sqrt(0.5f), 1e-5f);
    EXPECT_NEAR(w(1), clipped ? 0.1f : 0.05f, 1e-5f);
    EXPECT_EQ(w(2), 0.f);
  }
}

TEST(Optimizer, AllocatesNothingAfterBuild) {
  for (const OptimizerHandle& handle : kAll) {
    TestRun run(handle, kShapes);
    run.step();
    const long before = support::allocations();
    run.step(4);
    EXPECT_EQ(support::allocations(), before) << handle.type();
  }
}

TEST(Optimizer, MovesEveryElement) {
  const OneThread one;
  for (const OptimizerHandle& handle : kAll) {
    TestRun run(handle, kShapes);
    const std::vector<Tensor> start = run.w;
    run.step(2);
    for (std::size_t i = 0; i < start.size(); ++i) {
      for (Index k = 0; k < start[i].size(); ++k) {
        ASSERT_TRUE(std::isfinite(run.w[i].at(k))) << handle.type();
        ASSERT_NE(run.w[i].at(k), start[i].at(k)) << handle.type() << " parameter " << i << " element " << k;
      }
    }
  }
}

TEST(Optimizer, ResumesFromItsState) {
  const OneThread one;
  for (const OptimizerHandle& handle : kAll) {
    TestRun whole(handle, kShapes), first(handle, kShapes), second(handle, kShapes);
    whole.step(4);
    first.step(2);
    for (std::size_t i = 0; i < first.w.size(); ++i) second.w[i] = first.w[i];
    for (std::size_t i = 0; i < second.w.size(); ++i) second.parameters[i].value = second.w[i].view();
    const auto from = first.optimizer->slots(), to = second.optimizer->slots();
    ASSERT_EQ(from.size(), to.size());
    for (std::size_t i = 0; i < from.size(); ++i)
      std::copy(from[i].value.begin(), from[i].value.end(), to[i].value.begin());
    second.optimizer->set_iterations(first.optimizer->iterations());
    second.step(2);
    for (std::size_t i = 0; i < whole.w.size(); ++i) {
      EXPECT_TRUE(same_bits(whole.w[i], second.w[i])) << handle.type() << " parameter " << i;
    }
  }
}

/// The names of the state, parameter numbers before them, as Keras orders them.
std::string state_of(const OptimizerHandle& handle) {
  TestRun run(handle, {{2, 3}, {3}});
  std::string out;
  for (const Optimizer::Slot& s : run.optimizer->slots()) {
    if (!out.empty()) out += ' ';
    out += detail::concat(s.parameter, ':', s.name, s.value.shape.text());
  }
  return out;
}
TEST(Optimizer, StateIsInTheOrderOfKeras) {
  EXPECT_EQ(state_of(SGD{}), "");
  EXPECT_EQ(state_of(SGD{.momentum = 0.9f}), "0:momentum(2, 3) 1:momentum(3,)");
  EXPECT_EQ(state_of(Adam{}), "0:momentum(2, 3) 0:velocity(2, 3) 1:momentum(3,) 1:velocity(3,)");
  EXPECT_EQ(state_of(Adam{.amsgrad = true}),
            "0:momentum(2, 3) 0:velocity(2, 3) 1:momentum(3,) 1:velocity(3,) 0:velocity_hat(2, 3) "
            "1:velocity_hat(3,)");
  EXPECT_EQ(state_of(Adam{.use_ema = true}),
            "0:average(2, 3) 1:average(3,) 0:momentum(2, 3) 0:velocity(2, 3) 1:momentum(3,) 1:velocity(3,)");
  EXPECT_EQ(state_of(RMSprop{.momentum = 0.5f, .centered = true}),
            "0:velocity(2, 3) 1:velocity(3,) 0:momentum(2, 3) 1:momentum(3,) 0:average_gradient(2, 3) "
            "1:average_gradient(3,)");
  EXPECT_EQ(state_of(Nadam{}),
            "0:momentum(2, 3) 0:velocity(2, 3) 1:momentum(3,) 1:velocity(3,) -1:u_product()");
  EXPECT_EQ(state_of(Adafactor{}), "0:r(2,) 0:c(3,) 0:velocity(2, 3) 1:r() 1:c() 1:velocity(3,)");
  EXPECT_EQ(state_of(Ftrl{}), "0:accumulator(2, 3) 0:linear(2, 3) 1:accumulator(3,) 1:linear(3,)");
}

TEST(Optimizer, ClipsOverAllPiecesOfAParameter) {
  const std::vector<Shape> shapes{{40001}, {7}};
  TestRun plain(SGD{.learning_rate = 1}, shapes), norm(SGD{.learning_rate = 1, .clipnorm = 1.f}, shapes),
      global(SGD{.learning_rate = 1, .global_clipnorm = 2.f}, shapes),
      value(SGD{.learning_rate = 1, .clipvalue = 0.05f}, shapes);
  double squares[2] = {};
  for (std::size_t p : {0, 1}) {
    for (float v : plain.g[p]) squares[p] += double(v) * double(v);
  }
  const std::vector<Tensor> start = plain.w;
  for (TestRun* run : {&plain, &norm, &global, &value}) run->step();
  for (std::size_t p : {0, 1}) {
    const double by_norm = std::min(1.0, 1 / std::sqrt(squares[p]));
    const double by_global = std::min(1.0, 2 / std::sqrt(squares[0] + squares[1]));
    for (Index i = 0; i < start[p].size(); ++i) {
      const double w = start[p].at(i), g = plain.g[p].at(i);
      ASSERT_NEAR(norm.w[p].at(i), w - by_norm * g, 1e-6);
      ASSERT_NEAR(global.w[p].at(i), w - by_global * g, 1e-6);
      ASSERT_NEAR(value.w[p].at(i), w - std::clamp(g, -0.05, 0.05), 1e-6);
    }
  }
}

/// Lamb and Adafactor look at whole weights: their formulas again in double, on shapes of several pieces.
TEST(Optimizer, LambIsItsFormula) {
  TestRun run(Lamb{.learning_rate = 0.01f}, {{150, 211}});
  const Tensor w0 = run.w[0], g = run.g[0];
  run.step();
  // After one step m / (1 - beta_1) = g and v / (1 - beta_2) = g^2.
  double weight = 0, step = 0;
  const auto direction = [](double x) { return x / (std::abs(x) + 1e-7); };
  for (Index i = 0; i < g.size(); ++i) {
    weight += double(w0.at(i)) * double(w0.at(i));
    step += direction(g.at(i)) * direction(g.at(i));
  }
  for (Index i = 0; i < g.size(); ++i) {
    const double expected = double(w0.at(i)) - 0.01 * std::sqrt(weight / step) * direction(g.at(i));
    ASSERT_NEAR(run.w[0].at(i), expected, 2e-6) << i;
  }
}

TEST(Optimizer, AdafactorIsItsFormula) {
  const Index b = 3, rows = 90, columns = 131;
  TestRun run(Adafactor{.learning_rate = 0.05f}, {{b, rows, columns}});
  Tensor w = run.w[0];
  const Tensor g = run.g[0];
  std::vector<double> r(std::size_t(b * rows)), c(std::size_t(b * columns));
  for (int t = 1; t <= 3; ++t) {
    run.step();
    const double beta = 1 - std::pow(t, -0.8), rho = std::min(0.05, 1 / std::sqrt(t));
    std::vector<double> row(r.size()), column(c.size());
    double weight = 0, step = 0;
    for (Index i = 0; i < g.size(); ++i) {
      const double s = double(g.at(i)) * double(g.at(i)) + 1e-30;
      row[std::size_t(i / columns)] += s / double(columns);
      column[std::size_t(i / (rows * columns) * columns + i % columns)] += s / double(rows);
      weight += double(w.at(i)) * double(w.at(i));
    }
    for (std::size_t i = 0; i < r.size(); ++i) r[i] = beta * r[i] + (1 - beta) * row[i];
    for (std::size_t i = 0; i < c.size(); ++i) c[i] = beta * c[i] + (1 - beta) * column[i];
    std::vector<double> u(std::size_t(g.size()));
    for (Index i = 0; i < g.size(); ++i) {
      const Index matrix = i / (rows * columns);
      double mean = 0;
      for (Index k = 0; k < rows; ++k) mean += r[std::size_t(matrix * rows + k)] / double(rows);
      const double v = r[std::size_t(i / columns)] / mean * c[std::size_t(matrix * columns + i % columns)];
      u[std::size_t(i)] = double(g.at(i)) / std::sqrt(v);
      step += u[std::size_t(i)] * u[std::size_t(i)];
    }
    const double n = double(g.size()), alpha = std::max(1e-3, std::sqrt(weight / n)) * rho;
    const double scale = alpha / std::max(1.0, std::sqrt(step / n));
    for (Index i = 0; i < g.size(); ++i) {
      w.at(i) = float(double(w.at(i)) - scale * u[std::size_t(i)]);
      ASSERT_NEAR(run.w[0].at(i), w.at(i), 5e-6) << "step " << t << " element " << i;
    }
  }
}

TEST(Optimizer, AccumulatesGradients) {
  TestRun twice(SGD{.learning_rate = 0.5f, .momentum = 0.9f, .gradient_accumulation_steps = 2}, {{3}}),
      once(SGD{.learning_rate = 0.5f, .momentum = 0.9f}, {{3}});
  const Tensor start = twice.w[0], g = twice.g[0];
  for (int round = 0; round < 2; ++round) {
    twice.step();
    if (round == 0) EXPECT_TRUE(same_bits(twice.w[0], start));  // the first of two changes nothing
    for (float& v : twice.g[0]) v *= 3;
    twice.step();
    for (Index i = 0; i < 3; ++i) once.g[0].at(i) = 2 * g.at(i), twice.g[0].at(i) = g.at(i);
    once.step();
    support::expect_close(once.w[0], twice.w[0], 1e-6, "the mean of both gradients");
  }
  EXPECT_EQ(twice.optimizer->iterations(), 4);
}

TEST(Optimizer, AveragesWeights) {
  TestRun run(SGD{.learning_rate = 1, .use_ema = true, .ema_momentum = 0.5f}, {{1}});
  run.w[0].at(0) = 4;
  run.g[0].at(0) = 1;
  run.step(3);  // weights 3, 2, 1; averages 3, 2.5, 1.75
  EXPECT_FLOAT_EQ(run.w[0].at(0), 1);
  run.optimizer->finalize(run.parameters);
  EXPECT_FLOAT_EQ(run.w[0].at(0), 1.75f);

  TestRun often(SGD{.learning_rate = 1, .use_ema = true, .ema_momentum = 0.5f, .ema_overwrite_frequency = 2},
                {{1}});
  often.w[0].at(0) = 4;
  often.g[0].at(0) = 1;
  often.step(2);
  EXPECT_FLOAT_EQ(often.w[0].at(0), 2.5f);
  TestRun never(SGD{.use_ema = true}, {{1}});
  const float before = never.w[0].at(0);
  never.optimizer->finalize(never.parameters);  // no step was done: nothing to average
  EXPECT_EQ(never.w[0].at(0), before);
}

TEST(Optimizer, DividesByTheLossScale) {
  TestRun scaled(SGD{.learning_rate = 1, .clipnorm = 0.1f, .loss_scale_factor = 8.f}, {{5}}),
      plain(SGD{.learning_rate = 1, .clipnorm = 0.1f}, {{5}});
  for (float& v : scaled.g[0]) v *= 8;
  scaled.step();
  plain.step();
  support::expect_close(plain.w[0], scaled.w[0], 1e-6, "scaled");
  EXPECT_EQ(scaled.optimizer->loss_scale_factor(), 8.f);
  EXPECT_EQ(plain.optimizer->loss_scale_factor(), 1.f);
}

TEST(Optimizer, NaNGradientsStayVisible) {
  for (const OptimizerHandle& handle :
       {OptimizerHandle(SGD{.clipvalue = 1.f}), OptimizerHandle(Adam{.global_clipnorm = 1.f}),
        OptimizerHandle(SGD{.clipnorm = 1.f})}) {
    TestRun run(handle, {{3}});
    run.g[0].at(1) = NAN;
    run.step();
    EXPECT_TRUE(std::isnan(run.w[0].at(1))) << handle.type();
  }
}

TEST(Optimizer, LearningRate) {
  TestRun run(Adam{.learning_rate = 0.01f}, {{2}});
  EXPECT_EQ(run.optimizer->learning_rate(), 0.01f);
  run.optimizer->set_learning_rate(0.5f);
  EXPECT_EQ(run.optimizer->learning_rate(), 0.5f);
  EXPECT_FALSE(run.optimizer->has_schedule());
  TestRun driven(SGD{.learning_rate = PiecewiseConstantDecay{.boundaries = {1}, .values = {0.25f, 0.125f}}},
                 {{2}});
  EXPECT_EQ(driven.optimizer->learning_rate(), 0.25f);
  driven.step(2);
  EXPECT_EQ(driven.optimizer->learning_rate(), 0.125f);
  EXPECT_TRUE(driven.optimizer->has_schedule());
  EXPECT_EQ(
      message_of<StateError>([&] { driven.optimizer->set_learning_rate(1); }),
      "optimizer 'sgd': its learning rate follows a schedule and cannot be set. Make it with a number as "
      "learning_rate.");
}

TEST(Optimizer, RefusesWhatItWasNotBuiltFor) {
  const std::unique_ptr<Optimizer> fresh = OptimizerHandle("adam").make();
  EXPECT_EQ(message_of<StateError>([&] { fresh->step({}); }),
            "optimizer 'adam' was not built. Call build() before step().");
  EXPECT_EQ(message_of<StateError>([&] { (void)fresh->slots(); }),
            "optimizer 'adam' has no state yet. Call build() or fit() first.");
  TestRun run(Adam{}, {{2}, {3}});
  EXPECT_EQ(
      message_of<ShapeError>([&] { run.optimizer->step(std::span(run.parameters).first(1)); }),
      "optimizer 'adam' was built for 2 parameters and received 1. Build it again when the trainable weights "
      "change.");
  std::swap(run.parameters[0].gradient, run.parameters[1].gradient);
  EXPECT_EQ(message_of<ShapeError>([&] { run.step(); }),
            "optimizer 'adam': parameter 0 has shape (2,) and a gradient of shape (3,); it was built for "
            "(2,). Build it "
            "again when the trainable weights change.");
}

}  // namespace
}  // namespace cornu
