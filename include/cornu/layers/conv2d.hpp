#pragma once
#include "cornu/core/required.hpp"
#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/window.hpp"
#include "cornu/layers/activated.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// 2D convolution (cross-correlation) over channels_last images: y = activation(x * kernel + bias).
///
///   Conv2D{.filters = 32, .kernel_size = 3, .activation = relu}
///
/// Input   (n, height, width, channels)
/// Output  (n, height', width', filters);  valid: height' = (height - kernel_h) / strides_h + 1, rounded down
///                                         same:  height' = height / strides_h, rounded up
/// Weights kernel (kernel_h, kernel_w, channels / groups, filters), glorot_uniform;  bias (filters), zeros
/// Errors  ShapeError: input not 4-D, channels not divisible by groups, empty output.
///         ValueError: filters, kernel_size, strides, dilation_rate or groups < 1, filters not divisible by
///         groups, strides and dilation_rate both above 1 (as Keras).
/// Cost    2 n height' width' kernel_h kernel_w channels filters / groups flops
/// Source  Keras 3 Conv2D (same names, defaults, layout). im2col: Chellapilla, Puri, Simard 2006.
struct Conv2D {
  Required<Index> filters;           ///< output channels, >= 1
  Size2 kernel_size;                 ///< window, e.g. 3 or {3, 5}
  Size2 strides = 1;                 ///< step of the window
  Padding padding = Padding::valid;  ///< valid or same
  Size2 dilation_rate = 1;           ///< distance of the window's samples
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

  static constexpr std::string_view type = "Conv2D";
  static Conv2D blank() { return {.filters = 1, .kernel_size = 1}; }
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

class Conv2DLayer final : public LayerOf<Conv2D, Conv2DLayer> {
 public:
  explicit Conv2DLayer(Conv2D spec);

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override;
  BackwardNeeds backward_needs() const override {
    return {.input = true, .output = !spec_.activation.is_linear() && !spec_.activation.needs_input()};
  }
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return spec_.activation.needs_input() ? samples * output_shape(inputs[0]).count() * value_size : 0;
  }
  Slicing slicing(const Shapes& inputs, bool training) const override;
  Index scratch_values(const Shapes& inputs, Index samples) const override;
  ActivationFn final_activation() const override { return spec_.activation.fn(); }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const bool fused_relu = spec_.activation.fn() == relu && !c.logits;
    kernels::conv2d<T>(geometry(c.x[0].shape, c.y[0].shape), c.x[0], c.weights[0],
                       spec_.use_bias ? View<const T>(c.weights[1]) : View<const T>(), c.y[0], fused_relu,
                       c.scratch);
    if (!fused_relu) activated(c).forward(c.y[0], c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const View<T>& dy = c.dy[0];
    const auto g = geometry(c.x[0].shape, dy.shape);
    activated(c).backward(c.y[0], dy, c.template saved_as<T>());
    if (c.dweights[0]) kernels::conv2d_dkernel<T>(g, c.x[0], dy, c.dweights[0]);
    if (spec_.use_bias && c.dweights[1]) kernels::add_column_sums<T>(dy, c.dweights[1]);
    if (c.dx[0]) kernels::conv2d_dx<T>(g, dy, c.weights[0], c.dx[0], c.scratch);
  }

 private:
  /// From shapes with the batch axis.
  kernels::ConvGeometry geometry(const Shape& x, const Shape& y) const;
  template <class T>
  detail::Activated activated(const Call<T>& c) const {
    return {spec_.activation, c.logits};
  }
};

std::unique_ptr<Layer> make_layer(Conv2D spec);

}  // namespace cornu
