#include <gtest/gtest.h>

#include <cmath>

#include "cornu/layers/layers.hpp"
#include "cornu/model/model.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"

namespace cornu {
namespace {

constexpr float kRate = 0.01f;

Tensor noise(const Shape& shape, std::uint64_t seed) {
  Tensor t(shape);
  fill_uniform(t.view(), RandomKey{seed}, -1.f, 1.f);
  return t;
}

/// One step of SGD against finite differences of the loss, weight by weight.
void expect_gradient_step(Model& model, const Shape& input) {
  model.compile(CompileOptions{.optimizer = SGD{.learning_rate = kRate}, .loss = MeanSquaredError{}});
  model.initialize(5);
  const Tensor x = noise(input.with_front(6), 1), y = noise(model.output_shapes()[0].with_front(6), 2);
  const std::vector<Tensor> before = model.get_weights();
  model.train_on_batch(x, y);
  const std::vector<Tensor> after = model.get_weights();
  const auto loss = [&](std::vector<Tensor> weights, std::size_t k, Index i, float step) {
    weights[k].at(i) += step;
    model.set_weights(weights);
    double sum = 0;
    const Tensor p = model.predict(x, PredictOptions{.verbose = 0});
    for (Index j = 0; j < p.size(); ++j) sum += std::pow(double(p.at(j)) - y.at(j), 2) / double(p.size());
    return sum;
  };
  for (std::size_t k = 0; k < before.size(); ++k)
    for (Index i = 0; i < before[k].size(); ++i) {
      const double step = 0.002;
      const double gradient =
          (loss(before, k, i, float(step)) - loss(before, k, i, -float(step))) / (2 * step);
      ASSERT_NEAR((before[k].at(i) - after[k].at(i)) / kRate, gradient,
                  2e-3 * std::max(1., std::fabs(gradient)))
          << "weight " << k << " at " << i;
    }
}

TEST(MergeTraining, ConcatenateWithInputsThatNeedNoGradient) {
  const SymbolicTensor in = Input{.shape = {3}};
  const auto middle = in | Dense{.units = 2, .activation = tanh};
  Model model(Inputs{in}, Outputs{SymbolicTensors{in, middle, in} | Concatenate{} | Dense{.units = 1}});
  expect_gradient_step(model, {3});
}

TEST(MergeTraining, TheSameTensorSeveralTimes) {
  const SymbolicTensor in = Input{.shape = {3}};
  const auto middle = in | Dense{.units = 4, .activation = tanh};
  Model model(Inputs{in}, Outputs{SymbolicTensors{middle, middle, middle} | Add{} | Dense{.units = 1}});
  expect_gradient_step(model, {3});
  const Tensor x = noise({2, 3}, 7);
  Model sum(Inputs{in}, Outputs{SymbolicTensors{middle, middle, middle} | Add{}});
  Model one(Inputs{in}, Outputs{middle});
  const Tensor three = sum.predict(x, PredictOptions{.verbose = 0}),
               once = one.predict(x, PredictOptions{.verbose = 0});
  for (Index i = 0; i < three.size(); ++i) EXPECT_FLOAT_EQ(three.at(i), 3 * once.at(i));
}

TEST(MergeTraining, AResidualBlockInPlace) {
  const SymbolicTensor in = Input{.shape = {3}};
  const auto a = in | Dense{.units = 4, .activation = tanh};
  const auto b = a | Dense{.units = 4, .activation = tanh};
  const auto joined = SymbolicTensors{b, a} | Add{};
  Model model(Inputs{in}, Outputs{SymbolicTensors{joined, b} | Subtract{} | Dense{.units = 2}});
  expect_gradient_step(model, {3});
}

TEST(MergeTraining, BroadcastsAndProducts) {
  const SymbolicTensor in = Input{.shape = {4, 4, 2}};
  const auto map = in | Conv2D{.filters = 3, .kernel_size = 3, .padding = Padding::same, .activation = tanh};
  const auto gate = map | GlobalAveragePooling2D{.keepdims = true} | Dense{.units = 3, .activation = sigmoid};
  const auto gated = SymbolicTensors{gate, map} | Multiply{};
  Model model(Inputs{in}, Outputs{SymbolicTensors{gated, map} | Average{} | GlobalAveragePooling2D{} |
                                  LayerNormalization{} | Dense{.units = 1}});
  expect_gradient_step(model, {4, 4, 2});
}

}  // namespace
}  // namespace cornu
