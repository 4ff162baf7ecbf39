#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/conv_transpose_layer.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// Transposed 1D convolution ("deconvolution"): the gradient of a convolution as a layer, which makes
/// sequences longer.
///
///   Conv1DTranspose{.filters = 16, .kernel_size = 3, .strides = 2, .padding = Padding::same}
///
/// Input   (n, steps, channels)
/// Output  (n, steps', filters);  with reach = (kernel_size - 1) dilation_rate + 1
///         valid: steps' = (steps - 1) strides + reach + output_padding (left out: max(strides - reach, 0))
///         same:  steps' = steps strides, or (steps - 1) strides + reach % 2 + output_padding
/// Weights kernel (kernel_size, filters, channels), glorot_uniform;  bias (filters), zeros
/// Errors  ShapeError: input not 3-D, an empty input.
///         ValueError: filters, kernel_size, strides or dilation_rate < 1, strides and dilation_rate both
///         above 1 (as Keras), padding causal, an output_padding that does not fit the strides.
/// Cost    2 n steps kernel_size channels filters flops
/// Source  Keras 3 Conv1DTranspose (same names, defaults, layout). Zeiler et al. 2010.
struct Conv1DTranspose {
  Required<Index> filters;           ///< output channels, >= 1
  Size1 kernel_size;                 ///< window
  Size1 strides = 1;                 ///< factor of enlargement
  Padding padding = Padding::valid;  ///< valid or same
  Size1 output_padding = -1;         ///< more output at the end; -1: Keras' None
  Size1 dilation_rate = 1;           ///< distance of the window's samples
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

  static constexpr std::string_view type = "Conv1DTranspose";
  static Conv1DTranspose blank() { return {.filters = 1, .kernel_size = 1}; }
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

using Conv1DTransposeLayer = detail::ConvTransposeLayer<Conv1DTranspose>;

std::unique_ptr<Layer> make_layer(Conv1DTranspose spec);

}  // namespace cornu
