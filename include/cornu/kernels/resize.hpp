#pragma once
#include "cornu/core/view.hpp"
#include "cornu/kernels/interpolation.hpp"

namespace cornu::kernels {

/// x (n, h, w, channels) -> y (n, h factor_h, w factor_w, channels): each pixel becomes a block. The factors
/// follow from the shapes.
template <class T>
void upsample_nearest(View<const T> x, View<T> y);
/// dx = the sums of dy over each block.
template <class T>
void upsample_nearest_grad(View<const T> dy, View<T> dx);

/// x (n, h, w, channels) -> y (n, h', w', channels), any sizes. Output pixel i lies at
/// (i + 1/2) h / h' - 1/2; beyond the border the border's value counts.
/// Source  tf.image.resize, bilinear, half pixel centres, no antialiasing.
template <class T>
void resize_bilinear(View<const T> x, View<T> y);
/// The gradient of resize_bilinear, overwriting dx.
template <class T>
void resize_bilinear_grad(View<const T> dy, View<T> dx);

/// x (n, h, w, channels) -> y (n, h', w', channels), any sizes: output pixel i is input pixel
/// (i + 1/2) h / h', rounded down.
/// Source  tf.image.resize, nearest.
template <class T>
void resize_nearest(View<const T> x, View<T> y);
/// The gradient of resize_nearest, overwriting dx.
template <class T>
void resize_nearest_grad(View<const T> dy, View<T> dx);

}  // namespace cornu::kernels
