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

/// x (n, h, w, channels) -> y (n, h', w', channels), any sizes, with a filter: bicubic (4 x 4 pixels),
/// lanczos3 (6 x 6), lanczos5 (10 x 10). Pixels beyond the border do not count. No antialiasing. Numerics the
/// numbers of bicubic lie between the pixels in steps of 1 / 1024, as TensorFlow's. Source  tf.image.resize,
/// bicubic, lanczos3 and lanczos5, half pixel centres.
template <class T>
void resize_filtered(Interpolation filter, View<const T> x, View<T> y);
/// The gradient of resize_filtered, overwriting dx.
template <class T>
void resize_filtered_grad(Interpolation filter, View<const T> dy, View<T> dx);

}  // namespace cornu::kernels
