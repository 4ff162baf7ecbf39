#include "cornu/layers/conv1d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same, causal = Padding::causal;

TEST(Conv1DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<Conv1D>({
      {.spec = {.filters = 5, .kernel_size = 4, .strides = 2, .activation = relu}, .golden = "conv1d_0"},
      {.spec = {.filters = 4, .kernel_size = 4, .strides = 2}, .golden = "conv1d_1"},
      {.spec = {.filters = 1, .kernel_size = 1, .padding = same, .activation = relu}, .golden = "conv1d_2"},
      {.spec = {.filters = 4, .kernel_size = 4, .strides = 2, .padding = same, .activation = relu},
       .golden = "conv1d_3"},
      {.spec = {.filters = 1, .kernel_size = 1}, .input = {1, 1}, .samples = 1},
      {.spec = {.filters = 3, .kernel_size = 3, .padding = causal}, .input = {7, 2}},
      {.spec = {.filters = 4, .kernel_size = 3, .strides = 2, .padding = causal, .activation = tanh},
       .input = {8, 3}},
      {.spec = {.filters = 17, .kernel_size = 2, .padding = causal, .dilation_rate = 3}, .input = {11, 5}},
      {.spec = {.filters = 6, .kernel_size = 3, .padding = same, .dilation_rate = 2, .groups = 3},
       .input = {9, 6},
       .training = true},
      {.spec = {.filters = 3, .kernel_size = 5, .activation = gelu, .use_bias = false}, .input = {13, 2}},
      {.spec = {.filters = 32, .kernel_size = 3, .padding = same, .activation = relu}, .input = {40, 16}},
      {.spec = {.filters = 3, .kernel_size = 2, .activation = softmax}, .input = {4, 2}, .training = true},
      {.spec = {.filters = 2, .kernel_size = 5, .padding = causal}, .input = {3, 2}},
  });
}

TEST(Conv1DLayer, CausalSeesNoLaterInput) {
  const auto layer = make_layer(Conv1D{.filters = 1, .kernel_size = 3, .padding = causal, .use_bias = false});
  layer->call_shapes({{5, 1}});
  layer->weight("kernel") = Tensor({3, 1, 1}, {1, 10, 100});
  const auto run = testing::run_layer(*layer, {Tensor({1, 5, 1}, {1, 2, 3, 4, 5})});
  EXPECT_EQ(run.y[0].reshape({5}), Tensor::from({100, 210, 321, 432, 543}));
}

TEST(Conv1DLayer, Messages) {
  EXPECT_THAT(message_of(Conv1D{.filters = 0, .kernel_size = 1}),
              HasSubstr("layer 'conv1d' (Conv1D): filters is 0; it must be at least 1"));
  EXPECT_THAT(message_of(Conv1D{.filters = 1, .kernel_size = 0}), HasSubstr("kernel_size is 0"));
  EXPECT_THAT(message_of(Conv1D{.filters = 1, .kernel_size = 1, .strides = 0}), HasSubstr("strides is 0"));
  EXPECT_THAT(message_of(Conv1D{.filters = 1, .kernel_size = 1, .dilation_rate = 0}),
              HasSubstr("dilation_rate is 0"));
  EXPECT_THAT(message_of(Conv1D{.filters = 1, .kernel_size = 1, .groups = 0}), HasSubstr("groups is 0"));
  EXPECT_THAT(message_of(Conv1D{.filters = 3, .kernel_size = 1, .groups = 2}),
              HasSubstr("filters is 3 and groups is 2; filters must be a multiple of groups"));
  EXPECT_THAT(message_of(Conv1D{.filters = 1, .kernel_size = 1, .strides = 2, .dilation_rate = 2}),
              HasSubstr("strides and dilation_rate are both above 1"));
  EXPECT_THAT(message_of(Conv1D{.filters = 1, .kernel_size = 1}, {{28}}),
              HasSubstr("input has 2 axes (batch, 28); Conv1D takes 3: (batch, steps, channels)"));
  EXPECT_THAT(message_of(Conv1D{.filters = 2, .kernel_size = 1, .groups = 2}, {{5, 3}}),
              HasSubstr("has 3 channels, which 2 groups do not divide"));
  EXPECT_THAT(message_of(Conv1D{.filters = 1, .kernel_size = 5}, {{4, 1}}),
              HasSubstr("kernel (5,) is larger than its input (4,) with padding=valid"));
  EXPECT_THAT(message_of(Conv1D{.filters = 1, .kernel_size = 1}, {{4, 0}}), HasSubstr("has no channels"));
}

}  // namespace
}  // namespace cornu::support
