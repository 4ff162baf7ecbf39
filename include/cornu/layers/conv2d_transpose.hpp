#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/conv_transpose_layer.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// Transposed 2D convolution ("deconvolution"): the gradient of a convolution as a layer, which makes
/// pictures larger.
///
///   Conv2DTranspose{.filters = 16, .kernel_size = 3, .strides = 2, .padding = Padding::same}
///
/// Input   (n, height, width, channels)
/// Output  (n, height', width', filters);  with reach = (kernel_size - 1) dilation_rate + 1
///         valid: height' = (height - 1) strides + reach + output_padding (left out: max(strides - reach, 0))
///         same:  height' = height strides, or (height - 1) strides + reach % 2 + output_padding
/// Weights kernel (kernel_h, kernel_w, filters, channels), glorot_uniform;  bias (filters), zeros
/// Errors  ShapeError: input not 4-D, an empty input.
///         ValueError: filters, kernel_size, strides or dilation_rate < 1, strides and dilation_rate both
///         above 1 (as Keras), padding causal, an output_padding that does not fit the strides.
/// Cost    2 n height width kernel_size^2 channels filters flops
/// Source  Keras 3 Conv2DTranspose (same names, defaults, layout). Zeiler et al. 2010.
struct Conv2DTranspose {
  Required<Index> filters;           ///< output channels, >= 1
  Size2 kernel_size;                 ///< window, e.g. 3 or {3, 5}
  Size2 strides = 1;                 ///< factor of enlargement
  Padding padding = Padding::valid;  ///< valid or same
  Size2 output_padding = -1;         ///< more output at the end; -1: Keras' None
  Size2 dilation_rate = 1;           ///< distance of the window's samples
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

  static constexpr std::string_view type = "Conv2DTranspose";
  static Conv2DTranspose blank() { return {.filters = 1, .kernel_size = 1}; }
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

using Conv2DTransposeLayer = detail::ConvTransposeLayer<Conv2DTranspose>;

std::unique_ptr<Layer> make_layer(Conv2DTranspose spec);

}  // namespace cornu
