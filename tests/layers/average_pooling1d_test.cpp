#include "cornu/layers/average_pooling1d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(AveragePooling1DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<AveragePooling1D>({
      {.spec = {.pool_size = 3, .padding = same}, .golden = "average_pooling1d_0"},
      {.spec = {.pool_size = 2, .strides = 1}, .golden = "average_pooling1d_1"},
      {.spec = {.pool_size = 1}, .input = {1, 1}, .samples = 1},
      {.spec = {.pool_size = 2}, .input = {5, 3}},
      {.spec = {.pool_size = 3, .strides = 2, .padding = same}, .input = {7, 2}, .training = true},
      {.spec = {.pool_size = 2, .strides = 3}, .input = {8, 17}},
      {.spec = {.pool_size = 5, .strides = 1, .padding = same}, .input = {3, 33}},
      {.spec = {.pool_size = 300, .strides = 1}, .input = {301, 2}, .samples = 2},
  });
}

TEST(AveragePooling1DLayer, Messages) {
  EXPECT_THAT(
      message_of(AveragePooling1D{.pool_size = 0}),
      HasSubstr("layer 'average_pooling1d' (AveragePooling1D): pool_size is (0,); it must be at least 1."));
  EXPECT_THAT(message_of(AveragePooling1D{.pool_size = 2, .strides = -1}), HasSubstr("strides is (-1,)"));
  EXPECT_THAT(message_of(AveragePooling1D{.pool_size = 2, .padding = Padding::causal}),
              HasSubstr("padding is causal, which only Conv1D takes"));
  EXPECT_THAT(message_of(AveragePooling1D{.pool_size = 2}, {{28}}),
              HasSubstr("input has 2 axes (batch, 28); AveragePooling1D takes 3: (batch, steps, channels)"));
  EXPECT_THAT(message_of(AveragePooling1D{.pool_size = 5}, {{4, 1}}),
              HasSubstr("pool_size (5,) is larger than its input (4,) with padding=valid"));
}

TEST(AveragePooling1DLayer, StridesFollowPoolSize) {
  EXPECT_EQ(AveragePooling1DLayer(AveragePooling1D{.pool_size = 3}).spec().strides, Size1(3));
  EXPECT_EQ(AveragePooling1DLayer(AveragePooling1D{.pool_size = 3, .strides = 1}).spec().strides, Size1(1));
}

}  // namespace
}  // namespace cornu::support
