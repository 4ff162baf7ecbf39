#include "cornu/layers/conv3d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(Conv3DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<Conv3D>({
      {.spec = {.filters = 4, .kernel_size = {1, 2, 3}, .strides = 2, .activation = relu},
       .golden = "conv3d_0"},
      {.spec = {.filters = 3, .kernel_size = 2, .activation = relu}, .golden = "conv3d_1"},
      {.spec = {.filters = 1, .kernel_size = 1}, .input = {1, 1, 1, 1}, .samples = 1},
      {.spec = {.filters = 3, .kernel_size = {3, 2, 1}, .padding = same}, .input = {4, 3, 2, 2}},
      {.spec = {.filters = 2, .kernel_size = 3, .strides = {2, 1, 2}, .padding = same, .activation = gelu},
       .input = {5, 3, 4, 2},
       .training = true},
      {.spec = {.filters = 4, .kernel_size = 2, .dilation_rate = {2, 1, 1}, .groups = 2},
       .input = {5, 3, 2, 6}},
      {.spec = {.filters = 2, .kernel_size = {2, 1, 1}, .strides = 3, .use_bias = false},
       .input = {7, 4, 1, 3}},
      {.spec = {.filters = 3, .kernel_size = 2, .activation = softmax}, .input = {2, 3, 2, 2}},
      {.spec = {.filters = 17, .kernel_size = 3, .padding = same}, .input = {3, 4, 5, 8}, .samples = 2},
  });
}

TEST(Conv3DLayer, Messages) {
  EXPECT_THAT(message_of(Conv3D{.filters = 0, .kernel_size = 1}),
              HasSubstr("layer 'conv3d' (Conv3D): filters is 0; it must be at least 1"));
  EXPECT_THAT(message_of(Conv3D{.filters = 1, .kernel_size = {1, 0, 1}}),
              HasSubstr("kernel_size is (1, 0, 1); each must be at least 1"));
  EXPECT_THAT(message_of(Conv3D{.filters = 1, .kernel_size = 1, .strides = -1}),
              HasSubstr("strides is (-1, -1, -1)"));
  EXPECT_THAT(message_of(Conv3D{.filters = 1, .kernel_size = 1, .dilation_rate = 0}),
              HasSubstr("dilation_rate is (0, 0, 0)"));
  EXPECT_THAT(message_of(Conv3D{.filters = 3, .kernel_size = 1, .groups = 2}),
              HasSubstr("filters must be a multiple of groups"));
  EXPECT_THAT(message_of(Conv3D{.filters = 1, .kernel_size = 1, .strides = 2, .dilation_rate = 2}),
              HasSubstr("strides and dilation_rate are both above 1"));
  EXPECT_THAT(message_of(Conv3D{.filters = 1, .kernel_size = 1, .padding = Padding::causal}),
              HasSubstr("padding is causal, which only Conv1D takes"));
  EXPECT_THAT(message_of(Conv3D{.filters = 1, .kernel_size = 1}, {{28, 28, 1}}),
              HasSubstr("input has 4 axes (batch, 28, 28, 1); Conv3D takes 5: (batch, depth, height, width, "
                        "channels)"));
  EXPECT_THAT(message_of(Conv3D{.filters = 2, .kernel_size = 1, .groups = 2}, {{5, 5, 5, 3}}),
              HasSubstr("has 3 channels, which 2 groups do not divide"));
  EXPECT_THAT(message_of(Conv3D{.filters = 1, .kernel_size = {5, 1, 1}}, {{4, 4, 4, 1}}),
              HasSubstr("kernel_size (5, 1, 1) is larger than its input (4, 4, 4) with padding=valid"));
}

}  // namespace
}  // namespace cornu::support
