#pragma once
#include "cornu/layers/inner_layer.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Applies one layer to every step of a sequence.
///
///   TimeDistributed{.layer = Conv2D{.filters = 8, .kernel_size = 3}}
///
/// Input   (n, steps, ...)
/// Output  (n, steps, ...): what the layer gives for (...)
/// Weights those of the layer
/// Errors  ShapeError: an input without steps, or one whose steps the layer refuses.  ValueError: a model or
/// a
///         layer with several inputs or outputs as the layer.
/// Numerics the layer sees all steps of all samples as one batch: BatchNormalization takes its statistics
/// over
///          all of them, where Keras takes those of one step after the other.
/// Source  Keras 3 TimeDistributed.
struct TimeDistributed {
  LayerHandle layer;  ///< what is applied: any layer with one input and one output
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "TimeDistributed";
  static TimeDistributed blank();
  static void fields(auto& self, auto&& visit) { visit("layer", self.layer); }
};

class TimeDistributedLayer final : public LayerOf<TimeDistributed, TimeDistributedLayer> {
 public:
  explicit TimeDistributedLayer(TimeDistributed spec);

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override;
  void finish_weights(std::span<Weight> weights) const override;
  BackwardNeeds backward_needs() const override { return inner_.layer().backward_needs(); }
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override;
  Index scratch_values(const Shapes& inputs, Index samples) const override;
  Slicing slicing(const Shapes& inputs, bool training) const override;
  InPlace in_place(bool training) const override { return inner_.layer().in_place(training); }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }

  template <class T>
  void compute(const ForwardCall<T>& c) const;
  template <class T>
  void gradient(const BackwardCall<T>& c) const;

 private:
  detail::InnerLayer inner_;
};

std::unique_ptr<Layer> make_layer(TimeDistributed spec);

}  // namespace cornu
