#pragma once
#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/window.hpp"
#include "cornu/layers/activated.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// 2D convolution of each channel by itself, with depth_multiplier kernels a channel.
///
///   DepthwiseConv2D{.kernel_size = 3, .depth_multiplier = 2, .activation = relu}
///
/// Input   (n, height, width, channels)
/// Output  (n, height', width', channels * depth_multiplier), sizes as Conv2D; channel c * depth_multiplier +
/// m
///         is channel c seen by its kernel m
/// Weights kernel (kernel_h, kernel_w, channels, depth_multiplier), glorot_uniform;
///         bias (channels * depth_multiplier), zeros
/// Errors  ShapeError: input not 4-D, empty output.  ValueError: kernel_size, strides, depth_multiplier or
///         dilation_rate < 1, strides and dilation_rate both above 1 (as Keras).
/// Cost    2 n height' width' kernel_h kernel_w channels depth_multiplier flops
/// Source  Keras 3 DepthwiseConv2D (same names, defaults, layout; strides may differ by axis).
struct DepthwiseConv2D {
  Size2 kernel_size;                 ///< window, e.g. 3 or {3, 5}
  Size2 strides = 1;                 ///< step of the window
  Padding padding = Padding::valid;  ///< valid or same
  Index depth_multiplier = 1;        ///< kernels a channel, >= 1
  Size2 dilation_rate = 1;           ///< distance of the window's samples
  ActivationFunction activation = linear;
  bool use_bias = true;
  Initializer depthwise_initializer = GlorotUniform{};
  Initializer bias_initializer = Zeros{};
  Regularizer depthwise_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint depthwise_constraint = {};
  Constraint bias_constraint = {};
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "DepthwiseConv2D";
  static DepthwiseConv2D blank() { return {.kernel_size = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("kernel_size", self.kernel_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
    visit("depth_multiplier", self.depth_multiplier);
    visit("dilation_rate", self.dilation_rate);
    visit("activation", self.activation);
    visit("use_bias", self.use_bias);
    visit("depthwise_initializer", self.depthwise_initializer);
    visit("bias_initializer", self.bias_initializer);
    visit("depthwise_regularizer", self.depthwise_regularizer);
    visit("bias_regularizer", self.bias_regularizer);
    visit("activity_regularizer", self.activity_regularizer);
    visit("depthwise_constraint", self.depthwise_constraint);
    visit("bias_constraint", self.bias_constraint);
  }
};

class DepthwiseConv2DLayer final : public LayerOf<DepthwiseConv2D, DepthwiseConv2DLayer> {
 public:
  explicit DepthwiseConv2DLayer(DepthwiseConv2D spec);

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override;
  BackwardNeeds backward_needs() const override {
    return {.input = true, .output = !spec_.activation.is_linear() && !spec_.activation.needs_input()};
  }
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return spec_.activation.needs_input() ? samples * output_shape(inputs[0]).count() * value_size : 0;
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }
  ActivationFn final_activation() const override { return spec_.activation.fn(); }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const bool fused_relu = spec_.activation.fn() == relu && !c.logits;
    kernels::depthwise_conv2d<T>(geometry(c.x[0].shape, c.y[0].shape), c.x[0], c.weights[0],
                                 spec_.use_bias ? View<const T>(c.weights[1]) : View<const T>(), c.y[0],
                                 fused_relu);
    if (!fused_relu) activated(c).forward(c.y[0], c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const View<T>& dy = c.dy[0];
    activated(c).backward(c.y[0], dy, c.template saved_as<T>());
    const auto g = geometry(c.x[0].shape, dy.shape);
    if (c.dweights[0]) kernels::depthwise_conv2d_dkernel<T>(g, c.x[0], dy, c.dweights[0]);
    if (spec_.use_bias && c.dweights[1]) kernels::add_column_sums<T>(dy, c.dweights[1]);
    if (c.dx[0]) kernels::depthwise_conv2d_dx<T>(g, dy, c.weights[0], c.dx[0]);
  }

 private:
  /// From shapes with the batch axis.
  kernels::ConvGeometry geometry(const Shape& x, const Shape& y) const;
  template <class T>
  detail::Activated activated(const Call<T>& c) const {
    return {spec_.activation, c.logits};
  }
};

std::unique_ptr<Layer> make_layer(DepthwiseConv2D spec);

}  // namespace cornu
