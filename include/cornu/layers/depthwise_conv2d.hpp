#pragma once
#include "cornu/layers/depthwise_conv_layer.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// 2D convolution of each channel by itself, with depth_multiplier kernels a channel.
///
///   DepthwiseConv2D{.kernel_size = 3, .depth_multiplier = 2, .activation = relu}
///
/// Input   (n, height, width, channels)
/// Output  (n, height', width', channels * depth_multiplier), sizes as Conv2D;
///         channel c * depth_multiplier + m is channel c seen by its kernel m
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
    detail::visit_weight_fields(self, visit);
  }
};

using DepthwiseConv2DLayer = detail::DepthwiseConvLayer<DepthwiseConv2D>;

std::unique_ptr<Layer> make_layer(DepthwiseConv2D spec);

}  // namespace cornu
