#include "cornu/layers/simple_rnn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(SimpleRNNLayer, MeetsTheContractAndKeras) {
  check_layer_cases<SimpleRNN>({
      {.spec = {.units = 6}, .golden = "simple_rnn_0"},
      {.spec = {.units = 5, .activation = relu, .return_sequences = true}, .golden = "simple_rnn_1"},
      {.spec = {.units = 3}, .golden = "simple_rnn_2"},
      {.spec = {.units = 1, .use_bias = false}, .input = {1, 1}, .samples = 1},
      {.spec = {.units = 7, .return_sequences = true, .go_backwards = true}, .input = {4, 3}, .samples = 5},
      {.spec = {.units = 4, .activation = gelu, .return_state = true}, .inputs = {{3, 2}, {4}}},
      {.spec = {.units = 5, .dropout = 0.4f, .recurrent_dropout = 0.2f},
       .input = {3, 6},
       .training = true,
       .random = true},
  });
}

TEST(SimpleRNNLayer, Masks) {
  check_layer_cases<SimpleRNN>({
      {.spec = {.units = 4}, .input = {5, 2}, .samples = 4, .masked = true},
      {.spec = {.units = 4, .return_sequences = true, .go_backwards = true}, .input = {5, 2}, .masked = true},
  });
}

TEST(SimpleRNNLayer, Messages) {
  EXPECT_THAT(layer_error(SimpleRNN{.units = 0}), HasSubstr("layer 'simple_rnn' (SimpleRNN): units is 0"));
}

}  // namespace
}  // namespace cornu::support
