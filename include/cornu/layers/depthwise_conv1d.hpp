#pragma once
#include "cornu/layers/depthwise_conv_layer.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// 1D convolution of each channel by itself, with depth_multiplier kernels a channel.
///
///   DepthwiseConv1D{.kernel_size = 3, .depth_multiplier = 2, .activation = relu}
///
/// Input   (n, steps, channels)
/// Output  (n, steps', channels * depth_multiplier), sizes as Conv1D;
///         channel c * depth_multiplier + m is channel c seen by its kernel m
/// Weights kernel (kernel_size, channels, depth_multiplier), glorot_uniform;
///         bias (channels * depth_multiplier), zeros
/// Errors  ShapeError: input not 3-D, empty output.  ValueError: kernel_size, strides, depth_multiplier or
///         dilation_rate < 1, strides and dilation_rate both above 1 (as Keras).
/// Cost    2 n steps' kernel_size channels depth_multiplier flops
/// Source  Keras 3 DepthwiseConv1D (same names, defaults, layout).
struct DepthwiseConv1D {
  Size1 kernel_size;                 ///< steps of the window
  Size1 strides = 1;                 ///< step of the window
  Padding padding = Padding::valid;  ///< valid or same
  Index depth_multiplier = 1;        ///< kernels a channel, >= 1
  Size1 dilation_rate = 1;           ///< distance of the window's samples
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

  static constexpr std::string_view type = "DepthwiseConv1D";
  static DepthwiseConv1D blank() { return {.kernel_size = 1}; }
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

using DepthwiseConv1DLayer = detail::DepthwiseConvLayer<DepthwiseConv1D>;

std::unique_ptr<Layer> make_layer(DepthwiseConv1D spec);

}  // namespace cornu
