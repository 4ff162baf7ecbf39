#include "cornu/layers/separable_conv1d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(SeparableConv1DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<SeparableConv1D>({
      {.spec = {.filters = 7, .kernel_size = 3, .padding = same}, .golden = "separable_conv1d"},
      {.spec = {.filters = 1, .kernel_size = 1}, .input = {1, 1}, .samples = 1},
      {.spec = {.filters = 3, .kernel_size = 2, .strides = 2, .depth_multiplier = 2, .activation = gelu},
       .input = {7, 3}},
      {.spec = {.filters = 4, .kernel_size = 3, .dilation_rate = 2, .use_bias = false}, .input = {9, 17}},
  });
}

TEST(SeparableConv1DLayer, Messages) {
  EXPECT_THAT(message_of(SeparableConv1D{.filters = 0, .kernel_size = 1}),
              HasSubstr("layer 'separable_conv1d' (SeparableConv1D): filters is 0; it must be at least 1"));
  EXPECT_THAT(message_of(SeparableConv1D{.filters = 1, .kernel_size = 1, .depth_multiplier = 0}),
              HasSubstr("depth_multiplier is 0"));
  EXPECT_THAT(message_of(SeparableConv1D{.filters = 1, .kernel_size = 1, .padding = Padding::causal}),
              HasSubstr("padding is causal, which only Conv1D takes"));
  EXPECT_THAT(message_of(SeparableConv1D{.filters = 1, .kernel_size = 1}, {{4}}),
              HasSubstr("input has 2 axes (batch, 4); SeparableConv1D takes 3"));
}

}  // namespace
}  // namespace cornu::support
