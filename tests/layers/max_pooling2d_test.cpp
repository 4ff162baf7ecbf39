#include "cornu/layers/max_pooling2d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(MaxPooling2DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<MaxPooling2D>({
      {.spec = {.pool_size = {3, 2}, .strides = 2}, .golden = "max_pooling2d_0"},
      {.spec = {.pool_size = 2, .strides = 2}, .golden = "max_pooling2d_1"},
      {.spec = {}, .golden = "max_pooling2d_2"},
      {.spec = {.pool_size = 3, .strides = 2}, .golden = "max_pooling2d_3"},
      {.spec = {.pool_size = 1}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {}, .input = {5, 7, 3}},
      {.spec = {.pool_size = 3, .padding = same}, .input = {7, 5, 2}, .training = true},
      {.spec = {.pool_size = {3, 2}, .strides = {2, 1}, .padding = same}, .input = {6, 5, 17}},
      {.spec = {.pool_size = 2, .strides = 3}, .input = {8, 9, 5}},
      {.spec = {.pool_size = {1, 4}, .strides = 1}, .input = {3, 9, 1}},
      {.spec = {.pool_size = 5, .strides = 1, .padding = same}, .input = {3, 3, 4}},
      {.spec = {.pool_size = 2}, .input = {24, 26, 32}, .samples = 2},
      {.spec = {.pool_size = {17, 16}, .strides = 1},
       .input = {18, 17, 2},
       .samples = 2},  // more than 256 cells
  });
}

TEST(MaxPooling2DLayer, Messages) {
  EXPECT_THAT(
      message_of(MaxPooling2D{.pool_size = {2, 0}}),
      HasSubstr("layer 'max_pooling2d' (MaxPooling2D): pool_size is (2, 0); both must be at least 1."));
  EXPECT_THAT(message_of(MaxPooling2D{.pool_size = 2, .strides = {-1, 2}}), HasSubstr("strides is (-1, 2)"));
  EXPECT_THAT(message_of(MaxPooling2D{.pool_size = 2}, {{28, 28}}),
              HasSubstr("input has 3 axes (batch, 28, 28); MaxPooling2D takes 4"));
  EXPECT_THAT(message_of(MaxPooling2D{.pool_size = {2, 5}}, {{4, 4, 1}}),
              HasSubstr("pool_size (2, 5) is larger than its input (4, 4) with padding=valid"));
  EXPECT_THAT(message_of(MaxPooling2D{.pool_size = 2}, {{4, 4, 1}, {4, 4, 1}}),
              HasSubstr("2 inputs were given"));
}

TEST(MaxPooling2DLayer, StridesFollowPoolSize) {
  EXPECT_EQ(MaxPooling2DLayer(MaxPooling2D{.pool_size = {2, 3}}).spec().strides, Size2(2, 3));
  EXPECT_EQ(MaxPooling2DLayer(MaxPooling2D{.pool_size = {2, 3}, .strides = 1}).spec().strides, Size2(1));
}

}  // namespace
}  // namespace cornu::support
