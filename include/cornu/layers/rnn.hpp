#pragma once
#include "cornu/layers/recurrent.hpp"
#include "cornu/layers/recurrent_cells.hpp"

namespace cornu {

/// A recurrent layer made from a cell, or from a stack of cells.
///
///   RNN{.cell = StackedRNNCells{.cells = {LSTMCell{.units = 8}, GRUCell{.units = 4}}}}
///
/// Input   (n, steps, features), and perhaps the initial states, each (n, units)
/// Output  (n, units of the last cell), or (n, steps, units) with return_sequences; then, with return_state,
///         the states of all cells: h and c of an LSTM cell, h of others
/// Weights those of the cells, one cell after the other; of several cells named "lstm_cell/kernel",
///         "lstm_cell_1/kernel" ...
/// Errors  ShapeError: an input of another rank, states of another size.  ValueError: units < 1, a stack
///         without cells or with a stack in it.
/// Source  Keras 3 RNN, for its own cells.
struct RNN {
  CellHandle cell;                    ///< LSTMCell, GRUCell, SimpleRNNCell or StackedRNNCells
  bool return_sequences = false;      ///< output every step, not the last alone
  bool return_state = false;          ///< further outputs: the last states
  bool go_backwards = false;          ///< from the last step to the first; the output stays in that order
  bool stateful = false;              ///< start from where the batch before has ended
  bool unroll = false;                ///< nothing changes: Keras' field
  bool zero_output_for_mask = false;  ///< masked steps give 0, not the output before
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "RNN";
  static RNN blank() { return {.cell = SimpleRNNCell{.units = 1}}; }
  static void fields(auto& self, auto&& visit) {
    visit("cell", self.cell);
    visit("return_sequences", self.return_sequences);
    visit("return_state", self.return_state);
    visit("go_backwards", self.go_backwards);
    visit("stateful", self.stateful);
    visit("unroll", self.unroll);
    visit("zero_output_for_mask", self.zero_output_for_mask);
  }
};

namespace detail {
template <>
struct CellsOf<RNN> {
  static std::vector<CellOptions> of(const RNN& spec);
};
}  // namespace detail
using RNNLayer = detail::RecurrentLayer<RNN>;

std::unique_ptr<Layer> make_layer(RNN spec);

}  // namespace cornu
