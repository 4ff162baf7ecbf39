#pragma once
#include <optional>

#include "cornu/layers/inner_layer.hpp"
#include "cornu/layers/recurrent.hpp"

namespace cornu {

/// How the outputs of the two directions become one; none: they stay two outputs.
enum class MergeMode { concat, sum, ave, mul, none };

/// A recurrent layer from the first step to the last and another one, with weights of its own, from the last
/// to the first.
///
///   Bidirectional{.layer = LSTM{.units = 64}}
///
/// Input   (n, steps, ...), and perhaps the initial states of the forward layer, then those of the backward
/// one Output  what both give, merged: concat along the last axis, sum, ave (their mean), mul; with none two
///         outputs. The backward layer's sequence is turned round to the order of the input. With
///         return_state then the states of the forward and of the backward layer
/// Weights those of the forward layer, named forward_..., then those of the backward layer, backward_...
/// Errors  ValueError: a layer that is not recurrent, two of one direction, or two that differ in
///         return_sequences, return_state or stateful.
/// Numerics masked steps of a sequence give 0 (zero_output_for_mask), as in Keras
/// Source  Keras 3 Bidirectional. Schuster and Paliwal 1997.
struct Bidirectional {
  LayerHandle layer;  ///< LSTM, GRU, SimpleRNN, RNN, ConvLSTM2D; copies of its options run, not itself
  MergeMode merge_mode = MergeMode::concat;
  std::optional<LayerHandle> backward_layer = {};  ///< by default as layer, with go_backwards
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "Bidirectional";
  static Bidirectional blank();
  static void fields(auto& self, auto&& visit) {
    visit("merge_mode", self.merge_mode);
    visit("layer", self.layer);
    visit("backward_layer", self.backward_layer);
  }
};

class BidirectionalLayer final : public LayerOf<Bidirectional, BidirectionalLayer> {
 public:
  explicit BidirectionalLayer(Bidirectional spec);

  Shapes output_shapes(const Shapes& inputs) const override;
  void build(const Shapes& inputs) override;
  void finish_weights(std::span<Weight> weights) const override;
  void reset_states() override;
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override;
  Index scratch_values(const Shapes& inputs, Index samples) const override;
  Slicing slicing(const Shapes& inputs, bool training) const override;
  bool uses_masks() const override { return true; }
  MaskFlow mask_flow(std::size_t output) const override;

  template <class T>
  void compute(const ForwardCall<T>& c) const;
  template <class T>
  void gradient(const BackwardCall<T>& c) const;

 private:
  template <class T>
  struct Memory;
  const Shapes& direction_inputs(const Shapes& inputs, bool backward) const;
  Index output_values(const Shapes& inputs, Index samples) const;
  template <class T>
  std::pair<Memory<T>, Index> memory(std::span<std::byte> saved, std::span<T> scratch, const Shapes& inputs,
                                     Index samples) const;

  detail::InnerLayer forward_, backward_;
  const detail::RecurrentOptions *forward_options_ = nullptr, *backward_options_ = nullptr;
  std::size_t states_ = 0;  ///< of one direction
  bool sequences_ = false, return_state_ = false;
};

std::unique_ptr<Layer> make_layer(Bidirectional spec);

}  // namespace cornu
