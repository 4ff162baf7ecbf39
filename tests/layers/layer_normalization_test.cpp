#include "cornu/layers/layer_normalization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(LayerNormalizationLayer, MeetsTheContractAndKeras) {
  check_layer_cases<LayerNormalization>({
      {.spec = {.epsilon = 1e-6f}, .golden = "layer_normalization"},
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {}, .input = {7}, .samples = 5, .training = true},
      {.spec = {.axis = {1, 2}}, .input = {3, 5}},
      {.spec = {.axis = {-2, -1}, .center = false}, .input = {4, 2, 5}, .training = true},
      {.spec = {.scale = false}, .input = {3, 17}},
      {.spec = {.center = false, .scale = false}, .input = {2, 8}},
      {.spec = {}, .input = {40, 33}},  // several pieces of the sums over rows
  });
}

TEST(LayerNormalizationLayer, Messages) {
  EXPECT_THAT(
      message_of(LayerNormalization{.epsilon = -1.f}),
      HasSubstr("layer 'layer_normalization' (LayerNormalization): epsilon is -1; it must not be negative"));
  EXPECT_THAT(message_of(LayerNormalization{.axis = IndexList(std::vector<Index>{})}),
              HasSubstr("axis is empty"));
  EXPECT_THAT(message_of(LayerNormalization{.axis = 1}, {{3, 4}}),
              HasSubstr("axis 1 is not where the last 1 axes of the input (batch, 3, 4) have it"));
  EXPECT_THAT(message_of(LayerNormalization{.axis = {2, 1}}, {{3, 4}}),
              HasSubstr("axis 2 is not where the last 2"));
  EXPECT_THAT(message_of(LayerNormalization{.axis = {0, 1, 2}}, {{3, 4}}),
              HasSubstr("axis is 0, which is the batch"));
  EXPECT_THAT(message_of(LayerNormalization{.axis = 3}, {{3, 4}}), HasSubstr("axis is 3, but the input"));
}

}  // namespace
}  // namespace cornu::support
