#include "cornu/layers/conv3d_transpose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(Conv3DTransposeLayer, MeetsTheContract) {
  check_layer_cases<Conv3DTranspose>({
      {.spec = {.filters = 1, .kernel_size = 1}, .input = {1, 1, 1, 1}, .samples = 1},
      {.spec = {.filters = 3, .kernel_size = {2, 3, 1}, .strides = {3, 2, 1}}, .input = {2, 3, 4, 2}},
      {.spec = {.filters = 2, .kernel_size = 3, .strides = 2, .padding = same, .activation = relu},
       .input = {3, 2, 2, 3},
       .training = true},
      {.spec = {.filters = 2,
                .kernel_size = 3,
                .strides = 2,
                .output_padding = {1, 0, 1},
                .activation = gelu,
                .use_bias = false},
       .input = {2, 3, 2, 2}},
      {.spec = {.filters = 2, .kernel_size = 2, .padding = same, .dilation_rate = {2, 1, 1}},
       .input = {3, 3, 2, 5}},
  });
}

TEST(Conv3DTransposeLayer, AlongTheDepthItIsConv1DTranspose) {
  const auto layer =
      make_layer(Conv3DTranspose{.filters = 1, .kernel_size = {3, 1, 1}, .strides = {2, 1, 1}});
  EXPECT_EQ(layer->call_shapes({{2, 1, 1, 1}}), (Shapes{{5, 1, 1, 1}}));
  layer->weight("kernel") = Tensor({3, 1, 1, 1, 1}, {1, 10, 100});
  layer->weight("bias") = Tensor::from({1000});
  const auto run = testing::run_layer(*layer, {Tensor({1, 2, 1, 1, 1}, {1, 2})});
  EXPECT_EQ(run.y[0].reshape({5}), Tensor::from({1001, 1010, 1102, 1020, 1200}));
}

TEST(Conv3DTransposeLayer, Messages) {
  EXPECT_THAT(message_of(Conv3DTranspose{.filters = 1, .kernel_size = {1, 0, 1}}),
              HasSubstr("layer 'conv3d_transpose' (Conv3DTranspose): kernel_size is (1, 0, 1)"));
  EXPECT_THAT(message_of(Conv3DTranspose{.filters = 1, .kernel_size = 1}, {{28, 28, 1}}),
              HasSubstr("input has 4 axes (batch, 28, 28, 1); Conv3DTranspose takes 5"));
  EXPECT_THAT(message_of(Conv3DTranspose{.filters = 1, .kernel_size = 1}, {{2, 0, 2, 1}}),
              HasSubstr("the input (batch, 2, 0, 2, 1) is empty"));
  EXPECT_THAT(
      message_of(Conv3DTranspose{.filters = 1, .kernel_size = 3, .output_padding = 1}, {{4, 4, 4, 1}}),
      HasSubstr("output_padding is 1, with which an axis of 4 would become 7"));
}

}  // namespace
}  // namespace cornu::support
