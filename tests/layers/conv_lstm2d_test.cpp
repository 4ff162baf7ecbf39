#include "cornu/layers/conv_lstm2d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;
constexpr Padding same = Padding::same;

TEST(ConvLSTM2DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<ConvLSTM2D>({
      {.spec = {.filters = 3, .kernel_size = 3, .padding = same, .return_sequences = true},
       .golden = "conv_lstm2d"},
      {.spec = {.filters = 2, .kernel_size = {2, 3}}, .input = {3, 4, 5, 2}},
      {.spec = {.filters = 1, .kernel_size = 1, .use_bias = false}, .input = {1, 1, 1, 1}, .samples = 1},
      {.spec = {.filters = 2, .kernel_size = 3, .strides = 2, .padding = same, .go_backwards = true},
       .input = {2, 4, 3, 1},
       .training = true},
      {.spec = {.filters = 2, .kernel_size = 2, .activation = gelu, .recurrent_activation = hard_sigmoid},
       .input = {2, 3, 3, 2},
       .samples = 2},
  });
}

TEST(ConvLSTM2DLayer, StatesMasksAndDropout) {
  check_layer_cases<ConvLSTM2D>({
      {.spec = {.filters = 2, .kernel_size = 2, .return_sequences = true, .return_state = true},
       .inputs = {{2, 3, 3, 1}, {2, 2, 2}, {2, 2, 2}}},
      {.spec = {.filters = 2, .kernel_size = 2, .padding = same},
       .input = {4, 2, 2, 1},
       .samples = 4,
       .masked = true},
      {.spec = {.filters = 2, .kernel_size = 2, .padding = same, .dropout = 0.4f, .recurrent_dropout = 0.3f},
       .input = {3, 2, 3, 2},
       .training = true,
       .random = true},
  });
}

TEST(ConvLSTM2DLayer, Messages) {
  EXPECT_THAT(layer_error(ConvLSTM2D{.filters = 0, .kernel_size = 1}), HasSubstr("filters is 0"));
  EXPECT_THAT(layer_error(ConvLSTM2D{.filters = 1, .kernel_size = 3}, {{4, 4, 1}}),
              HasSubstr("ConvLSTM2D takes 5: (batch, steps, height, width, channels)"));
  EXPECT_THAT(layer_error(ConvLSTM2D{.filters = 1, .kernel_size = 1}, {{2, 4, 4, 1}, {4, 4, 1}, {4, 4, 2}}),
              HasSubstr("initial state 1 is (batch, 4, 4, 2); it must be (batch, 4, 4, 1)"));
}

}  // namespace
}  // namespace cornu::support
