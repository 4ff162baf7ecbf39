#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/recurrent.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// Gated recurrent unit: z decides how much of the state stays, r how much of it the new one sees.
///
///   GRU{.units = 32}
///
/// Input   (n, steps, features), and perhaps the initial state (n, units)
/// Output  (n, units), or (n, steps, units) with return_sequences; then the state with return_state
/// Weights kernel (features, 3 units), glorot_uniform;  recurrent_kernel (units, 3 units), orthogonal;  bias
///         (2, 3 units), zeros: of the input and of the state; without reset_after (3 units);  columns are
///         z, r, h
/// Errors  ShapeError: an input of another rank, a state of another size.  ValueError: units < 1, a rate
///         outside 0 .. 1.
/// Cost    6 n steps units (features + units) flops; fused with reset_after, tanh and sigmoid
/// Numerics one dropout mask for all gates of a sample, also with recurrent_dropout (Keras then draws three).
/// Source  Keras 3 GRU. Cho et al. 2014.
struct GRU {
  Required<Index> units;                              ///< numbers of the state, >= 1
  ActivationFunction activation = tanh;               ///< of the new state
  ActivationFunction recurrent_activation = sigmoid;  ///< of the gates
  bool use_bias = true;
  Initializer kernel_initializer = GlorotUniform{};
  Initializer recurrent_initializer = Orthogonal{};
  Initializer bias_initializer = Zeros{};
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
  bool reset_after = true;            ///< r multiplies after the product with the recurrent kernel
  bool zero_output_for_mask = false;  ///< masked steps give 0, not the output before
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "GRU";
  static GRU blank() { return {.units = 1}; }
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
    visit("reset_after", self.reset_after);
    visit("zero_output_for_mask", self.zero_output_for_mask);
  }
};

namespace detail {
template <>
struct CellsOf<GRU> {
  static std::vector<CellOptions> of(const GRU& spec) { return {cell_options(spec, kernels::CellKind::gru)}; }
};
}  // namespace detail
using GRULayer = detail::RecurrentLayer<GRU>;

std::unique_ptr<Layer> make_layer(GRU spec);

}  // namespace cornu
