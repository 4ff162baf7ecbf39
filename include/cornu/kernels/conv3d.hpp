#pragma once
#include "cornu/kernels/conv.hpp"

namespace cornu::kernels {

/// Sizes of a 3D convolution over channels_last volumes: those of each plane, and those along the depth.
struct Conv3DGeometry {
  ConvGeometry plane;
  Index in_d, out_d;
  Index kernel_d, stride_d = 1, dilation_d = 1;
  Index pad_front = 0;
};

/// Values of T that each of the functions below takes as scratch, for n samples.
Index conv3d_scratch(const Conv3DGeometry& geometry, Index n);

/// 3D convolution (cross-correlation): y = x * kernel + bias, then relu when asked. It runs as a 2D
/// convolution whose channels are those of all the planes that an output plane sees.
///
/// x      (n, in_d, in_h, in_w, in_c)
/// kernel (kernel_d, kernel_h, kernel_w, in_c / groups, out_c)
/// bias   (out_c), or an empty view
/// y      (n, out_d, out_h, out_w, out_c)
/// Errors and numerics as conv2d.
template <class T>
void conv3d(const Conv3DGeometry& geometry, View<const T> x, View<const T> kernel, View<const T> bias,
            View<T> y, bool relu, T* scratch);
/// Gradient of conv3d towards its input; overwrites dx.
template <class T>
void conv3d_dx(const Conv3DGeometry& geometry, View<const T> dy, View<const T> kernel, View<T> dx,
               T* scratch);
/// Gradient of conv3d towards its kernel, added to dkernel.
template <class T>
void conv3d_dkernel(const Conv3DGeometry& geometry, View<const T> x, View<const T> dy, View<T> dkernel,
                    T* scratch);

}  // namespace cornu::kernels
