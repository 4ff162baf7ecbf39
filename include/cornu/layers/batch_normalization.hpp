#pragma once
#include "cornu/kernels/batch_norm.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Normalizes each channel: y = gamma (x - mean) / sqrt(variance + epsilon) + beta. In training mean and
/// population variance are the batch's, and the moving ones follow them; in inference, and with trainable =
/// false, they are the moving ones.
///
///   BatchNormalization{}
///
/// Input   (n, ..., channels), or with the channels at `axis`
/// Output  as the input
/// Masks   in training the mean and variance are those of the steps that count; all steps are normalized
/// Weights gamma (channels), ones, if scale;  beta (channels), zeros, if center;
///         moving_mean (channels), zeros, and moving_variance (channels), ones: not trained, but
///         moving = moving * momentum + batch * (1 - momentum) in every step
/// Errors  ShapeError: an input without axes.  ValueError: axis is the batch axis or beyond the input,
/// momentum
///         outside 0 .. 1, epsilon < 0.
/// Numerics sums in pieces of fixed size, joined in a tree: the bits do not depend on threads, and a large
/// mean
///         does not cancel.
/// Source  Keras 3 BatchNormalization (same names, defaults, order). Ioffe, Szegedy 2015.
struct BatchNormalization {
  int axis = -1;           ///< the axis of the channels; 0 is the batch
  float momentum = 0.99f;  ///< how much of the moving statistics stays, 0 .. 1
  float epsilon = 1e-3f;   ///< added to the variance
  bool center = true;      ///< whether beta is added
  bool scale = true;       ///< whether gamma multiplies
  Initializer beta_initializer = Zeros{};
  Initializer gamma_initializer = Ones{};
  Initializer moving_mean_initializer = Zeros{};
  Initializer moving_variance_initializer = Ones{};
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  bool trainable = true;  ///< false: moving statistics also in training
  std::string name = {};

  static constexpr std::string_view type = "BatchNormalization";
  static void fields(auto& self, auto&& visit) {
    visit("axis", self.axis);
    visit("momentum", self.momentum);
    visit("epsilon", self.epsilon);
    visit("center", self.center);
    visit("scale", self.scale);
    visit("beta_initializer", self.beta_initializer);
    visit("gamma_initializer", self.gamma_initializer);
    visit("moving_mean_initializer", self.moving_mean_initializer);
    visit("moving_variance_initializer", self.moving_variance_initializer);
    visit("beta_regularizer", self.beta_regularizer);
    visit("gamma_regularizer", self.gamma_regularizer);
    visit("beta_constraint", self.beta_constraint);
    visit("gamma_constraint", self.gamma_constraint);
  }
};

class BatchNormalizationLayer final : public LayerOf<BatchNormalization, BatchNormalizationLayer> {
 public:
  explicit BatchNormalizationLayer(BatchNormalization spec);

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override;
  bool uses_masks() const override { return true; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = true, .output = false}; }
  /// Mean and inverse deviation of each channel.
  Index saved_bytes(const Shapes& inputs, Index, Index value_size) const override {
    return 2 * extents(inputs[0].with_front(1)).channels * value_size;
  }
  Index scratch_values(const Shapes& inputs, Index samples) const override;
  Slicing slicing(const Shapes&, bool training) const override {
    return training && trainable() ? Slicing::batch : Slicing::any;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const;
  template <class T>
  void gradient(const BackwardCall<T>& c) const;

 private:
  /// From a shape with the batch axis.
  kernels::ChannelExtents extents(const Shape& x) const;
  /// Position in the weights; gamma and beta exist only if scale and center say so.
  std::size_t gamma_at() const { return 0; }
  std::size_t beta_at() const { return spec_.scale ? 1 : 0; }
  std::size_t mean_at() const { return beta_at() + (spec_.center ? 1 : 0); }
  /// The mask, where there is one that has one number for each run of channels.
  template <class T>
  View<const T> mask(const Call<T>& c, const Shape& x) const {
    return c.mask(0) && c.masks[0].shape.rank() + 1 == x.rank() ? c.masks[0] : View<const T>();
  }
  /// scale = gamma * inverse.
  template <class T>
  void channel_scale(const Call<T>& c, View<const T> inverse, View<T> scale) const;
};

std::unique_ptr<Layer> make_layer(BatchNormalization spec);

}  // namespace cornu
