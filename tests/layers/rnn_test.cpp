#include "cornu/layers/rnn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/lstm.hpp"
#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RNNLayer, MeetsTheContractAndKeras) {
  check_layer_cases<RNN>({
      {.spec = {.cell = StackedRNNCells{.cells = {LSTMCell{.units = 3}, LSTMCell{.units = 2}}},
                .return_sequences = true},
       .golden = "rnn_stacked_cells"},
      {.spec = {.cell = SimpleRNNCell{.units = 2}}, .input = {3, 2}},
      {.spec = {.cell = StackedRNNCells{.cells = {GRUCell{.units = 3}, SimpleRNNCell{.units = 4},
                                                  LSTMCell{.units = 2}}}},
       .input = {4, 2},
       .samples = 4},
      {.spec = {.cell = StackedRNNCells{.cells = {LSTMCell{.units = 2}, GRUCell{.units = 3}}},
                .return_sequences = true,
                .return_state = true,
                .go_backwards = true},
       .inputs = {{4, 2}, {2}, {2}, {3}}},
  });
}

TEST(RNNLayer, MasksAndDropout) {
  check_layer_cases<RNN>({
      {.spec = {.cell = StackedRNNCells{.cells = {LSTMCell{.units = 2}, GRUCell{.units = 3}}}},
       .input = {5, 2},
       .samples = 4,
       .masked = true},
      {.spec = {.cell = StackedRNNCells{.cells = {LSTMCell{.units = 2}, GRUCell{.units = 3}}},
                .return_sequences = true,
                .go_backwards = true},
       .input = {5, 2},
       .samples = 4,
       .masked = true},
      {.spec = {.cell = StackedRNNCells{.cells = {LSTMCell{.units = 3, .dropout = 0.3f},
                                                  GRUCell{.units = 3, .recurrent_dropout = 0.4f}}}},
       .input = {4, 5},
       .training = true,
       .random = true},
  });
}

TEST(RNNLayer, WeightsAreNamedByTheirCells) {
  const auto layer = make_layer(
      RNN{.cell = StackedRNNCells{.cells = {LSTMCell{.units = 1}, LSTMCell{.units = 1, .use_bias = false}}}});
  layer->call_shapes({{3, 4}});
  std::vector<std::string> names;
  for (const Weight& w : layer->weights()) names.push_back(w.name);
  EXPECT_THAT(names, ElementsAre("lstm_cell/kernel", "lstm_cell/recurrent_kernel", "lstm_cell/bias",
                                 "lstm_cell_1/kernel", "lstm_cell_1/recurrent_kernel"));
}

TEST(RNNLayer, OneCellIsItsLayer) {
  const auto layer = make_layer(RNN{.cell = LSTMCell{.units = 3}}), lstm = make_layer(LSTM{.units = 3});
  for (const auto& l : {layer.get(), lstm.get()}) {
    l->call_shapes({{4, 2}});
    l->initialize({.seed = 3});
  }
  const Tensor x({2, 4, 2}, 0.3f);
  EXPECT_TRUE(same_bits(testing::run_layer(*layer, {x}).y[0], testing::run_layer(*lstm, {x}).y[0]));
}

TEST(RNNLayer, Messages) {
  EXPECT_THAT(layer_error(RNN{.cell = GRUCell{.units = 0}}), HasSubstr("layer 'rnn' (RNN): units is 0"));
  EXPECT_THAT(layer_error(RNN{.cell = StackedRNNCells{}}), HasSubstr("its StackedRNNCells has no cells"));
  EXPECT_THAT(layer_error(RNN{.cell = StackedRNNCells{.cells = {StackedRNNCells::blank()}}}),
              HasSubstr("a StackedRNNCells is in a StackedRNNCells"));
  EXPECT_THAT(layer_error(RNN{.cell = LSTMCell{.units = 2}}, {{4, 2}, {2}}),
              HasSubstr("RNN takes 1, or 3 with its initial states"));
}

}  // namespace
}  // namespace cornu::support
