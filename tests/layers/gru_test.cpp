#include "cornu/layers/gru.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(GRULayer, MeetsTheContractAndKeras) {
  check_layer_cases<GRU>({
      {.spec = {.units = 2, .use_bias = false, .return_sequences = true}, .golden = "gru_0"},
      {.spec = {.units = 2, .return_sequences = true, .go_backwards = true, .reset_after = false},
       .golden = "gru_1"},
      {.spec = {.units = 4, .use_bias = false, .return_sequences = true}, .golden = "gru_2"},
      {.spec = {.units = 6, .use_bias = false, .return_sequences = true}, .golden = "gru_3"},
      {.spec = {.units = 1}, .input = {1, 1}, .samples = 1},
      {.spec = {.units = 8}, .input = {3, 2}, .samples = 2},
      {.spec = {.units = 9, .return_sequences = true}, .input = {4, 3}, .samples = 6, .training = true},
      {.spec = {.units = 17, .go_backwards = true}, .input = {5, 7}, .samples = 7},
      {.spec = {.units = 5, .use_bias = false, .reset_after = false}, .input = {3, 2}},
      {.spec = {.units = 4, .activation = gelu, .recurrent_activation = hard_sigmoid}, .input = {3, 2}},
      {.spec = {.units = 4, .activation = gelu, .recurrent_activation = silu, .reset_after = false},
       .input = {3, 2}},
  });
}

TEST(GRULayer, StatesAndDropout) {
  check_layer_cases<GRU>({
      {.spec = {.units = 4, .return_state = true}, .input = {3, 2}},
      {.spec = {.units = 9, .return_sequences = true, .return_state = true}, .inputs = {{3, 2}, {9}}},
      {.spec = {.units = 3, .return_state = true, .reset_after = false}, .inputs = {{3, 2}, {3}}},
      {.spec = {.units = 5, .dropout = 0.4f}, .input = {3, 6}, .training = true, .random = true},
      {.spec = {.units = 5, .recurrent_dropout = 0.4f}, .input = {3, 6}, .training = true, .random = true},
      {.spec = {.units = 5, .recurrent_dropout = 0.4f, .reset_after = false},
       .input = {3, 6},
       .training = true,
       .random = true},
  });
}

TEST(GRULayer, Masks) {
  check_layer_cases<GRU>({
      {.spec = {.units = 4}, .input = {5, 2}, .samples = 4, .masked = true},
      {.spec = {.units = 4, .return_sequences = true, .go_backwards = true}, .input = {5, 2}, .masked = true},
      {.spec = {.units = 4, .return_sequences = true, .reset_after = false}, .input = {5, 2}, .masked = true},
  });
}

TEST(GRULayer, Messages) {
  EXPECT_THAT(layer_error(GRU{.units = -1}), HasSubstr("ValueError: layer 'gru' (GRU): units is -1"));
  EXPECT_THAT(layer_error(GRU{.units = 3}, {{4, 2}, {4}}),
              HasSubstr("initial state 0 is (batch, 4); it must be (batch, 3)"));
}

}  // namespace
}  // namespace cornu::support
