#include "cornu/layers/average_pooling2d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(AveragePooling2DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<AveragePooling2D>({
      {.spec = {.pool_size = 2, .padding = same}, .golden = "average_pooling2d_0"},
      {.spec = {.pool_size = 3, .strides = 2}, .golden = "average_pooling2d_1"},
      {.spec = {.pool_size = 3, .strides = 1, .padding = same}, .golden = "average_pooling2d_2"},
      {.spec = {.pool_size = 3}, .golden = "average_pooling2d_3"},
      {.spec = {.pool_size = 1}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.pool_size = 2}, .input = {5, 7, 3}},
      {.spec = {.pool_size = 3, .padding = same}, .input = {7, 5, 2}, .training = true},
      {.spec = {.pool_size = {3, 2}, .strides = {2, 1}, .padding = same}, .input = {6, 5, 17}},
      {.spec = {.pool_size = 2, .strides = 3}, .input = {8, 9, 5}},
      {.spec = {.pool_size = {1, 4}, .strides = 1}, .input = {3, 9, 1}},
      {.spec = {.pool_size = 5, .strides = 1, .padding = same}, .input = {3, 3, 4}},
      {.spec = {.pool_size = 2}, .input = {24, 26, 32}, .samples = 2},
  });
}

TEST(AveragePooling2DLayer, Messages) {
  EXPECT_THAT(
      message_of(AveragePooling2D{.pool_size = {2, 0}}),
      HasSubstr(
          "layer 'average_pooling2d' (AveragePooling2D): pool_size is (2, 0); both must be at least 1."));
  EXPECT_THAT(message_of(AveragePooling2D{.pool_size = 2, .strides = {-1, 2}}),
              HasSubstr("strides is (-1, 2)"));
  EXPECT_THAT(message_of(AveragePooling2D{.pool_size = 2}, {{28, 28}}),
              HasSubstr("input has 3 axes (batch, 28, 28); AveragePooling2D takes 4"));
  EXPECT_THAT(message_of(AveragePooling2D{.pool_size = {2, 5}}, {{4, 4, 1}}),
              HasSubstr("pool_size (2, 5) is larger than its input (4, 4) with padding=valid"));
  EXPECT_THAT(message_of(AveragePooling2D{.pool_size = 2}, {{4, 4, 1}, {4, 4, 1}}),
              HasSubstr("2 inputs were given"));
}

TEST(AveragePooling2DLayer, StridesFollowPoolSize) {
  EXPECT_EQ(AveragePooling2DLayer(AveragePooling2D{.pool_size = {2, 3}}).spec().strides, Size2(2, 3));
  EXPECT_EQ(AveragePooling2DLayer(AveragePooling2D{.pool_size = {2, 3}, .strides = 1}).spec().strides,
            Size2(1));
}

}  // namespace
}  // namespace cornu::support
