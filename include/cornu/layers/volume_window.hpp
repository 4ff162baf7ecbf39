#pragma once
#include "cornu/kernels/conv3d.hpp"
#include "cornu/layers/spatial.hpp"

namespace cornu::detail {

/// What the layers with windows over volumes share: the window, its checks and the shapes that follow.
struct VolumeWindow {
  std::string_view field;  ///< "kernel_size" or "pool_size", for messages
  Size3 size;
  Size3 strides;
  Size3 dilation_rate;
  Padding padding;

  /// Errors: ValueError: an extent, stride or dilation < 1, strides and dilation_rate both above 1 (as
  /// Keras), padding causal.
  void check(const Layer& layer) const;
  /// With so many channels. Errors: ShapeError: input not 4-D (without the batch), an empty output.
  Shape output_shape(const Layer& layer, const Shape& input, Index channels) const;
  /// From the shapes of a convolution's input and output, with the batch axis.
  kernels::Conv3DGeometry geometry(const Shape& x, const Shape& y, Index groups) const;
};

}  // namespace cornu::detail
