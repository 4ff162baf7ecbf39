#pragma once
#include <string>
#include <vector>

#include "cornu/constraints/constraint.hpp"
#include "cornu/core/choice.hpp"
#include "cornu/core/required.hpp"
#include "cornu/initializers/initializer.hpp"
#include "cornu/kernels/activation_function.hpp"
#include "cornu/layers/weight_fields.hpp"
#include "cornu/regularizers/regularizer.hpp"

namespace cornu {

// The cells that RNN runs: options alone, which are those of the layers LSTM, GRU and SimpleRNN.

/// One step of LSTM, for RNN.
struct LSTMCell {
  Required<Index> units;
  ActivationFunction activation = tanh;
  ActivationFunction recurrent_activation = sigmoid;
  bool use_bias = true;
  Initializer kernel_initializer = GlorotUniform{};
  Initializer recurrent_initializer = Orthogonal{};
  Initializer bias_initializer = Zeros{};
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  float dropout = 0;            ///< of the inputs, 0 .. 1: the same numbers at every step
  float recurrent_dropout = 0;  ///< of the state where the recurrent kernel multiplies it
  Seed seed = {};
  std::string name = {};

  static constexpr std::string_view type = "LSTMCell";
  static LSTMCell blank() { return {.units = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("units", self.units);
    visit("activation", self.activation);
    visit("recurrent_activation", self.recurrent_activation);
    visit("use_bias", self.use_bias);
    detail::visit_weight_fields(self, visit);
    visit("dropout", self.dropout);
    visit("recurrent_dropout", self.recurrent_dropout);
    visit("seed", self.seed);
  }
};

/// One step of GRU, for RNN.
struct GRUCell {
  Required<Index> units;
  ActivationFunction activation = tanh;
  ActivationFunction recurrent_activation = sigmoid;
  bool use_bias = true;
  Initializer kernel_initializer = GlorotUniform{};
  Initializer recurrent_initializer = Orthogonal{};
  Initializer bias_initializer = Zeros{};
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  float dropout = 0;            ///< of the inputs, 0 .. 1: the same numbers at every step
  float recurrent_dropout = 0;  ///< of the state where the recurrent kernel multiplies it
  bool reset_after = true;
  Seed seed = {};
  std::string name = {};

  static constexpr std::string_view type = "GRUCell";
  static GRUCell blank() { return {.units = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("units", self.units);
    visit("activation", self.activation);
    visit("recurrent_activation", self.recurrent_activation);
    visit("use_bias", self.use_bias);
    detail::visit_weight_fields(self, visit);
    visit("dropout", self.dropout);
    visit("recurrent_dropout", self.recurrent_dropout);
    visit("reset_after", self.reset_after);
    visit("seed", self.seed);
  }
};

/// One step of SimpleRNN, for RNN.
struct SimpleRNNCell {
  Required<Index> units;
  ActivationFunction activation = tanh;
  bool use_bias = true;
  Initializer kernel_initializer = GlorotUniform{};
  Initializer recurrent_initializer = Orthogonal{};
  Initializer bias_initializer = Zeros{};
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  float dropout = 0;            ///< of the inputs, 0 .. 1: the same numbers at every step
  float recurrent_dropout = 0;  ///< of the state where the recurrent kernel multiplies it
  Seed seed = {};
  std::string name = {};

  static constexpr std::string_view type = "SimpleRNNCell";
  static SimpleRNNCell blank() { return {.units = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("units", self.units);
    visit("activation", self.activation);
    visit("use_bias", self.use_bias);
    detail::visit_weight_fields(self, visit);
    visit("dropout", self.dropout);
    visit("recurrent_dropout", self.recurrent_dropout);
    visit("seed", self.seed);
  }
};

struct StackedRNNCells;

/// Any of the cells; copies share it.
class CellHandle {
 public:
  using Types = detail::OneOf<LSTMCell, GRUCell, SimpleRNNCell, StackedRNNCells>;
  template <class T>
  requires(detail::Choice<Types>::holds<T>) CellHandle(const T& cell) : spec_(cell) {}

  const detail::Choice<Types>& spec() const { return spec_; }

 private:
  detail::Choice<Types> spec_;
};

/// Cells one on the other: each reads what the one before has made of the step.
///
///   RNN{.cell = StackedRNNCells{.cells = {LSTMCell{.units = 8}, GRUCell{.units = 4}}}}
///
/// Source  Keras 3 StackedRNNCells.
struct StackedRNNCells {
  std::vector<CellHandle> cells;  ///< at least one; no stacks in stacks
  std::string name = {};

  static constexpr std::string_view type = "StackedRNNCells";
  static StackedRNNCells blank() { return {.cells = {SimpleRNNCell{.units = 1}}}; }
  static void fields(auto& self, auto&& visit) { visit("cells", self.cells); }
};

}  // namespace cornu
