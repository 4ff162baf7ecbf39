#include "cornu/layers/average_pooling3d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(AveragePooling3DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<AveragePooling3D>({
      {.spec = {.pool_size = 2, .padding = same}, .golden = "average_pooling3d"},
      {.spec = {.pool_size = 1}, .input = {1, 1, 1, 1}, .samples = 1},
      {.spec = {.pool_size = 2}, .input = {5, 4, 3, 2}},
      {.spec = {.pool_size = {3, 2, 1}, .strides = {1, 2, 3}, .padding = same},
       .input = {4, 5, 4, 3},
       .training = true},
      {.spec = {.pool_size = 2, .strides = 3}, .input = {6, 5, 7, 1}},
      {.spec = {.pool_size = {2, 17, 16}, .strides = 1}, .input = {3, 18, 17, 2}, .samples = 2},
  });
}

TEST(AveragePooling3DLayer, Messages) {
  EXPECT_THAT(
      message_of(AveragePooling3D{.pool_size = {2, 0, 1}}),
      HasSubstr(
          "layer 'average_pooling3d' (AveragePooling3D): pool_size is (2, 0, 1); each must be at least 1."));
  EXPECT_THAT(message_of(AveragePooling3D{.pool_size = 2, .strides = {-1, 2, 2}}),
              HasSubstr("strides is (-1, 2, 2)"));
  EXPECT_THAT(message_of(AveragePooling3D{.pool_size = 2}, {{28, 28, 1}}),
              HasSubstr("input has 4 axes (batch, 28, 28, 1); AveragePooling3D takes 5"));
  EXPECT_THAT(message_of(AveragePooling3D{.pool_size = {2, 2, 5}}, {{4, 4, 4, 1}}),
              HasSubstr("pool_size (2, 2, 5) is larger than its input (4, 4, 4) with padding=valid"));
}

}  // namespace
}  // namespace cornu::support
