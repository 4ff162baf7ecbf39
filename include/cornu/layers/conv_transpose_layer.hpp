#pragma once
#include "cornu/layers/conv_window.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu::detail {

/// Extent that a transposed convolution gives one axis; output_padding of -1: Keras' None.
/// Source: Keras' _get_output_shape_given_tf_padding.
constexpr Index transposed_extent(Index input, Index window, Index stride, Index dilation, Padding padding,
                                  Index output_padding) {
  const Index reach = (window - 1) * dilation + 1;
  if (padding == Padding::valid)
    return (input - 1) * stride + reach +
           (output_padding >= 0 ? output_padding
            : stride > reach    ? stride - reach
                                : 0);
  return output_padding < 0 ? input * stride : (input - 1) * stride + reach % 2 + output_padding;
}

/// The same, checked. Errors: ValueError: an output_padding with which a convolution would not lead back to
/// the input.
Index checked_extent(const Layer& layer, Index input, Index window, Index stride, Index dilation,
                     Padding padding, Index output_padding);

/// Shape of a transposed convolution's output. Errors: ShapeError: another number of axes.
/// ValueError: an output_padding with which a convolution would not lead back to the input.
Shape transposed_shape(const Layer& layer, const ConvWindow& window, Size2 output_padding, const Shape& input,
                       Index filters);

/// Conv1DTranspose and Conv2DTranspose: forward is the input gradient of a convolution whose input is y.
template <class Spec>
class ConvTransposeLayer final : public LayerOf<Spec, ConvTransposeLayer<Spec>> {
  using Base = LayerOf<Spec, ConvTransposeLayer<Spec>>;
  using Base::spec_;

 public:
  explicit ConvTransposeLayer(Spec spec) : Base(std::move(spec)) {
    check_at_least_1(*this, "filters", spec_.filters);
    window().check(*this);
    check_not_causal(*this, spec_.padding);
  }

  Shape output_shape(const Shape& input) const {
    return transposed_shape(*this, window(), as_picture(spec_.output_padding), input, spec_.filters);
  }
  void build(const Shapes& inputs) override {
    this->add_weight("kernel", window().kernel_shape(spec_.filters, inputs[0].back()),
                     spec_.kernel_initializer, spec_.kernel_regularizer, spec_.kernel_constraint);
    if (spec_.use_bias)
      this->add_weight("bias", {spec_.filters}, spec_.bias_initializer, spec_.bias_regularizer,
                       spec_.bias_constraint);
  }
  BackwardNeeds backward_needs() const override { return tail().needs(); }
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return spec_.activation.needs_input() ? samples * output_shape(inputs[0]).count() * value_size : 0;
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }
  ActivationFn final_activation() const override { return spec_.activation.fn(); }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::conv2d_dx<T>(window().geometry(c.y[0].shape, c.x[0].shape), c.x[0], c.weights[0], c.y[0]);
    if (spec_.use_bias || tail().fused_relu(c))
      kernels::add_bias<T>(tail().bias(c, 1), c.y[0], tail().fused_relu(c));
    tail().forward(c, c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const auto g = window().geometry(c.dy[0].shape, c.x[0].shape);
    tail().backward(c, c.template saved_as<T>(), 1);
    if (c.dweights[0]) kernels::conv2d_dkernel<T>(g, c.dy[0], c.x[0], c.dweights[0]);
    if (c.dx[0]) kernels::conv2d<T>(g, c.dy[0], c.weights[0], {}, c.dx[0], false);
  }

 private:
  ConvWindow window() const { return {spec_.kernel_size, spec_.strides, spec_.dilation_rate, spec_.padding}; }
  ConvTail tail() const { return {spec_.activation, spec_.use_bias}; }
};

}  // namespace cornu::detail
