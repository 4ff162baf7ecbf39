#include "cornu/layers/conv1d_transpose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(Conv1DTransposeLayer, MeetsTheContractAndKeras) {
  check_layer_cases<Conv1DTranspose>({
      {.spec = {.filters = 5, .kernel_size = 3, .strides = 2}, .golden = "conv1d_transpose_0"},
      {.spec = {.filters = 1, .kernel_size = 1}, .input = {1, 1}, .samples = 1},
      {.spec = {.filters = 3, .kernel_size = 2, .strides = 3}, .input = {5, 2}},
      {.spec = {.filters = 4, .kernel_size = 4, .strides = 2, .padding = same, .activation = relu},
       .input = {7, 3},
       .training = true},
      {.spec = {.filters = 2, .kernel_size = 3, .padding = same, .dilation_rate = 2, .activation = gelu},
       .input = {6, 3}},
      {.spec = {.filters = 2, .kernel_size = 3, .strides = 3, .output_padding = 1, .use_bias = false},
       .input = {4, 17}},
  });
}

TEST(Conv1DTransposeLayer, Messages) {
  EXPECT_THAT(message_of(Conv1DTranspose{.filters = 0, .kernel_size = 1}),
              HasSubstr("layer 'conv1d_transpose' (Conv1DTranspose): filters is 0; it must be at least 1"));
  EXPECT_THAT(message_of(Conv1DTranspose{.filters = 1, .kernel_size = 1, .padding = Padding::causal}),
              HasSubstr("padding is causal, which only Conv1D takes"));
  EXPECT_THAT(message_of(Conv1DTranspose{.filters = 1, .kernel_size = 1}, {{4, 4, 1}}),
              HasSubstr("input has 4 axes (batch, 4, 4, 1); Conv1DTranspose takes 3"));
  EXPECT_THAT(message_of(Conv1DTranspose{.filters = 1, .kernel_size = 1}, {{0, 1}}),
              HasSubstr("the input (batch, 0, 1) is empty"));
  EXPECT_THAT(
      message_of(Conv1DTranspose{.filters = 1, .kernel_size = 3, .strides = 2, .output_padding = 2},
                 {{4, 1}}),
      HasSubstr("output_padding is 2, with which an axis of 4 would become 11; a convolution with strides 2 "
                "does not lead back from there. Use 0 .. 1"));
}

}  // namespace
}  // namespace cornu::support
