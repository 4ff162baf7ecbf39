#pragma once
#include "cornu/kernels/conv.hpp"

namespace cornu::kernels::reference {

/// Visits every product of a depthwise convolution: visit(x position, kernel position, y position).
template <class Visit>
void for_each_depthwise_product(const ConvGeometry& g, Index n, const Visit& visit) {
  const Index multiplier = g.out_c / g.in_c;
  for (Index i = 0; i < n; ++i)
    for (Index y = 0; y < g.out_h; ++y)
      for (Index x = 0; x < g.out_w; ++x)
        for (Index ky = 0; ky < g.kernel_h; ++ky)
          for (Index kx = 0; kx < g.kernel_w; ++kx) {
            const Index row = y * g.stride_h + ky * g.dilation_h - g.pad_top;
            const Index col = x * g.stride_w + kx * g.dilation_w - g.pad_left;
            if (row < 0 || row >= g.in_h || col < 0 || col >= g.in_w) continue;  // a zero of the padding
            for (Index o = 0; o < g.out_c; ++o)
              visit(((i * g.in_h + row) * g.in_w + col) * g.in_c + o / multiplier,
                    (ky * g.kernel_w + kx) * g.out_c + o, ((i * g.out_h + y) * g.out_w + x) * g.out_c + o);
          }
}

/// The slow twin of kernels::depthwise_conv2d.
template <class T>
void depthwise_conv2d(const ConvGeometry& g, View<const T> x, View<const T> kernel, View<const T> bias,
                      View<T> y, bool relu) {
  for (T& v : y) v = 0;
  for_each_depthwise_product(g, x.shape[0],
                             [&](Index ix, Index ik, Index iy) { y[iy] += x[ix] * kernel[ik]; });
  for (Index i = 0; i < y.size(); ++i) {
    if (bias) y[i] += bias[i % g.out_c];
    if (relu && y[i] < T(0)) y[i] = 0;
  }
}

/// The slow twin of kernels::depthwise_conv2d_dx.
template <class T>
void depthwise_conv2d_dx(const ConvGeometry& g, View<const T> dy, View<const T> kernel, View<T> dx) {
  for (T& v : dx) v = 0;
  for_each_depthwise_product(g, dx.shape[0],
                             [&](Index ix, Index ik, Index iy) { dx[ix] += dy[iy] * kernel[ik]; });
}

/// The slow twin of kernels::depthwise_conv2d_dkernel.
template <class T>
void depthwise_conv2d_dkernel(const ConvGeometry& g, View<const T> x, View<const T> dy, View<T> dkernel) {
  for_each_depthwise_product(g, x.shape[0],
                             [&](Index ix, Index ik, Index iy) { dkernel[ik] += x[ix] * dy[iy]; });
}

}  // namespace cornu::kernels::reference
