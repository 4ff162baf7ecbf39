#include "cornu/layers/depthwise_conv1d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(DepthwiseConv1DLayer, MeetsTheContract) {
  check_layer_cases<DepthwiseConv1D>({
      {.spec = {.kernel_size = 1}, .input = {1, 1}, .samples = 1},
      {.spec = {.kernel_size = 3, .padding = same, .activation = relu}, .input = {7, 17}},
      {.spec = {.kernel_size = 2, .strides = 2, .depth_multiplier = 3, .activation = gelu},
       .input = {9, 2},
       .training = true},
      {.spec = {.kernel_size = 3, .dilation_rate = 2, .use_bias = false}, .input = {8, 5}},
  });
}

TEST(DepthwiseConv1DLayer, EachChannelByItself) {
  const auto layer = make_layer(DepthwiseConv1D{.kernel_size = 2, .use_bias = false});
  EXPECT_EQ(layer->call_shapes({{3, 2}}), (Shapes{{2, 2}}));
  layer->weight("kernel") = Tensor({2, 2, 1}, {1, 100, 10, 1000});
  const auto run = testing::run_layer(*layer, {Tensor({1, 3, 2}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(run.y[0].reshape({2, 2}), Tensor::from({{31, 4200}, {53, 6400}}));
}

TEST(DepthwiseConv1DLayer, Messages) {
  EXPECT_THAT(
      message_of(DepthwiseConv1D{.kernel_size = 0}),
      HasSubstr("layer 'depthwise_conv1d' (DepthwiseConv1D): kernel_size is 0; it must be at least 1"));
  EXPECT_THAT(message_of(DepthwiseConv1D{.kernel_size = 1, .depth_multiplier = 0}),
              HasSubstr("depth_multiplier is 0"));
  EXPECT_THAT(message_of(DepthwiseConv1D{.kernel_size = 1, .padding = Padding::causal}),
              HasSubstr("padding is causal, which only Conv1D takes"));
  EXPECT_THAT(message_of(DepthwiseConv1D{.kernel_size = 1}, {{4}}),
              HasSubstr("input has 2 axes (batch, 4); DepthwiseConv1D takes 3"));
}

}  // namespace
}  // namespace cornu::support
