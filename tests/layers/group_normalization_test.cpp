#include "cornu/layers/group_normalization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(GroupNormalizationLayer, MeetsTheContractAndKeras) {
  check_layer_cases<GroupNormalization>({
      {.spec = {.groups = 2}, .golden = "group_normalization"},
      {.spec = {.groups = 1}, .input = {1}, .samples = 1},
      {.spec = {.groups = 3}, .input = {5, 6}, .training = true},
      {.spec = {.groups = -1}, .input = {7, 5, 3}},
      {.spec = {.groups = 1, .epsilon = 1e-5f, .center = false}, .input = {4, 5, 2}},
      {.spec = {.groups = 2, .axis = 1, .scale = false}, .input = {4, 3, 5}},
      {.spec = {.groups = 2, .axis = -2, .center = false, .scale = false}, .input = {3, 4, 17}},
  });
}

TEST(GroupNormalizationLayer, KeepsItsDigitsFarFromZero) {
  const auto layer = make_layer(GroupNormalization{.groups = 1, .epsilon = 0});
  layer->call_shapes({{4, 1}});
  layer->initialize({});
  const auto run = testing::run_layer(*layer, {Tensor({1, 4, 1}, {10001, 10003, 10001, 10003})});
  expect_close(Tensor::from({-1, 1, -1, 1}), run.y[0].reshape({4}), 1e-6, "y");
}

TEST(GroupNormalizationLayer, Messages) {
  EXPECT_THAT(message_of(GroupNormalization{.groups = 0}),
              HasSubstr("layer 'group_normalization' (GroupNormalization): groups is 0; it must be at least "
                        "1, or -1"));
  EXPECT_THAT(message_of(GroupNormalization{.groups = 1, .epsilon = -1.f}), HasSubstr("epsilon is -1"));
  EXPECT_THAT(message_of(GroupNormalization{.groups = 4}, {{3, 6}}),
              HasSubstr("the input (batch, 3, 6) has 6 channels, which 4 groups do not divide"));
  EXPECT_THAT(message_of(GroupNormalization{}, {{3, 6}}), HasSubstr("which 32 groups do not divide"));
  EXPECT_THAT(message_of(GroupNormalization{.groups = 1, .axis = 0}, {{3, 6}}),
              HasSubstr("axis is 0, which is the batch axis"));
}

}  // namespace
}  // namespace cornu::support
