#include "cornu/layers/rms_normalization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(RMSNormalizationLayer, MeetsTheContractAndKeras) {
  check_layer_cases<RMSNormalization>({
      {.spec = {}, .golden = "rms_normalization"},
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {}, .input = {7}, .samples = 5, .training = true},
      {.spec = {.axis = {1, 2}, .epsilon = 1e-3f}, .input = {3, 5}},
      {.spec = {.axis = {-2, -1}}, .input = {4, 2, 5}},
      {.spec = {}, .input = {40, 33}},  // several pieces of the sums over rows
  });
}

TEST(RMSNormalizationLayer, Messages) {
  EXPECT_THAT(
      message_of(RMSNormalization{.epsilon = -1.f}),
      HasSubstr("layer 'rms_normalization' (RMSNormalization): epsilon is -1; it must not be negative"));
  EXPECT_THAT(message_of(RMSNormalization{.axis = IndexList(std::vector<Index>{})}),
              HasSubstr("axis is empty"));
  EXPECT_THAT(message_of(RMSNormalization{.axis = 1}, {{3, 4}}),
              HasSubstr("axis 1 is not where the last 1 axes of the input (batch, 3, 4) have it"));
}

}  // namespace
}  // namespace cornu::support
