#pragma once
#include "cornu/kernels/conv3d.hpp"

/// The slow twin of conv3d: one sum a number, read first.
namespace cornu::kernels::reference {

/// visit(x position, kernel position, y position) for every product of a 3D convolution of n volumes.
template <class Visit>
void each_product3d(const Conv3DGeometry& g, Index n, const Visit& visit) {
  const ConvGeometry& p = g.plane;
  const Index from = p.in_c / p.groups, to = p.out_c / p.groups;
  for (Index s = 0; s < n; ++s)
    for (Index od = 0; od < g.out_d; ++od)
      for (Index oh = 0; oh < p.out_h; ++oh)
        for (Index ow = 0; ow < p.out_w; ++ow)
          for (Index kd = 0; kd < g.kernel_d; ++kd)
            for (Index kh = 0; kh < p.kernel_h; ++kh)
              for (Index kw = 0; kw < p.kernel_w; ++kw) {
                const Index d = od * g.stride_d + kd * g.dilation_d - g.pad_front;
                const Index h = oh * p.stride_h + kh * p.dilation_h - p.pad_top;
                const Index w = ow * p.stride_w + kw * p.dilation_w - p.pad_left;
                if (d < 0 || d >= g.in_d || h < 0 || h >= p.in_h || w < 0 || w >= p.in_w) continue;
                const Index x = (((s * g.in_d + d) * p.in_h + h) * p.in_w + w) * p.in_c;
                const Index tap = ((kd * p.kernel_h + kh) * p.kernel_w + kw) * from;
                const Index y = (((s * g.out_d + od) * p.out_h + oh) * p.out_w + ow) * p.out_c;
                for (Index o = 0; o < p.out_c; ++o)
                  for (Index i = 0; i < from; ++i)
                    visit(x + o / to * from + i, (tap + i) * p.out_c + o, y + o);
              }
}

template <class T>
void conv3d(const Conv3DGeometry& g, View<const T> x, View<const T> kernel, View<const T> bias, View<T> y) {
  for (Index i = 0; i < y.size(); ++i) y[i] = bias ? bias[i % g.plane.out_c] : T(0);
  each_product3d(g, x.shape[0], [&](Index a, Index k, Index b) { y[b] += x[a] * kernel[k]; });
}
template <class T>
void conv3d_dx(const Conv3DGeometry& g, View<const T> dy, View<const T> kernel, View<T> dx) {
  for (T& v : dx) v = 0;
  each_product3d(g, dx.shape[0], [&](Index a, Index k, Index b) { dx[a] += dy[b] * kernel[k]; });
}
template <class T>
void conv3d_dkernel(const Conv3DGeometry& g, View<const T> x, View<const T> dy, View<T> dkernel) {
  each_product3d(g, x.shape[0], [&](Index a, Index k, Index b) { dkernel[k] += x[a] * dy[b]; });
}

}  // namespace cornu::kernels::reference
