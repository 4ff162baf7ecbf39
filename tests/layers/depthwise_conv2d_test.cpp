#include "cornu/layers/depthwise_conv2d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(DepthwiseConv2DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<DepthwiseConv2D>({
      {.spec = {.kernel_size = 2, .strides = 2, .padding = same, .depth_multiplier = 2},
       .golden = "depthwise_conv2d_0"},
      {.spec = {.kernel_size = 2, .strides = 2, .padding = same}, .golden = "depthwise_conv2d_1"},
      {.spec = {.kernel_size = 3, .depth_multiplier = 2}, .golden = "depthwise_conv2d_2"},
      {.spec = {.kernel_size = 1}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.kernel_size = 3, .padding = same, .activation = relu},
       .input = {5, 7, 17},
       .training = true},
      {.spec = {.kernel_size = {2, 3}, .strides = {1, 2}, .depth_multiplier = 3, .activation = tanh},
       .input = {4, 6, 2}},
      {.spec = {.kernel_size = 3, .padding = same, .dilation_rate = {2, 1}, .use_bias = false},
       .input = {7, 4, 3}},
      {.spec = {.kernel_size = 2, .strides = 3, .activation = gelu}, .input = {8, 7, 4}},
      {.spec = {.kernel_size = 3, .padding = same, .depth_multiplier = 2, .activation = softmax},
       .input = {3, 4, 2}},
      {.spec = {.kernel_size = 5, .strides = 2, .padding = same}, .input = {9, 8, 8}},
  });
}

TEST(DepthwiseConv2DLayer, Messages) {
  EXPECT_THAT(
      message_of(DepthwiseConv2D{.kernel_size = {0, 3}}),
      HasSubstr("layer 'depthwise_conv2d' (DepthwiseConv2D): kernel_size is 0; it must be at least 1."));
  EXPECT_THAT(message_of(DepthwiseConv2D{.kernel_size = 1, .strides = 0}), HasSubstr("strides is 0"));
  EXPECT_THAT(message_of(DepthwiseConv2D{.kernel_size = 1, .depth_multiplier = 0}),
              HasSubstr("depth_multiplier is 0"));
  EXPECT_THAT(message_of(DepthwiseConv2D{.kernel_size = 1, .dilation_rate = 0}),
              HasSubstr("dilation_rate is 0"));
  EXPECT_THAT(message_of(DepthwiseConv2D{.kernel_size = 1, .strides = 2, .dilation_rate = 2}),
              HasSubstr("strides and dilation_rate are both above 1"));
  EXPECT_THAT(message_of(DepthwiseConv2D{.kernel_size = 1}, {{28, 28}}),
              HasSubstr("input has 3 axes (batch, 28, 28); DepthwiseConv2D takes 4"));
  EXPECT_THAT(message_of(DepthwiseConv2D{.kernel_size = 5}, {{4, 4, 1}}),
              HasSubstr("kernel (5, 5) is larger than its input (4, 4) with padding=valid"));
  EXPECT_THAT(message_of(DepthwiseConv2D{.kernel_size = 1}, {{4, 4, 0}}), HasSubstr("has no channels"));
}

}  // namespace
}  // namespace cornu::support
