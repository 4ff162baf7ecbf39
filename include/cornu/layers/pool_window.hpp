#pragma once
#include "cornu/kernels/pool.hpp"
#include "cornu/kernels/window.hpp"
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

/// What the pooling layers share: the window, its checks and the shapes that follow. A sequence is a picture
/// of height 1.
struct PoolWindow {
  Size2 pool_size;
  Size2 strides;
  Padding padding;
  int axes = 2;  ///< 1: sequences

  /// strides of 0 become pool_size, Keras' strides=None. Errors: ValueError: an extent or stride < 1, padding
  /// causal.
  static PoolWindow checked(const Layer& layer, Size2 pool_size, Size2 strides, Padding padding);
  static PoolWindow checked(const Layer& layer, Size1 pool_size, Size1 strides, Padding padding);
  /// Errors: ShapeError: an input of another number of axes, an empty output.
  Shape output_shape(const Layer& layer, const Shape& input) const;
  /// From shapes with the batch axis.
  kernels::PoolGeometry geometry(const Shape& x, const Shape& y) const;

 private:
  void check(const Layer& layer) const;
};

}  // namespace cornu::detail
