#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/conv_window.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/volume_window.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// 3D convolution (cross-correlation) over volumes or videos: y = activation(x * kernel + bias).
///
///   Conv3D{.filters = 16, .kernel_size = 3, .activation = relu}
///
/// Input   (n, depth, height, width, channels)
/// Output  (n, depth', height', width', filters), sizes as Conv2D
/// Weights kernel (kernel_d, kernel_h, kernel_w, channels / groups, filters), glorot_uniform;
///         bias (filters), zeros
/// Errors  ShapeError: input not 5-D, channels not divisible by groups, empty output.
///         ValueError: filters, kernel_size, strides, dilation_rate or groups < 1, filters not divisible by
///         groups, strides and dilation_rate both above 1 (as Keras), padding causal.
/// Cost    2 n depth' height' width' kernel_d kernel_h kernel_w channels filters / groups flops; scratch of
///         depth' height width kernel_d channels numbers a sample
/// Source  Keras 3 Conv3D (same names, defaults, layout).
struct Conv3D {
  Required<Index> filters;           ///< output channels, >= 1
  Size3 kernel_size;                 ///< window, e.g. 3 or {1, 3, 3}
  Size3 strides = 1;                 ///< step of the window
  Padding padding = Padding::valid;  ///< valid or same
  Size3 dilation_rate = 1;           ///< distance of the window's samples
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

  static constexpr std::string_view type = "Conv3D";
  static Conv3D blank() { return {.filters = 1, .kernel_size = 1}; }
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

class Conv3DLayer final : public LayerOf<Conv3D, Conv3DLayer> {
 public:
  explicit Conv3DLayer(Conv3D spec) : LayerOf(std::move(spec)) {
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
    const Size3& k = spec_.kernel_size;
    add_weight("kernel", {k.d, k.h, k.w, inputs[0].back() / spec_.groups, spec_.filters},
               spec_.kernel_initializer, spec_.kernel_regularizer, spec_.kernel_constraint);
    if (spec_.use_bias)
      add_weight("bias", {spec_.filters}, spec_.bias_initializer, spec_.bias_regularizer,
                 spec_.bias_constraint);
  }
  BackwardNeeds backward_needs() const override { return tail().needs(); }
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return spec_.activation.needs_input() ? samples * output_shape(inputs[0]).count() * value_size : 0;
  }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    const Shape x = inputs[0].with_front(1), y = output_shape(inputs[0]).with_front(1);
    return kernels::conv3d_scratch(window().geometry(x, y, spec_.groups), samples);
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }
  ActivationFn final_activation() const override { return spec_.activation.fn(); }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const auto g = window().geometry(c.x[0].shape, c.y[0].shape, spec_.groups);
    kernels::conv3d<T>(g, c.x[0], c.weights[0], tail().bias(c, 1), c.y[0], tail().fused_relu(c),
                       c.scratch.data());
    tail().forward(c, c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const auto g = window().geometry(c.x[0].shape, c.dy[0].shape, spec_.groups);
    tail().backward(c, c.template saved_as<T>(), 1);
    if (c.dweights[0]) kernels::conv3d_dkernel<T>(g, c.x[0], c.dy[0], c.dweights[0], c.scratch.data());
    if (c.dx[0]) kernels::conv3d_dx<T>(g, c.dy[0], c.weights[0], c.dx[0], c.scratch.data());
  }

 private:
  detail::VolumeWindow window() const {
    return {"kernel_size", spec_.kernel_size, spec_.strides, spec_.dilation_rate, spec_.padding};
  }
  detail::ConvTail tail() const { return {spec_.activation, spec_.use_bias}; }
};

std::unique_ptr<Layer> make_layer(Conv3D spec);

}  // namespace cornu
