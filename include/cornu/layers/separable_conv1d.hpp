#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/separable_conv_layer.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// Depthwise separable 1D convolution: each channel is convolved by itself, then a convolution with a kernel
/// of 1 mixes the channels.
///
///   SeparableConv1D{.filters = 64, .kernel_size = 3, .padding = Padding::same, .activation = relu}
///
/// Input   (n, steps, channels)
/// Output  (n, steps', filters), sizes as Conv1D
/// Weights depthwise_kernel (kernel_size, channels, depth_multiplier), glorot_uniform;
///         pointwise_kernel (1, channels * depth_multiplier, filters), glorot_uniform;
///         bias (filters), zeros
/// Errors  ShapeError: input not 3-D, empty output.  ValueError: filters, kernel_size, strides,
///         depth_multiplier or dilation_rate < 1, strides and dilation_rate both above 1 (as Keras), padding
///         causal.
/// Cost    2 n steps' channels depth_multiplier (kernel_size + filters) flops
/// Source  Keras 3 SeparableConv1D (same names, defaults, layout). Chollet 2017, "Xception".
struct SeparableConv1D {
  Required<Index> filters;           ///< output channels, >= 1
  Size1 kernel_size;                 ///< window
  Size1 strides = 1;                 ///< step of the window
  Padding padding = Padding::valid;  ///< valid or same
  Size1 dilation_rate = 1;           ///< distance of the window's samples
  Index depth_multiplier = 1;        ///< depthwise kernels a channel, >= 1
  ActivationFunction activation = linear;
  bool use_bias = true;
  Initializer depthwise_initializer = GlorotUniform{};
  Initializer pointwise_initializer = GlorotUniform{};
  Initializer bias_initializer = Zeros{};
  Regularizer depthwise_regularizer = {};
  Regularizer pointwise_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint depthwise_constraint = {};
  Constraint pointwise_constraint = {};
  Constraint bias_constraint = {};
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "SeparableConv1D";
  static SeparableConv1D blank() { return {.filters = 1, .kernel_size = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("filters", self.filters);
    visit("kernel_size", self.kernel_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
    visit("dilation_rate", self.dilation_rate);
    visit("depth_multiplier", self.depth_multiplier);
    visit("activation", self.activation);
    visit("use_bias", self.use_bias);
    detail::visit_weight_fields(self, visit);
  }
};

using SeparableConv1DLayer = detail::SeparableConvLayer<SeparableConv1D>;

std::unique_ptr<Layer> make_layer(SeparableConv1D spec);

}  // namespace cornu
