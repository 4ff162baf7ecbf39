#pragma once
#include "cornu/layers/conv_window.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu::detail {

/// SeparableConv1D and 2D: a depthwise convolution, then one with a kernel of 1.
template <class Spec>
class SeparableConvLayer final : public LayerOf<Spec, SeparableConvLayer<Spec>> {
  using Base = LayerOf<Spec, SeparableConvLayer<Spec>>;
  using Base::spec_;

 public:
  explicit SeparableConvLayer(Spec spec) : Base(std::move(spec)) {
    check_at_least_1(*this, "filters", spec_.filters);
    check_at_least_1(*this, "depth_multiplier", spec_.depth_multiplier);
    window().check(*this);
    check_not_causal(*this, spec_.padding);
  }

  Shape output_shape(const Shape& input) const { return window().output_shape(*this, input, spec_.filters); }
  void build(const Shapes& inputs) override {
    const Index channels = inputs[0].back(), middle = channels * spec_.depth_multiplier;
    this->add_weight("depthwise_kernel", window().kernel_shape(channels, spec_.depth_multiplier),
                     spec_.depthwise_initializer, spec_.depthwise_regularizer, spec_.depthwise_constraint);
    this->add_weight("pointwise_kernel", pointwise().kernel_shape(middle, spec_.filters),
                     spec_.pointwise_initializer, spec_.pointwise_regularizer, spec_.pointwise_constraint);
    if (spec_.use_bias)
      this->add_weight("bias", {spec_.filters}, spec_.bias_initializer, spec_.bias_regularizer,
                       spec_.bias_constraint);
  }
  BackwardNeeds backward_needs() const override { return tail().needs(); }
  /// What lies between the two convolutions, then what the activation saves.
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    const Index output = spec_.activation.needs_input() ? output_shape(inputs[0]).count() : 0;
    return samples * (middle_count(inputs[0]) + output) * value_size;
  }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return samples * middle_count(inputs[0]);
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }
  ActivationFn final_activation() const override { return spec_.activation.fn(); }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    T* const saved = c.template saved_as<T>();
    const View<T> middle(saved ? saved : c.scratch.data(), middle_shape(c.x[0].shape, c.y[0].shape));
    kernels::depthwise_conv2d<T>(window().geometry(c.x[0].shape, middle.shape), c.x[0], c.weights[0], {},
                                 middle, false);
    kernels::conv2d<T>(pointwise().geometry(middle.shape, c.y[0].shape), middle, c.weights[1],
                       tail().bias(c, 2), c.y[0], tail().fused_relu(c));
    tail().forward(c, saved ? saved + middle.size() : nullptr);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const Shape between = middle_shape(c.x[0].shape, c.dy[0].shape);
    const T* const saved = c.template saved_as<T>();
    const View<const T> middle(saved, between);
    const View<T> dmiddle(c.scratch.data(), between);
    tail().backward(c, saved + middle.size(), 2);
    const auto g = pointwise().geometry(between, c.dy[0].shape);
    if (c.dweights[1]) kernels::conv2d_dkernel<T>(g, middle, c.dy[0], c.dweights[1]);
    if (!c.dweights[0] && !c.dx[0]) return;
    kernels::conv2d_dx<T>(g, c.dy[0], c.weights[1], dmiddle);
    const auto depthwise = window().geometry(c.x[0].shape, between);
    if (c.dweights[0]) kernels::depthwise_conv2d_dkernel<T>(depthwise, c.x[0], dmiddle, c.dweights[0]);
    if (c.dx[0]) kernels::depthwise_conv2d_dx<T>(depthwise, dmiddle, c.weights[0], c.dx[0]);
  }

 private:
  ConvWindow window() const { return {spec_.kernel_size, spec_.strides, spec_.dilation_rate, spec_.padding}; }
  ConvWindow pointwise() const {
    ConvWindow one(Size2(1), Size2(1), Size2(1), Padding::valid);
    one.axes = window().axes;
    return one;
  }
  ConvTail tail() const { return {spec_.activation, spec_.use_bias}; }
  Index middle_count(const Shape& input) const {
    return output_shape(input).count() / spec_.filters * input.back() * spec_.depth_multiplier;
  }
  Shape middle_shape(const Shape& x, const Shape& y) const {
    return y.with_back(x.back() * spec_.depth_multiplier);
  }
};

}  // namespace cornu::detail
