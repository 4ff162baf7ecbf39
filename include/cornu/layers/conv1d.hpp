#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/conv_window.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// 1D convolution (cross-correlation) over sequences: y = activation(x * kernel + bias).
///
///   Conv1D{.filters = 32, .kernel_size = 3, .padding = Padding::causal, .activation = relu}
///
/// Input   (n, steps, channels)
/// Output  (n, steps', filters);  valid: steps' = (steps - reach) / strides + 1, rounded down, where
///                                reach = (kernel_size - 1) dilation_rate + 1
///                                same, causal: steps' = steps / strides, rounded up
/// Weights kernel (kernel_size, channels / groups, filters), glorot_uniform;  bias (filters), zeros
/// Errors  ShapeError: input not 3-D, channels not divisible by groups, empty output.
///         ValueError: filters, kernel_size, strides, dilation_rate or groups < 1, filters not divisible by
///         groups, strides and dilation_rate both above 1 (as Keras).
/// Cost    2 n steps' kernel_size channels filters / groups flops
/// Source  Keras 3 Conv1D (same names, defaults, layout).
struct Conv1D {
  Required<Index> filters;           ///< output channels, >= 1
  Size1 kernel_size;                 ///< steps of the window
  Size1 strides = 1;                 ///< step of the window
  Padding padding = Padding::valid;  ///< valid, same or causal (an output sees no later input)
  Size1 dilation_rate = 1;           ///< distance of the window's samples
  Index groups = 1;                  ///< channels are cut into so many independent convolutions
  ActivationFunction activation = linear;
  bool use_bias = true;
  Initializer kernel_initializer = GlorotUniform{};
  Initializer bias_initializer = Zeros{};
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "Conv1D";
  static Conv1D blank() { return {.filters = 1, .kernel_size = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("filters", self.filters);
    visit("kernel_size", self.kernel_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
    visit("dilation_rate", self.dilation_rate);
    visit("groups", self.groups);
    visit("activation", self.activation);
    visit("use_bias", self.use_bias);
    detail::visit_weight_fields(self, visit);
  }
};

class Conv1DLayer final : public LayerOf<Conv1D, Conv1DLayer> {
 public:
  explicit Conv1DLayer(Conv1D spec) : LayerOf(std::move(spec)) {
    detail::check_at_least_1(*this, "filters", spec_.filters);
    window().check(*this);
    detail::check_groups(*this, spec_.groups, spec_.filters);
  }

  Shape output_shape(const Shape& input) const {
    const Shape output = window().output_shape(*this, input, spec_.filters);
    detail::check_channels(*this, input, spec_.groups);
    return output;
  }
  void build(const Shapes& inputs) override {
    add_weight("kernel", window().kernel_shape(inputs[0].back() / spec_.groups, spec_.filters),
               spec_.kernel_initializer, spec_.kernel_regularizer, spec_.kernel_constraint);
    if (spec_.use_bias)
      add_weight("bias", {spec_.filters}, spec_.bias_initializer, spec_.bias_regularizer,
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
    const auto g = window().geometry(c.x[0].shape, c.y[0].shape, spec_.groups);
    kernels::conv2d<T>(g, c.x[0], c.weights[0], tail().bias(c, 1), c.y[0], tail().fused_relu(c));
    tail().forward(c, c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const auto g = window().geometry(c.x[0].shape, c.dy[0].shape, spec_.groups);
    tail().backward(c, c.template saved_as<T>(), 1);
    if (c.dweights[0]) kernels::conv2d_dkernel<T>(g, c.x[0], c.dy[0], c.dweights[0]);
    if (c.dx[0]) kernels::conv2d_dx<T>(g, c.dy[0], c.weights[0], c.dx[0]);
  }

 private:
  detail::ConvWindow window() const {
    return {spec_.kernel_size, spec_.strides, spec_.dilation_rate, spec_.padding};
  }
  detail::ConvTail tail() const { return {spec_.activation, spec_.use_bias}; }
};

std::unique_ptr<Layer> make_layer(Conv1D spec);

}  // namespace cornu
