#pragma once
#include "cornu/layers/conv_window.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu::detail {

/// DepthwiseConv1D and 2D.
template <class Spec>
class DepthwiseConvLayer final : public LayerOf<Spec, DepthwiseConvLayer<Spec>> {
  using Base = LayerOf<Spec, DepthwiseConvLayer<Spec>>;
  using Base::spec_;

 public:
  explicit DepthwiseConvLayer(Spec spec) : Base(std::move(spec)) {
    check_at_least_1(*this, "depth_multiplier", spec_.depth_multiplier);
    window().check(*this);
    check_not_causal(*this, spec_.padding);
  }

  Shape output_shape(const Shape& input) const {
    return window().output_shape(*this, input, input.empty() ? 0 : input.back() * spec_.depth_multiplier);
  }
  void build(const Shapes& inputs) override {
    const Index channels = inputs[0].back();
    this->add_weight("kernel", window().kernel_shape(channels, spec_.depth_multiplier),
                     spec_.depthwise_initializer, spec_.depthwise_regularizer, spec_.depthwise_constraint);
    if (spec_.use_bias)
      this->add_weight("bias", {channels * spec_.depth_multiplier}, spec_.bias_initializer,
                       spec_.bias_regularizer, spec_.bias_constraint);
  }
  BackwardNeeds backward_needs() const override { return tail().needs(); }
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return spec_.activation.needs_input() ? samples * output_shape(inputs[0]).count() * value_size : 0;
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }
  ActivationFn final_activation() const override { return spec_.activation.fn(); }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const auto g = window().geometry(c.x[0].shape, c.y[0].shape);
    kernels::depthwise_conv2d<T>(g, c.x[0], c.weights[0], tail().bias(c, 1), c.y[0], tail().fused_relu(c));
    tail().forward(c, c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const auto g = window().geometry(c.x[0].shape, c.dy[0].shape);
    tail().backward(c, c.template saved_as<T>(), 1);
    if (c.dweights[0]) kernels::depthwise_conv2d_dkernel<T>(g, c.x[0], c.dy[0], c.dweights[0]);
    if (c.dx[0]) kernels::depthwise_conv2d_dx<T>(g, c.dy[0], c.weights[0], c.dx[0]);
  }

 private:
  ConvWindow window() const { return {spec_.kernel_size, spec_.strides, spec_.dilation_rate, spec_.padding}; }
  ConvTail tail() const { return {spec_.activation, spec_.use_bias}; }
};

}  // namespace cornu::detail
