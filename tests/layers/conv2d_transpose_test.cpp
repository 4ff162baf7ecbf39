#include "cornu/layers/conv2d_transpose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(Conv2DTransposeLayer, MeetsTheContractAndKeras) {
  check_layer_cases<Conv2DTranspose>({
      {.spec = {.filters = 5, .kernel_size = 2, .activation = relu}, .golden = "conv2d_transpose_0"},
      {.spec = {.filters = 3, .kernel_size = 3, .padding = same, .activation = relu},
       .golden = "conv2d_transpose_1"},
      {.spec = {.filters = 2, .kernel_size = 2, .strides = 2}, .golden = "conv2d_transpose_2"},
      {.spec = {.filters = 6, .kernel_size = 2, .padding = same, .activation = relu},
       .golden = "conv2d_transpose_3"},
      {.spec = {.filters = 1, .kernel_size = 1}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.filters = 3, .kernel_size = {2, 3}, .strides = {3, 2}}, .input = {3, 5, 2}},
      {.spec = {.filters = 4, .kernel_size = 3, .strides = 2, .padding = same, .activation = tanh},
       .input = {5, 4, 3},
       .training = true},
      {.spec = {.filters = 3, .kernel_size = 4, .strides = 2, .padding = same, .output_padding = {1, 2}},
       .input = {4, 3, 2}},
      {.spec = {.filters = 2, .kernel_size = 3, .strides = 2, .output_padding = 1, .use_bias = false},
       .input = {3, 4, 5}},
      {.spec = {.filters = 2, .kernel_size = 3, .dilation_rate = {2, 1}, .activation = silu},
       .input = {4, 3, 2}},
      {.spec = {.filters = 17, .kernel_size = 3, .strides = 2, .padding = same, .activation = relu},
       .input = {7, 9, 16},
       .samples = 2},
      {.spec = {.filters = 3, .kernel_size = 2, .activation = softmax}, .input = {2, 3, 2}, .training = true},
  });
}

TEST(Conv2DTransposeLayer, SizesAreKeras) {
  const auto size = [](Index input, Index kernel, Index strides, Padding padding, Index output_padding) {
    const auto layer = make_layer(Conv2DTranspose{.filters = 1,
                                                  .kernel_size = kernel,
                                                  .strides = strides,
                                                  .padding = padding,
                                                  .output_padding = output_padding});
    return layer->output_shapes({{input, input, 1}})[0][0];
  };
  EXPECT_EQ(size(5, 3, 2, Padding::valid, -1), 11);
  EXPECT_EQ(size(5, 2, 3, Padding::valid, -1), 15);
  EXPECT_EQ(size(5, 3, 2, Padding::valid, 1), 12);
  EXPECT_EQ(size(5, 3, 2, same, -1), 10);
  EXPECT_EQ(size(5, 3, 2, same, 0), 9);
  EXPECT_EQ(size(5, 3, 2, same, 1), 10);
}

TEST(Conv2DTransposeLayer, Messages) {
  EXPECT_THAT(message_of(Conv2DTranspose{.filters = 1, .kernel_size = {1, 0}}),
              HasSubstr("layer 'conv2d_transpose' (Conv2DTranspose): kernel_size is 0"));
  EXPECT_THAT(message_of(Conv2DTranspose{.filters = 1, .kernel_size = 1, .strides = 2, .dilation_rate = 2}),
              HasSubstr("strides and dilation_rate are both above 1"));
  EXPECT_THAT(message_of(Conv2DTranspose{.filters = 1, .kernel_size = 1}, {{28, 28}}),
              HasSubstr("input has 3 axes (batch, 28, 28); Conv2DTranspose takes 4"));
  EXPECT_THAT(
      message_of(Conv2DTranspose{.filters = 1, .kernel_size = 3, .output_padding = {0, -2}}, {{4, 4, 1}}),
      HasSubstr("output_padding is -2, with which an axis of 4"));
  EXPECT_THAT(
      message_of(Conv2DTranspose{.filters = 1, .kernel_size = 3, .output_padding = {1, 0}}, {{4, 4, 1}}),
      HasSubstr("output_padding is 1, with which an axis of 4 would become 7"));
}

}  // namespace
}  // namespace cornu::support
