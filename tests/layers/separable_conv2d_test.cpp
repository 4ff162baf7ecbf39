#include "cornu/layers/separable_conv2d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(SeparableConv2DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<SeparableConv2D>({
      {.spec = {.filters = 7, .kernel_size = 3, .activation = relu}, .golden = "separable_conv2d_0"},
      {.spec = {.filters = 7, .kernel_size = 3, .activation = relu}, .golden = "separable_conv2d_1"},
      {.spec = {.filters = 1, .kernel_size = 1}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.filters = 3, .kernel_size = {2, 3}, .strides = 2, .padding = same, .depth_multiplier = 2},
       .input = {5, 7, 3},
       .training = true},
      {.spec = {.filters = 4, .kernel_size = 3, .dilation_rate = {1, 2}, .activation = silu},
       .input = {5, 6, 2}},
      {.spec = {.filters = 17, .kernel_size = 3, .padding = same, .activation = tanh, .use_bias = false},
       .input = {6, 5, 16},
       .samples = 2},
      {.spec = {.filters = 3, .kernel_size = 2, .activation = softmax}, .input = {3, 3, 2}, .training = true},
  });
}

TEST(SeparableConv2DLayer, Messages) {
  EXPECT_THAT(message_of(SeparableConv2D{.filters = 1, .kernel_size = {1, 0}}),
              HasSubstr("layer 'separable_conv2d' (SeparableConv2D): kernel_size is 0"));
  EXPECT_THAT(message_of(SeparableConv2D{.filters = 1, .kernel_size = 1, .strides = 2, .dilation_rate = 2}),
              HasSubstr("strides and dilation_rate are both above 1"));
  EXPECT_THAT(message_of(SeparableConv2D{.filters = 1, .kernel_size = 1}, {{28, 28}}),
              HasSubstr("input has 3 axes (batch, 28, 28); SeparableConv2D takes 4"));
  EXPECT_THAT(message_of(SeparableConv2D{.filters = 1, .kernel_size = 5}, {{4, 4, 1}}),
              HasSubstr("kernel (5, 5) is larger than its input (4, 4) with padding=valid"));
}

}  // namespace
}  // namespace cornu::support
