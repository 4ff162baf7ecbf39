#include "cornu/layers/batch_normalization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(BatchNormalizationLayer, Keras) {
  check_layer_cases<BatchNormalization>({
      {.spec = {.epsilon = 1e-5f, .scale = false}, .golden = "batch_normalization_0"},
      {.spec = {.epsilon = 1e-5f, .scale = false}, .golden = "batch_normalization_1"},
      {.spec = {.center = false}, .golden = "batch_normalization_2"},
  });
}

TEST(BatchNormalizationLayer, MeetsTheContract) {
  check_layer_cases<BatchNormalization>({
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {}, .input = {5}},
      {.spec = {}, .input = {3, 4, 7}},
      {.spec = {.center = false, .scale = false}, .input = {2, 3}},
      {.spec = {.axis = 1}, .input = {3, 2, 5}},
      {.spec = {}, .input = {5}, .samples = 7, .training = true},
      {.spec = {}, .input = {3, 4, 17}, .training = true},
      {.spec = {.axis = 1}, .input = {3, 2, 5}, .training = true},
      {.spec = {.axis = -2, .scale = false}, .input = {3, 2, 9}, .training = true},
      {.spec = {.center = false}, .input = {6}, .samples = 9, .training = true},
      {.spec = {.center = false, .scale = false}, .input = {2, 3}, .training = true},
      {.spec = {.trainable = false}, .input = {2, 3}, .training = true},
      {.spec = {}, .input = {4, 3}, .samples = 5, .training = true, .masked = true},
      {.spec = {.axis = 1, .scale = false}, .input = {4, 3}, .samples = 5, .training = true, .masked = true},
      {.spec = {}, .input = {4, 3}, .masked = true},
      {.spec = {}, .input = {30, 31, 3}, .training = true},  // several pieces of the sums
  });
}

/// Forward in training on one channel: y, and the moving statistics it leaves.
struct Trained {
  std::vector<float> y, moving_mean, moving_variance;
};
Trained train(const BatchNormalization& spec, std::vector<float> x) {
  const auto layer = make_layer(spec);
  layer->call_shapes({{1}});
  layer->initialize({.seed = 1});
  const Index n = static_cast<Index>(x.size());
  Trained out{.y = std::vector<float>(x.size()), .moving_mean = {}, .moving_variance = {}};
  std::vector<float> scratch(static_cast<std::size_t>(layer->scratch_values({{1}}, n)));
  std::vector<std::byte> saved(static_cast<std::size_t>(layer->saved_bytes({{1}}, n, sizeof(float))));
  const View<const float> input[] = {View<float>(x.data(), {n, 1})};
  const View<float> output[] = {{out.y.data(), {n, 1}}};
  std::vector<View<float>> weights;
  for (Weight& w : layer->weights()) weights.push_back(w.value.view());
  ForwardCall<float> call;
  call.x = input;
  call.y = output;
  call.weights = weights;
  call.scratch = scratch;
  call.saved = saved;
  call.training = true;
  call.trainable = spec.trainable;
  layer->forward(call);
  const auto numbers = [&](std::string_view name) {
    const Tensor& t = layer->weight(name);
    return std::vector<float>(t.begin(), t.end());
  };
  out.moving_mean = numbers("moving_mean");
  out.moving_variance = numbers("moving_variance");
  return out;
}

TEST(BatchNormalizationLayer, MovingStatisticsFollowTheBatch) {
  // Mean 4, population variance 6 (not 8, the sample's).
  const Trained t = train({.momentum = 0.75f, .epsilon = 0.f}, {1, 4, 7, 4});
  EXPECT_FLOAT_EQ(t.moving_mean[0], 1.f);
  EXPECT_FLOAT_EQ(t.moving_variance[0], 0.75f + 0.25f * 4.5f);
  EXPECT_FLOAT_EQ(t.y[0], -3.f / std::sqrt(4.5f));
  EXPECT_FLOAT_EQ(t.y[1], 0.f);
}

TEST(BatchNormalizationLayer, FrozenKeepsAndUsesTheMovingStatistics) {
  const Trained t = train({.epsilon = 0.f, .trainable = false}, {1, 4, 7, 4});
  EXPECT_EQ(t.moving_mean[0], 0.f);
  EXPECT_EQ(t.moving_variance[0], 1.f);
  EXPECT_EQ(t.y, (std::vector<float>{1, 4, 7, 4}));
}

TEST(BatchNormalizationLayer, ALargeMeanDoesNotCancel) {
  const Trained t = train({.epsilon = 0.f}, {10001, 10004, 10007, 10004});
  EXPECT_NEAR(t.y[0], -3.f / std::sqrt(4.5f), 1e-5);
  EXPECT_NEAR(t.y[2], 3.f / std::sqrt(4.5f), 1e-5);
}

TEST(BatchNormalizationLayer, WeightsInKerasOrder) {
  const auto layer = make_layer(BatchNormalization{});
  layer->call_shapes({{4, 3}});
  std::string names;
  for (const Weight& w : layer->weights()) names += w.name + (w.trainable ? "+ " : "- ");
  EXPECT_EQ(names, "gamma+ beta+ moving_mean- moving_variance- ");
}

TEST(BatchNormalizationLayer, Messages) {
  EXPECT_THAT(
      message_of(BatchNormalization{.momentum = 1.5f}),
      HasSubstr("layer 'batch_normalization' (BatchNormalization): momentum is 1.5; it must be between"));
  EXPECT_THAT(message_of(BatchNormalization{.epsilon = -1.f}),
              HasSubstr("epsilon is -1; it must not be negative"));
  EXPECT_THAT(message_of(BatchNormalization{}, {Shape()}),
              HasSubstr("the input is (batch,); BatchNormalization takes (batch, ..., channels)"));
  EXPECT_THAT(message_of(BatchNormalization{.axis = 0}, {{3}}),
              HasSubstr("axis is 0, which is the batch axis of (batch, 3)"));
  EXPECT_THAT(message_of(BatchNormalization{.axis = -2}, {{3}}),
              HasSubstr("axis is -2, which is the batch axis of (batch, 3)"));
  EXPECT_THAT(
      message_of(BatchNormalization{.axis = 2}, {{3}}),
      HasSubstr("axis is 2, but the input (batch, 3) has 2 axes. Choose 1 .. 1, or -1 for the last."));
}

}  // namespace
}  // namespace cornu::support
