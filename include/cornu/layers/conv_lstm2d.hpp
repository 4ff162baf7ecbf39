#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/conv_window.hpp"
#include "cornu/layers/recurrent.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// LSTM over sequences of pictures: its products are convolutions.
///
///   ConvLSTM2D{.filters = 16, .kernel_size = 3, .padding = Padding::same, .return_sequences = true}
///
/// Input   (n, steps, height, width, channels), and perhaps the initial states h and c, each (n, height',
///         width', filters)
/// Output  (n, height', width', filters), or (n, steps, height', width', filters) with return_sequences; then
///         h and c with return_state. height' and width' as Conv2D's
/// Weights kernel (kernel_h, kernel_w, channels, 4 filters), glorot_uniform;  recurrent_kernel (kernel_h,
///         kernel_w, filters, 4 filters), orthogonal;  bias (4 filters), zeros and ones for f;  the last axis
///         is i, f, c, o. The convolution of the state has padding same and strides 1
/// Errors  as Conv2D;  ShapeError: states of another size.  ValueError: a rate outside 0 .. 1.
/// Numerics one dropout mask for all gates of a sample (Keras draws four).
/// Source  Keras 3 ConvLSTM2D. Shi et al. 2015.
struct ConvLSTM2D {
  Required<Index> filters;           ///< channels of the state, >= 1
  Size2 kernel_size;                 ///< window of both convolutions
  Size2 strides = 1;                 ///< of the convolution of the input
  Padding padding = Padding::valid;  ///< of the convolution of the input
  Size2 dilation_rate = 1;           ///< of the convolution of the input
  ActivationFunction activation = tanh;
  ActivationFunction recurrent_activation = sigmoid;
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
  float recurrent_dropout = 0;        ///< of the state where it is convolved
  Seed seed = {};                     ///< of both, in place of the model's seed
  bool return_sequences = false;      ///< output every step, not the last alone
  bool return_state = false;          ///< further outputs: the last state
  bool go_backwards = false;          ///< from the last step to the first; the output stays in that order
  bool stateful = false;              ///< start from where the batch before has ended
  bool zero_output_for_mask = false;  ///< masked steps give 0, not the output before
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "ConvLSTM2D";
  static ConvLSTM2D blank() { return {.filters = 1, .kernel_size = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("filters", self.filters);
    visit("kernel_size", self.kernel_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
    visit("dilation_rate", self.dilation_rate);
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
    visit("zero_output_for_mask", self.zero_output_for_mask);
  }
};

class ConvLSTM2DLayer final : public LayerOf<ConvLSTM2D, ConvLSTM2DLayer>, public detail::RecurrentOptions {
 public:
  explicit ConvLSTM2DLayer(ConvLSTM2D spec);

  Shapes output_shapes(const Shapes& inputs) const override;
  void build(const Shapes& inputs) override;
  void finish_weights(std::span<Weight> weights) const override;
  void reset_states() override;
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override;
  Index scratch_values(const Shapes& inputs, Index samples) const override;
  Slicing slicing(const Shapes&, bool) const override { return Slicing::batch; }
  bool uses_masks() const override { return true; }
  MaskFlow mask_flow(std::size_t output) const override {
    return output == 0 && spec_.return_sequences ? MaskFlow::pass : MaskFlow::drop;
  }

  detail::SequenceOptions sequence() const override { return detail::sequence_options(spec_); }
  Index state_count() const override { return 2; }
  Shape output_of(const Shape& x) const override;
  std::shared_ptr<Layer> copy(const detail::SequenceOptions& options) const override;

  template <class T>
  void compute(const ForwardCall<T>& c) const;
  template <class T>
  void gradient(const BackwardCall<T>& c) const;

 private:
  struct Plan;
  template <class T>
  struct Memory;
  detail::ConvWindow window() const;
  /// Of one step of a sample: (height', width', filters).
  Shape state_of(const Shape& x) const;
  Plan plan(const Shape& x, Index samples) const;
  template <class T>
  Memory<T> memory(const Plan& plan, T* scratch) const;
  template <class T>
  void run(const ForwardCall<T>& c, T* kept) const;

  std::shared_ptr<detail::StateStore> store_;
};

std::unique_ptr<Layer> make_layer(ConvLSTM2D spec);

}  // namespace cornu
