#pragma once
#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/window.hpp"
#include "cornu/layers/activated.hpp"
#include "cornu/layers/spatial.hpp"

namespace cornu::detail {

/// What the convolutions share: the window, its checks and the shapes that follow. A sequence is a picture of
/// height 1.
struct ConvWindow {
  Size2 kernel_size;
  Size2 strides;
  Size2 dilation_rate;
  Padding padding;
  int axes = 2;  ///< 1: sequences

  ConvWindow(Size2 kernel, Size2 stride, Size2 dilation, Padding pad)
      : kernel_size(kernel), strides(stride), dilation_rate(dilation), padding(pad) {}
  ConvWindow(Size1 kernel, Size1 stride, Size1 dilation, Padding pad)
      : kernel_size(as_picture(kernel)),
        strides(as_picture(stride)),
        dilation_rate(as_picture(dilation)),
        padding(pad),
        axes(1) {}

  /// Errors: ValueError: an extent, stride or dilation < 1, strides and dilation_rate both above 1 (as
  /// Keras).
  void check(const Layer& layer) const;
  /// Output of a convolution to so many channels. Errors: ShapeError: another number of axes, an empty
  /// output.
  Shape output_shape(const Layer& layer, const Shape& input, Index channels) const;
  /// Of a kernel from so many channels to so many.
  Shape kernel_shape(Index from, Index to) const;
  /// From the shapes of a convolution's input and output, with the batch axis.
  kernels::ConvGeometry geometry(const Shape& x, const Shape& y, Index groups = 1) const;
};

/// Errors: ValueError: groups < 1, or filters that are no multiple of groups.
void check_groups(const Layer& layer, Index groups, Index filters);
/// Errors: ShapeError: channels that the groups do not divide.
void check_channels(const Layer& layer, const Shape& input, Index groups);

/// Bias and activation after a convolution.
struct ConvTail {
  const ActivationFunction& activation;
  bool use_bias;

  BackwardNeeds needs() const {
    return {.input = true, .output = !activation.is_linear() && !activation.needs_input()};
  }
  template <class T>
  bool fused_relu(const Call<T>& c) const {
    return activation.fn() == relu && !c.logits;
  }
  /// The bias, which is weight `at`, or an empty view.
  template <class T>
  View<const T> bias(const Call<T>& c, std::size_t at) const {
    return use_bias ? View<const T>(c.weights[at]) : View<const T>();
  }
  /// After the kernel, which has done relu and the bias.
  template <class T>
  void forward(const ForwardCall<T>& c, T* saved) const {
    if (!fused_relu(c)) Activated{activation, c.logits}.forward(c.y[0], saved);
  }
  /// dy becomes the gradient of what the kernel computed; the bias, which is weight `at`, gets its own.
  template <class T>
  void backward(const BackwardCall<T>& c, const T* saved, std::size_t at) const {
    Activated{activation, c.logits}.backward(c.y[0], c.dy[0], saved);
    if (use_bias && c.dweights[at]) kernels::add_column_sums<T>(c.dy[0], c.dweights[at]);
  }
};

}  // namespace cornu::detail
