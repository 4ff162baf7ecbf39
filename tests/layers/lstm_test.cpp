#include "cornu/layers/lstm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(LSTMLayer, MeetsTheContractAndKeras) {
  check_layer_cases<LSTM>({
      {.spec = {.units = 3, .recurrent_activation = hard_sigmoid, .return_sequences = true},
       .golden = "lstm_0"},
      {.spec = {.units = 3, .activation = relu, .use_bias = false}, .golden = "lstm_1"},
      {.spec = {.units = 2, .recurrent_activation = hard_sigmoid, .go_backwards = true}, .golden = "lstm_2"},
      {.spec = {.units = 5, .activation = relu, .use_bias = false, .return_sequences = true},
       .golden = "lstm_3"},
      {.spec = {.units = 1}, .input = {1, 1}, .samples = 1},
      {.spec = {.units = 8}, .input = {3, 2}, .samples = 2},
      {.spec = {.units = 9, .return_sequences = true}, .input = {4, 3}, .samples = 5, .training = true},
      {.spec = {.units = 17, .return_sequences = true, .go_backwards = true}, .input = {5, 7}, .samples = 7},
      {.spec = {.units = 16, .use_bias = false}, .input = {2, 16}, .samples = 13},
  });
}

TEST(LSTMLayer, StatesGoInAndOut) {
  check_layer_cases<LSTM>({
      {.spec = {.units = 4, .return_state = true}, .input = {3, 2}},
      {.spec = {.units = 9, .return_sequences = true}, .inputs = {{3, 2}, {9}, {9}}, .samples = 4},
      {.spec = {.units = 5, .return_sequences = true, .return_state = true, .go_backwards = true},
       .inputs = {{4, 2}, {5}, {5}}},
      {.spec = {.units = 3, .activation = gelu, .return_state = true}, .inputs = {{2, 2}, {3}, {3}}},
  });
}

TEST(LSTMLayer, OtherActivationsAndDropout) {
  check_layer_cases<LSTM>({
      {.spec = {.units = 4, .activation = gelu, .recurrent_activation = silu}, .input = {3, 2}},
      {.spec = {.units = 4, .activation = softmax}, .input = {3, 2}},
      {.spec = {.units = 5, .dropout = 0.4f}, .input = {3, 6}, .training = true, .random = true},
      {.spec = {.units = 5, .recurrent_dropout = 0.4f, .return_sequences = true},
       .input = {4, 3},
       .samples = 4,
       .training = true,
       .random = true},
      {.spec = {.units = 5, .dropout = 0.3f, .recurrent_dropout = 0.2f, .seed = 4}, .input = {3, 4}},
  });
}

TEST(LSTMLayer, Masks) {
  check_layer_cases<LSTM>({
      {.spec = {.units = 4}, .input = {5, 2}, .samples = 4, .masked = true},
      {.spec = {.units = 4, .return_sequences = true, .return_state = true}, .input = {5, 2}, .masked = true},
      {.spec = {.units = 3, .return_sequences = true, .go_backwards = true, .zero_output_for_mask = true},
       .inputs = {{6, 2}, {3}, {3}},
       .masked = true},
      {.spec = {.units = 3, .activation = relu, .zero_output_for_mask = true},
       .input = {6, 2},
       .masked = true},
  });
}

TEST(LSTMLayer, TheForgetGateStartsAtOne) {
  const auto layer = make_layer(LSTM{.units = 2, .bias_initializer = Constant{0.5f}});
  layer->call_shapes({{3, 4}});
  layer->initialize({.seed = 1});
  EXPECT_THAT(layer->weight("bias").to_vector(), ::testing::ElementsAre(.5f, .5f, 1, 1, .5f, .5f, .5f, .5f));
  const auto plain = make_layer(LSTM{.units = 1, .unit_forget_bias = false});
  plain->call_shapes({{3, 4}});
  plain->initialize({.seed = 1});
  EXPECT_THAT(plain->weight("bias").to_vector(), ::testing::Each(0.f));
}

TEST(LSTMLayer, Messages) {
  EXPECT_THAT(layer_error(LSTM{.units = 0}),
              HasSubstr("ValueError: layer 'lstm' (LSTM): units is 0; it must be"));
  EXPECT_THAT(layer_error(LSTM{.units = 1, .dropout = 1.5f}), HasSubstr("rate is 1.5"));
  EXPECT_THAT(layer_error(LSTM{.units = 1}, {{4}}),
              HasSubstr("ShapeError: layer 'lstm' (LSTM): input has 2 axes (batch, 4); LSTM takes 3: (batch, "
                        "steps, features)"));
  EXPECT_THAT(layer_error(LSTM{.units = 3}, {{4, 2}, {3}}),
              HasSubstr("2 inputs were given; LSTM takes 1, or 3 with its initial states"));
  EXPECT_THAT(layer_error(LSTM{.units = 3}, {{4, 2}, {3}, {2}}),
              HasSubstr("initial state 1 is (batch, 2); it must be (batch, 3)"));
}

}  // namespace
}  // namespace cornu::support
