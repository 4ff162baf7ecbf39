#pragma once
#include "cornu/kernels/pool.hpp"
#include "cornu/kernels/window.hpp"
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

/// What the pooling layers share: the window, its checks and the shapes that follow.
struct PoolWindow {
  Size2 pool_size;
  Size2 strides;
  Padding padding;

  /// strides of 0 become pool_size, Keras' strides=None. Errors: ValueError: an extent or stride < 1.
  static PoolWindow checked(const Layer& layer, Size2 pool_size, Size2 strides, Padding padding);
  /// Errors: ShapeError: an input that is not 3-D (without the batch), an empty output.
  Shape output_shape(const Layer& layer, const Shape& input) const;
  /// From shapes with the batch axis.
  kernels::PoolGeometry geometry(const Shape& x, const Shape& y) const;
};

}  // namespace cornu::detail
