#include "cornu/layers/bidirectional.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/layers.hpp"
#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(BidirectionalLayer, MeetsTheContractAndKeras) {
  check_layer_cases<Bidirectional>({
      {.spec = {.layer = LSTM{.units = 2}}, .golden = "bidirectional_0"},
      {.spec = {.layer = GRU{.units = 4, .return_sequences = true}, .merge_mode = MergeMode::ave},
       .golden = "bidirectional_1"},
      {.spec = {.layer = SimpleRNN{.units = 4, .return_sequences = true}, .merge_mode = MergeMode::sum},
       .golden = "bidirectional_2"},
      {.spec = {.layer = LSTM{.units = 3, .return_sequences = true}}, .input = {4, 2}, .samples = 5},
      {.spec = {.layer = SimpleRNN{.units = 1}}, .input = {1, 1}, .samples = 1},
  });
}

TEST(BidirectionalLayer, EveryMergeMode) {
  check_layer_cases<Bidirectional>({
      {.spec = {.layer = GRU{.units = 3, .return_sequences = true}, .merge_mode = MergeMode::mul},
       .input = {4, 2}},
      {.spec = {.layer = GRU{.units = 3}, .merge_mode = MergeMode::mul}, .input = {4, 2}, .training = true},
      {.spec = {.layer = LSTM{.units = 3, .return_sequences = true}, .merge_mode = MergeMode::none},
       .input = {4, 2}},
      {.spec = {.layer = LSTM{.units = 3}, .merge_mode = MergeMode::none}, .input = {4, 2}},
      {.spec = {.layer = SimpleRNN{.units = 3},
                .merge_mode = MergeMode::none,
                .backward_layer = LayerHandle(GRU{.units = 2, .go_backwards = true})},
       .input = {4, 2}},
  });
}

TEST(BidirectionalLayer, StatesMasksAndDropout) {
  check_layer_cases<Bidirectional>({
      {.spec = {.layer = LSTM{.units = 3, .return_state = true}}, .input = {4, 2}},
      {.spec = {.layer = GRU{.units = 3, .return_sequences = true, .return_state = true},
                .merge_mode = MergeMode::none},
       .inputs = {{4, 2}, {3}, {3}}},
      {.spec = {.layer = LSTM{.units = 2, .return_sequences = true}},
       .inputs = {{4, 2}, {2}, {2}, {2}, {2}},
       .samples = 4,
       .masked = true},
      {.spec = {.layer = GRU{.units = 2}}, .input = {5, 2}, .samples = 4, .masked = true},
      {.spec = {.layer = LSTM{.units = 3, .dropout = 0.4f, .recurrent_dropout = 0.3f}},
       .input = {3, 6},
       .training = true,
       .random = true},
  });
}

TEST(BidirectionalLayer, BothDirectionsStartTheForgetGateAtOne) {
  const auto layer = make_layer(Bidirectional{.layer = LSTM{.units = 1}});
  layer->call_shapes({{3, 4}});
  layer->initialize({.seed = 1});
  EXPECT_THAT(layer->weight("forward_bias").to_vector(), ::testing::ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(layer->weight("backward_bias").to_vector(), ::testing::ElementsAre(0, 1, 0, 0));
  EXPECT_FALSE(same_bits(layer->weight("forward_kernel"), layer->weight("backward_kernel")));
}

TEST(BidirectionalLayer, Messages) {
  EXPECT_THAT(
      layer_error(Bidirectional{.layer = Dense{.units = 1}}),
      HasSubstr("ValueError: layer 'bidirectional' (Bidirectional): its layer is a Dense, which is not "
                "recurrent. Give LSTM"));
  EXPECT_THAT(layer_error(Bidirectional{.layer = LSTM{.units = 1, .go_backwards = true}}),
              HasSubstr("go_backwards is true in both layers"));
  EXPECT_THAT(
      layer_error(Bidirectional{.layer = LSTM{.units = 1, .return_sequences = true},
                                .backward_layer = LayerHandle(LSTM{.units = 1, .go_backwards = true})}),
      HasSubstr("return_sequences is true in its layer and false in its backward_layer"));
  EXPECT_THAT(
      layer_error(Bidirectional{.layer = LSTM{.units = 1},
                                .backward_layer = LayerHandle(LSTM{.units = 2, .go_backwards = true})},
                  {{3, 2}}),
      HasSubstr("the forward layer gives (batch, 1), the backward layer (batch, 2)"));
  EXPECT_THAT(layer_error(Bidirectional{.layer = LSTM{.units = 1}}, {{3, 2}, {1}}),
              HasSubstr("2 inputs were given; Bidirectional takes 1, or 5"));
  EXPECT_THAT(layer_error(Bidirectional{.layer = LSTM{.units = 1, .activity_regularizer = L2{.l2 = 0.1f}}}),
              HasSubstr("its LSTM has an activity_regularizer"));
}

}  // namespace
}  // namespace cornu::support
