#pragma once
#include "cornu/kernels/rearrange.hpp"
#include "cornu/kernels/resize.hpp"
#include "cornu/layers/spatial.hpp"

namespace cornu::detail {

/// A small volume and a large one, by way of one that is deep as the large and has planes as the small. Seen
/// as pictures, the way from the small to the deep one changes the height only:
///   (n, depth, height width, channels) -> (n, depth', height width, channels)
/// and that from the deep to the large one runs plane by plane:
///   (n depth', height, width, channels) -> (n depth', height', width', channels)
template <class T>
struct DeepViews {
  Shape columns, deep_column_shape, deep_plane_shape, large_planes;
  T* deep;

  DeepViews(const Shape& small, const Shape& large, T* scratch)
      : columns{small[0], small[1], small[2] * small[3], small[4]},
        deep_column_shape{small[0], large[1], small[2] * small[3], small[4]},
        deep_plane_shape{small[0] * large[1], small[2], small[3], small[4]},
        large_planes{large[0] * large[1], large[2], large[3], large[4]},
        deep(scratch) {}
  View<T> deep_columns() const { return {deep, deep_column_shape}; }
  View<T> deep_planes() const { return {deep, deep_plane_shape}; }
};
/// Values of the deep volume of a sample, from shapes without the batch axis.
inline Index deep_count(const Shape& small, const Shape& large) {
  return large[0] * small[1] * small[2] * small[3];
}

/// x is put into y at (front, top, left), with zeros around.
template <class T>
void pad3d(View<const T> x, View<T> y, Index front, Index top, Index left, T* scratch) {
  const DeepViews<T> v(x.shape, y.shape, scratch);
  kernels::pad2d<T>(x.reshaped(v.columns), v.deep_columns(), front, 0);
  kernels::pad2d<T>(v.deep_planes(), y.reshaped(v.large_planes), top, left);
}
/// y = the part of x that starts at (front, top, left).
template <class T>
void crop3d(View<const T> x, View<T> y, Index front, Index top, Index left, T* scratch) {
  const DeepViews<T> v(y.shape, x.shape, scratch);
  kernels::crop2d<T>(x.reshaped(v.large_planes), v.deep_planes(), top, left);
  kernels::crop2d<T>(v.deep_columns(), y.reshaped(v.columns), front, 0);
}

}  // namespace cornu::detail
