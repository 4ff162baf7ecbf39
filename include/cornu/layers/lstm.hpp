#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/recurrent.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// Long short-term memory: gates i, f, o decide what enters the cell c, what stays and what is shown.
///
///   LSTM{.units = 50, .return_sequences = true}
///
/// Input   (n, steps, features), and perhaps the initial states h and c, each (n, units)
/// Output  (n, units), or (n, steps, units) with return_sequences; then h and c with return_state
/// Weights kernel (features, 4 units), glorot_uniform;  recurrent_kernel (units, 4 units), orthogonal;  bias
///         (4 units), zeros and ones for f;  columns are i, f, c, o
/// Errors  ShapeError: an input of another rank, states of another size.  ValueError: units < 1, a rate
///         outside 0 .. 1.
/// Cost    8 n steps units (features + units) flops; fused with tanh and sigmoid
/// Numerics one dropout mask for all gates of a sample, also with recurrent_dropout (Keras then draws four).
/// Source  Keras 3 LSTM. Hochreiter and Schmidhuber 1997.
struct LSTM {
  Required<Index> units;                              ///< numbers of the state, >= 1
  ActivationFunction activation = tanh;               ///< of the candidate and of the cell on its way out
  ActivationFunction recurrent_activation = sigmoid;  ///< of the gates
  bool use_bias = true;
  Initializer kernel_initializer = GlorotUniform{};
  Initializer recurrent_initializer = Orthogonal{};
  Initializer bias_initializer = Zeros{};
  bool unit_forget_bias = true;  ///< the bias of the forget gate starts at 1
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  float dropout = 0;                  ///< of the inputs, 0 .. 1: the same numbers at every step
  float recurrent_dropout = 0;        ///< of the state where the recurrent kernel multiplies it
  Seed seed = {};                     ///< of both, in place of the model's seed
  bool return_sequences = false;      ///< output every step, not the last alone
  bool return_state = false;          ///< further outputs: the last state
  bool go_backwards = false;          ///< from the last step to the first; the output stays in that order
  bool stateful = false;              ///< start from where the batch before has ended
  bool unroll = false;                ///< nothing changes: Keras' field
  bool zero_output_for_mask = false;  ///< masked steps give 0, not the output before
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "LSTM";
  static LSTM blank() { return {.units = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("units", self.units);
    visit("activation", self.activation);
    visit("recurrent_activation", self.recurrent_activation);
    visit("use_bias", self.use_bias);
    detail::visit_weight_fields(self, visit);
    visit("dropout", self.dropout);
    visit("recurrent_dropout", self.recurrent_dropout);
    visit("seed", self.seed);
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
struct CellsOf<LSTM> {
  static std::vector<CellOptions> of(const LSTM& spec) {
    return {cell_options(spec, kernels::CellKind::lstm)};
  }
};
}  // namespace detail
using LSTMLayer = detail::RecurrentLayer<LSTM>;

std::unique_ptr<Layer> make_layer(LSTM spec);

}  // namespace cornu
