#pragma once
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cornu/kernels/rnn.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu::detail {

/// One cell of a recurrent layer with all that its fields say.
struct CellOptions {
  kernels::CellKind kind = kernels::CellKind::simple;
  Index units = 1;
  ActivationFunction activation = tanh, recurrent_activation = sigmoid;
  bool use_bias = true;
  bool unit_forget_bias = false;
  bool reset_after = false;
  float dropout = 0, recurrent_dropout = 0;
  Seed seed = {};
  Initializer kernel_initializer = {}, recurrent_initializer = {}, bias_initializer = {};
  Regularizer kernel_regularizer = {}, recurrent_regularizer = {}, bias_regularizer = {};
  Constraint kernel_constraint = {}, recurrent_constraint = {}, bias_constraint = {};
  std::string prefix = {};  ///< of the names of its weights

  /// Numbers of the state of a sample: 2 for LSTM (h, c), else 1.
  Index states() const { return kind == kernels::CellKind::lstm ? 2 : 1; }
  std::size_t weights() const { return use_bias ? 3 : 2; }
  Index gates() const { return kind == kernels::CellKind::lstm ? 4 : kind == kernels::CellKind::gru ? 3 : 1; }
  Shape bias_shape() const {
    return kind == kernels::CellKind::gru && reset_after ? Shape{2, 3 * units} : Shape{gates() * units};
  }
};

/// From an aggregate with Keras' fields of a cell: LSTM and LSTMCell have the same.
template <class Spec>
CellOptions cell_options(const Spec& s, kernels::CellKind kind) {
  CellOptions c{.kind = kind,
                .units = s.units,
                .activation = s.activation,
                .use_bias = s.use_bias,
                .dropout = s.dropout,
                .recurrent_dropout = s.recurrent_dropout,
                .seed = s.seed,
                .kernel_initializer = s.kernel_initializer,
                .recurrent_initializer = s.recurrent_initializer,
                .bias_initializer = s.bias_initializer,
                .kernel_regularizer = s.kernel_regularizer,
                .recurrent_regularizer = s.recurrent_regularizer,
                .bias_regularizer = s.bias_regularizer,
                .kernel_constraint = s.kernel_constraint,
                .recurrent_constraint = s.recurrent_constraint,
                .bias_constraint = s.bias_constraint};
  if constexpr (requires { s.recurrent_activation; }) c.recurrent_activation = s.recurrent_activation;
  if constexpr (requires { s.unit_forget_bias; }) c.unit_forget_bias = s.unit_forget_bias;
  if constexpr (requires { s.reset_after; }) c.reset_after = s.reset_after;
  return c;
}

/// What a recurrent layer does around its cells.
struct SequenceOptions {
  bool return_sequences = false, return_state = false, go_backwards = false, stateful = false;
  bool zero_output_for_mask = false;
};
template <class Spec>
SequenceOptions sequence_options(const Spec& s) {
  return {s.return_sequences, s.return_state, s.go_backwards, s.stateful, s.zero_output_for_mask};
}

template <class Spec>
void set_sequence_options(Spec& s, const SequenceOptions& options) {
  s.return_sequences = options.return_sequences, s.return_state = options.return_state;
  s.go_backwards = options.go_backwards, s.stateful = options.stateful;
  s.zero_output_for_mask = options.zero_output_for_mask;
}

/// What Bidirectional asks of a recurrent layer.
class RecurrentOptions {
 public:
  virtual ~RecurrentOptions() = default;
  virtual SequenceOptions sequence() const = 0;
  virtual Index state_count() const = 0;
  /// Of output 0 of a sample, for an input that output_shapes has accepted.
  virtual Shape output_of(const Shape& x) const = 0;
  /// A new layer as this one but for these options.
  virtual std::shared_ptr<Layer> copy(const SequenceOptions& options) const = 0;
};

/// The states that a stateful layer keeps from batch to batch; one batch at a time.
struct StateStore;

/// A recurrent layer at work: cells one after the other (one, but for RNN over stacked cells), each over all
/// steps. Cells in a stack are independent of each other's later steps, so running the second over the
/// sequence that the first has made is the same as running both step by step.
class Recurrent {
 public:
  /// Errors: ValueError for units < 1 or a rate outside 0 .. 1.
  Recurrent(const Layer& layer, std::vector<CellOptions> cells, const SequenceOptions& options);

  const std::vector<CellOptions>& cells() const { return cells_; }
  const SequenceOptions& options() const { return options_; }
  /// States of all cells in their order: h and c of an LSTM, h of others.
  Index states() const;
  Shapes output_shapes(const Layer& layer, const Shapes& inputs) const;
  Index saved_values(const Shapes& inputs, Index samples) const;
  Index scratch_values(const Shapes& inputs, Index samples) const;
  /// 1 for the forget gates of cells with unit_forget_bias.
  void set_forget_bias(std::span<Weight> weights) const;
  Shape output_of(const Shape& x) const {
    return options_.return_sequences ? Shape{x[0], cells_.back().units} : Shape{cells_.back().units};
  }
  void reset_states();

  template <class T>
  void compute(const Layer& layer, const ForwardCall<T>& c) const;
  template <class T>
  void gradient(const BackwardCall<T>& c) const;

 private:
  template <class T>
  void run(const ForwardCall<T>& c, T* kept) const;
  template <class T>
  struct Memory;
  template <class T>
  std::pair<Memory<T>, Index> memory(std::size_t cell, const Shape& x, Index samples, T* saved,
                                     T* scratch) const;
  kernels::RecurrentRun run_of(std::size_t cell, const Shape& x, Index samples) const;
  kernels::RecurrentCell kernel_cell(std::size_t cell, const Shape& x) const;

  std::vector<CellOptions> cells_;
  SequenceOptions options_;
  std::shared_ptr<StateStore> store_;  ///< null unless stateful
};

/// The cells that an aggregate asks for: of(spec). Each layer's header has its own.
template <class Spec>
struct CellsOf;

/// The class of LSTM, GRU, SimpleRNN and RNN.
template <class Spec>
class RecurrentLayer final : public LayerOf<Spec, RecurrentLayer<Spec>>, public RecurrentOptions {
 public:
  explicit RecurrentLayer(Spec spec)
      : LayerOf<Spec, RecurrentLayer>(std::move(spec)),
        engine_(*this, CellsOf<Spec>::of(this->spec_), sequence_options(this->spec_)) {}

  Shapes output_shapes(const Shapes& inputs) const override { return engine_.output_shapes(*this, inputs); }
  void build(const Shapes& inputs) override {
    Index features = inputs[0].back();
    for (const CellOptions& cell : engine_.cells()) {
      const Index columns = cell.gates() * cell.units;
      this->add_weight(cell.prefix + "kernel", {features, columns}, cell.kernel_initializer,
                       cell.kernel_regularizer, cell.kernel_constraint);
      this->add_weight(cell.prefix + "recurrent_kernel", {cell.units, columns}, cell.recurrent_initializer,
                       cell.recurrent_regularizer, cell.recurrent_constraint);
      if (cell.use_bias)
        this->add_weight(cell.prefix + "bias", cell.bias_shape(), cell.bias_initializer,
                         cell.bias_regularizer, cell.bias_constraint);
      features = cell.units;
    }
  }
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return engine_.saved_values(inputs, samples) * value_size;
  }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return engine_.scratch_values(inputs, samples);
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::batch; }
  void finish_weights(std::span<Weight> weights) const override { engine_.set_forget_bias(weights); }
  void reset_states() override { engine_.reset_states(); }
  SequenceOptions sequence() const override { return engine_.options(); }
  Index state_count() const override { return engine_.states(); }
  Shape output_of(const Shape& x) const override { return engine_.output_of(x); }
  std::shared_ptr<Layer> copy(const SequenceOptions& options) const override {
    Spec spec = this->spec_;
    set_sequence_options(spec, options);
    return std::make_shared<RecurrentLayer>(std::move(spec));
  }
  bool uses_masks() const override { return true; }
  MaskFlow mask_flow(std::size_t output) const override {
    return output == 0 && engine_.options().return_sequences ? MaskFlow::pass : MaskFlow::drop;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    engine_.compute(*this, c);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    engine_.gradient(c);
  }

 private:
  Recurrent engine_;
};

}  // namespace cornu::detail
