#pragma once
#include "cornu/kernels/group_norm.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Normalizes each sample over groups of its channels: y = gamma (x - mean) / sqrt(variance + epsilon) +
/// beta, with mean and population variance over a group's channels and all positions.
///
///   GroupNormalization{.groups = 8}      GroupNormalization{.groups = -1}  // each channel by itself
///
/// Input   (n, ..., channels)
/// Output  as the input
/// Weights gamma (channels), ones, if scale;  beta (channels), zeros, if center
/// Errors  ValueError: groups that are neither -1 nor positive, an axis that is the batch axis or beyond the
///         input, epsilon < 0.  ShapeError: channels that the groups do not divide.
/// Source  Keras 3 GroupNormalization (same names, defaults). Wu and He 2018.
struct GroupNormalization {
  Index groups = 32;      ///< groups of channels; 1: all together; -1: as many as channels
  Index axis = -1;        ///< axis of the channels
  float epsilon = 1e-3f;  ///< added to the variance
  bool center = true;     ///< whether beta is added
  bool scale = true;      ///< whether gamma multiplies
  Initializer beta_initializer = Zeros{};
  Initializer gamma_initializer = Ones{};
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "GroupNormalization";
  static void fields(auto& self, auto&& visit) {
    visit("groups", self.groups);
    visit("axis", self.axis);
    visit("epsilon", self.epsilon);
    visit("center", self.center);
    visit("scale", self.scale);
    visit("beta_initializer", self.beta_initializer);
    visit("gamma_initializer", self.gamma_initializer);
    visit("beta_regularizer", self.beta_regularizer);
    visit("gamma_regularizer", self.gamma_regularizer);
    visit("beta_constraint", self.beta_constraint);
    visit("gamma_constraint", self.gamma_constraint);
  }
};

class GroupNormalizationLayer final : public LayerOf<GroupNormalization, GroupNormalizationLayer> {
 public:
  explicit GroupNormalizationLayer(GroupNormalization spec);

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override;
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = true, .output = false}; }
  /// Mean and inverse deviation of each group.
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return 2 * samples * extents(inputs[0].with_front(samples)).groups * value_size;
  }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return kernels::group_norm_scratch(extents(inputs[0].with_front(samples)));
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::group_norm<T>(extents(c.x[0].shape), c.x[0], T(spec_.epsilon), gamma<T>(c.weights),
                           spec_.center ? View<const T>(c.weights[beta_at()]) : View<const T>(), c.y[0],
                           c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    kernels::group_norm_grad<T>(extents(c.dy[0].shape), c.x[0], c.dy[0], c.template saved_as<T>(),
                                gamma<T>(c.weights), c.dx[0], spec_.scale ? c.dweights[0] : View<T>(),
                                spec_.center ? c.dweights[beta_at()] : View<T>(), c.scratch.data());
  }

 private:
  /// From a shape with the batch axis.
  kernels::GroupExtents extents(const Shape& x) const;
  std::size_t beta_at() const { return spec_.scale ? 1 : 0; }
  template <class T>
  View<const T> gamma(std::span<const View<T>> weights) const {
    return spec_.scale ? View<const T>(weights[0]) : View<const T>();
  }
};

std::unique_ptr<Layer> make_layer(GroupNormalization spec);

}  // namespace cornu
