#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/conv_transpose_layer.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/volume_window.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// Transposed 3D convolution ("deconvolution"): the gradient of a convolution as a layer, which makes volumes
/// larger.
///
///   Conv3DTranspose{.filters = 16, .kernel_size = 3, .strides = 2, .padding = Padding::same}
///
/// Input   (n, depth, height, width, channels)
/// Output  (n, depth', height', width', filters), sizes as Conv2DTranspose
/// Weights kernel (kernel_d, kernel_h, kernel_w, filters, channels), glorot_uniform;  bias (filters), zeros
/// Errors  ShapeError: input not 5-D, an empty input.
///         ValueError: filters, kernel_size, strides or dilation_rate < 1, strides and dilation_rate both
///         above 1 (as Keras), padding causal, an output_padding that does not fit the strides.
/// Cost    2 n depth height width kernel_d kernel_h kernel_w channels filters flops
/// Source  Keras 3 Conv3DTranspose (same names, defaults, layout).
struct Conv3DTranspose {
  Required<Index> filters;           ///< output channels, >= 1
  Size3 kernel_size;                 ///< window, e.g. 3 or {1, 3, 3}
  Size3 strides = 1;                 ///< factor of enlargement
  Padding padding = Padding::valid;  ///< valid or same
  Size3 output_padding = -1;         ///< more output at the end; -1: Keras' None
  Size3 dilation_rate = 1;           ///< distance of the window's samples
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

  static constexpr std::string_view type = "Conv3DTranspose";
  static Conv3DTranspose blank() { return {.filters = 1, .kernel_size = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("filters", self.filters);
    visit("kernel_size", self.kernel_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
    visit("output_padding", self.output_padding);
    visit("dilation_rate", self.dilation_rate);
    visit("activation", self.activation);
    visit("use_bias", self.use_bias);
    detail::visit_weight_fields(self, visit);
  }
};

class Conv3DTransposeLayer final : public LayerOf<Conv3DTranspose, Conv3DTransposeLayer> {
 public:
  explicit Conv3DTransposeLayer(Conv3DTranspose spec) : LayerOf(std::move(spec)) {
    detail::check_at_least_1(*this, "filters", spec_.filters);
    window().check(*this);
  }

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override {
    const Size3& k = spec_.kernel_size;
    add_weight("kernel", {k.d, k.h, k.w, spec_.filters, inputs[0].back()}, spec_.kernel_initializer,
               spec_.kernel_regularizer, spec_.kernel_constraint);
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
    return kernels::conv3d_scratch(window().geometry(y, x, 1), samples);
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }
  ActivationFn final_activation() const override { return spec_.activation.fn(); }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const auto g = window().geometry(c.y[0].shape, c.x[0].shape, 1);
    kernels::conv3d_dx<T>(g, c.x[0], c.weights[0], c.y[0], c.scratch.data());
    if (spec_.use_bias || tail().fused_relu(c))
      kernels::add_bias<T>(tail().bias(c, 1), c.y[0], tail().fused_relu(c));
    tail().forward(c, c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const auto g = window().geometry(c.dy[0].shape, c.x[0].shape, 1);
    tail().backward(c, c.template saved_as<T>(), 1);
    if (c.dweights[0]) kernels::conv3d_dkernel<T>(g, c.dy[0], c.x[0], c.dweights[0], c.scratch.data());
    if (c.dx[0]) kernels::conv3d<T>(g, c.dy[0], c.weights[0], {}, c.dx[0], false, c.scratch.data());
  }

 private:
  detail::VolumeWindow window() const {
    return {"kernel_size", spec_.kernel_size, spec_.strides, spec_.dilation_rate, spec_.padding};
  }
  detail::ConvTail tail() const { return {spec_.activation, spec_.use_bias}; }
};

std::unique_ptr<Layer> make_layer(Conv3DTranspose spec);

}  // namespace cornu
