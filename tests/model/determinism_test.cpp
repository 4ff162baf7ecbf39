// The same seed gives the same bits: at any number of threads, again, in any batch size of predict, and from
// many threads at once.
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "cornu/core/threads.hpp"
#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "support/random_data.hpp"

using namespace cornu;
using namespace cornu::support;

namespace {

class Determinism : public testing::Test {
 protected:
  void TearDown() override { set_num_threads(1); }
};

Sequential convolutional() {
  return Sequential({Input{.shape = {17, 15, 3}}, Conv2D{.filters = 9, .kernel_size = 3, .activation = relu},
                     MaxPooling2D{.pool_size = 2}, BatchNormalization{}, Dropout{.rate = 0.25f},
                     Conv2D{.filters = 17, .kernel_size = 3, .padding = Padding::same, .activation = relu},
                     AveragePooling2D{.pool_size = 2}, Flatten{}, Dense{.units = 33, .activation = relu},
                     Dropout{.rate = 0.5f}, Dense{.units = 3, .activation = softmax}});
}

/// Layers with parallel reductions of their own, and merges.
Model branched() {
  SymbolicTensor image = Input{.shape = {13, 13, 4}};
  const auto trunk = image | GaussianNoise{.stddev = 0.1f} |
                     DepthwiseConv2D{.kernel_size = 3, .depth_multiplier = 2} | PReLU{};
  const auto left =
      trunk | Conv2D{.filters = 8, .kernel_size = 1, .activation = gelu} | SpatialDropout2D{.rate = 0.3f};
  const auto sum = SymbolicTensors{trunk, left, trunk} | Add{} | LayerNormalization{};
  const auto joined =
      SymbolicTensors{sum | GlobalAveragePooling2D{}, left | GlobalMaxPooling2D{}} | Concatenate{};
  return Model(Inputs{image}, Outputs{joined | Dense{.units = 3, .activation = softmax}});
}

struct Trained {
  std::vector<Tensor> weights;
  std::vector<double> losses;
};

/// 20 steps, the last of each epoch on a smaller batch.
Trained train(Model model, int threads, std::uint64_t seed = 7,
              const Adam& adam = Adam{.learning_rate = 0.01f}) {
  set_num_threads(threads);
  model.compile(CompileOptions{.optimizer = adam, .loss = CategoricalCrossentropy{}, .metrics = {accuracy}});
  const Tensor x = noise(model.input_shapes()[0].with_front(115), 1), y = one_hot_labels(115, 3);
  const History history =
      model.fit(x, y, FitOptions{.batch_size = 24, .epochs = 4, .verbose = 0, .seed = seed});
  return {model.get_weights(), history["loss"]};
}

/// The first weight whose bits differ, -1: none.
int first_difference(const Trained& a, const Trained& b) {
  for (std::size_t i = 0; i < a.weights.size(); ++i)
    if (!same_bits(a.weights[i], b.weights[i])) return int(i);
  return -1;
}

template <class Make>
void expect_same_bits_at_any_thread_count(const Make& make) {
  const Trained one = train(make(), 1);
  for (const double loss : one.losses) EXPECT_TRUE(std::isfinite(loss));
  EXPECT_NE(one.losses.front(), one.losses.back()) << "it must have trained";
  for (const int threads : {1, 2, 3, 4}) {
    const Trained other = train(make(), threads);
    EXPECT_EQ(first_difference(one, other), -1) << threads << " threads";
    EXPECT_EQ(one.losses, other.losses) << threads << " threads";
  }
}

TEST_F(Determinism, TrainingAConvolutionalNetGivesTheSameBitsAtAnyThreadCount) {
  expect_same_bits_at_any_thread_count(convolutional);
}

TEST_F(Determinism, TrainingABranchedNetGivesTheSameBitsAtAnyThreadCount) {
  expect_same_bits_at_any_thread_count(branched);
}

/// Weights of 2^18 numbers and more, in a layer that runs in slices, in one that takes the whole batch, and
/// in one that is used twice, with a regularizer and a constraint.
Model large() {
  SymbolicTensor steps = Input{.shape = {40, 16}};
  const auto twice = shared(Dense{.units = 600,
                                  .activation = tanh,
                                  .kernel_regularizer = L2{.l2 = 0.01f},
                                  .kernel_constraint = MaxNorm{.max_value = 1.f}});
  const auto sliced = steps | Conv1D{.filters = 512, .kernel_size = 32, .activation = relu} | Flatten{};
  const auto hidden = sliced | Dense{.units = 600} | twice | Dropout{.rate = 0.2f} | twice;
  return Model(Inputs{steps}, Outputs{hidden | Dense{.units = 3, .activation = softmax}});
}

TEST_F(Determinism, LargeGradientsThatAreUsedAtOnceGiveTheSameBits) {
  // Clipping by a norm, here one that no gradient reaches, needs all of a gradient at once.
  const Trained early = train(large(), 1, 7, Adam{}), kept = train(large(), 1, 7, Adam{.clipnorm = 1e30f});
  EXPECT_EQ(first_difference(early, kept), -1);
  EXPECT_EQ(early.losses, kept.losses);
  expect_same_bits_at_any_thread_count(large);
}

TEST_F(Determinism, AnotherSeedGivesOtherWeights) {
  EXPECT_NE(first_difference(train(convolutional(), 2, 7), train(convolutional(), 2, 8)), -1);
  Sequential a = convolutional(), b = convolutional();
  EXPECT_TRUE(same_bits(a.get_weights()[0], b.get_weights()[0]));
  b.initialize(1);
  EXPECT_FALSE(same_bits(a.get_weights()[0], b.get_weights()[0]));
  b.initialize(0);
  EXPECT_TRUE(same_bits(a.get_weights()[0], b.get_weights()[0])) << "a model starts with seed 0";
}

TEST_F(Determinism, AFitGoesOnWhereTheLastOneEnded) {
  const Tensor x = noise({40, 17, 15, 3}, 1), y = one_hot_labels(40, 3);
  const auto weights = [&](std::vector<Index> last_epochs) {
    Sequential model = convolutional();
    model.compile(CompileOptions{.optimizer = Adam{}, .loss = CategoricalCrossentropy{}});
    Index from = 0;
    for (const Index to : last_epochs) {
      model.fit(x, y, FitOptions{.batch_size = 16, .epochs = to, .verbose = 0, .initial_epoch = from});
      from = to;
    }
    return Trained{model.get_weights(), {}};
  };
  EXPECT_EQ(first_difference(weights({4}), weights({1, 3, 4})), -1);
}

template <class Make>
void expect_same_predictions(const Make& make) {
  set_num_threads(1);
  Model model = make();
  model.compile(CompileOptions{.optimizer = Adam{}, .loss = CategoricalCrossentropy{}});
  const Tensor x = noise(model.input_shapes()[0].with_front(37), 5);
  model.fit(x, one_hot_labels(37, 3), FitOptions{.verbose = 0});  // batch normalization has moved
  const Tensor expected = model.predict(x, PredictOptions{.batch_size = 37});
  for (const int threads : {1, 2, 3, 4}) {
    set_num_threads(threads);
    for (const Index batch : {1, 2, 3, 5, 8, 16, 32, 37, 100})
      EXPECT_TRUE(same_bits(model.predict(x, PredictOptions{.batch_size = batch}), expected))
          << threads << " threads, batch_size " << batch;
  }
}

TEST_F(Determinism, PredictionsOfAConvolutionalNetDependOnNeitherBatchSizeNorThreads) {
  expect_same_predictions(convolutional);
}

TEST_F(Determinism, PredictionsOfABranchedNetDependOnNeitherBatchSizeNorThreads) {
  expect_same_predictions(branched);
}

TEST_F(Determinism, PredictFromEightThreadsAtOnceEqualsSerialPredict) {
  set_num_threads(2);
  const Sequential model = convolutional();
  std::vector<Tensor> inputs, expected, received(8);
  for (std::uint64_t i = 0; i < 8; ++i) {
    inputs.push_back(noise({Index(3 + 5 * i), 17, 15, 3}, i));
    expected.push_back(model.predict(inputs.back()));
  }
  for (int round = 0; round < 3; ++round) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        for (int again = 0; again < 3; ++again) received[i] = model.predict(inputs[i]);
      });
    for (std::thread& t : threads) t.join();
    for (std::size_t i = 0; i < 8; ++i) EXPECT_TRUE(same_bits(received[i], expected[i])) << "thread " << i;
  }
}

}  // namespace
