#pragma once
#include <span>

#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// Sizes of a 2D convolution over channels_last images. Where the window leaves the image it sees zeros;
/// pad_top and pad_left say how far it starts outside, bottom and right follow from the sizes.
struct ConvGeometry {
  Index in_h, in_w, in_c;
  Index out_h, out_w, out_c;
  Index kernel_h, kernel_w;
  Index stride_h = 1, stride_w = 1;
  Index dilation_h = 1, dilation_w = 1;
  Index pad_top = 0, pad_left = 0;
  /// Input channels and output channels are cut in as many parts, each convolved alone.
  Index groups = 1;
};

/// 2D convolution (cross-correlation): y = x * kernel + bias, then relu when asked.
///
/// x      (n, in_h, in_w, in_c)                          n may be 0
/// kernel (kernel_h, kernel_w, in_c / groups, out_c)
/// bias   (out_c), or an empty view
/// y      (n, out_h, out_w, out_c)
/// Errors   ValueError: an extent, stride or dilation < 1, channels not divisible by groups.
///          ShapeError: a view whose size does not follow from the geometry.
/// workspace  conv2d_workspace(geometry) numbers of unspecified content, or fewer: then Winograd's algorithm
/// is
///          not used
/// Cost     2 n out_h out_w kernel_h kernel_w in_c out_c / groups flops, a quarter of it by Winograd's
///          algorithm; at most 4.5 MiB of scratch a thread.
/// Numerics bits depend on neither threads nor n: a batch in slices gives the bits of the whole.
///          3 x 3 and 4 x 4 kernels of stride 1 with enough channels run by Winograd's algorithm where
///          math_mode() is fast: error below 1e-5 of the largest value.
/// Source   Keras 3 Conv2D. Implicit im2col: Chellapilla, Puri, Simard 2006. Winograd: Lavin and Gray 2016.
template <class T>
void conv2d(const ConvGeometry& geometry, View<const T> x, View<const T> kernel, View<const T> bias,
            View<T> y, bool relu, std::span<T> workspace = {});

/// Numbers of workspace that conv2d and conv2d_dx make use of for this geometry.
Index conv2d_workspace(const ConvGeometry& geometry);

/// Gradient of conv2d towards its input; overwrites dx. Views, workspace, errors and numerics as conv2d.
template <class T>
void conv2d_dx(const ConvGeometry& geometry, View<const T> dy, View<const T> kernel, View<T> dx,
               std::span<T> workspace = {});

/// Gradient of conv2d towards its kernel, added to dkernel. Views and errors as conv2d.
/// Numerics bits do not depend on threads; the sum over the batch is taken image after image.
template <class T>
void conv2d_dkernel(const ConvGeometry& geometry, View<const T> x, View<const T> dy, View<T> dkernel);

/// Gradient of a bias: the sum of dy over all axes but the last, added to dbias (channels).
/// Errors  ShapeError: dbias has not dy's last extent.
template <class T>
void add_column_sums(View<const T> dy, View<T> dbias);

/// y += bias (channels; may be empty) in each row of channels, then relu when asked.
template <class T>
void add_bias(View<const T> bias, View<T> y, bool relu);

/// 2D depthwise convolution: each input channel has out_c / in_c kernels of its own.
///
/// x      (n, in_h, in_w, in_c)
/// kernel (kernel_h, kernel_w, in_c, multiplier), multiplier = out_c / in_c
/// bias   (out_c), or an empty view
/// y      (n, out_h, out_w, out_c); channel c * multiplier + m is channel c seen by its kernel m
/// Errors and numerics as conv2d; geometry.groups must be 1.  Source  Keras 3 DepthwiseConv2D.
template <class T>
void depthwise_conv2d(const ConvGeometry& geometry, View<const T> x, View<const T> kernel, View<const T> bias,
                      View<T> y, bool relu);

/// Gradient of depthwise_conv2d towards its input; overwrites dx.
template <class T>
void depthwise_conv2d_dx(const ConvGeometry& geometry, View<const T> dy, View<const T> kernel, View<T> dx);

/// Gradient of depthwise_conv2d towards its kernel, added to dkernel.
template <class T>
void depthwise_conv2d_dkernel(const ConvGeometry& geometry, View<const T> x, View<const T> dy,
                              View<T> dkernel);

}  // namespace cornu::kernels
