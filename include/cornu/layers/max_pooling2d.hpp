#pragma once
#include "cornu/layers/pool_layers.hpp"

namespace cornu {

/// Largest number of each window, channel by channel.
///
///   MaxPooling2D{.pool_size = 2}
///
/// Input   (n, height, width, channels)
/// Output  (n, height', width', channels);  valid: height' = (height - pool_h) / strides_h + 1, rounded down
///                                          same:  height' = height / strides_h, rounded up
/// Errors  ShapeError: input not 4-D, empty output.  ValueError: pool_size or strides < 1.
/// Numerics  the gradient goes to the first of equal numbers in row-major order, as in TensorFlow.
/// Source  Keras 3 MaxPooling2D (same names, defaults).
struct MaxPooling2D {
  Size2 pool_size = 2;               ///< window, e.g. 2 or {3, 2}
  Size2 strides = 0;                 ///< step of the window; 0: as pool_size (Keras' None)
  Padding padding = Padding::valid;  ///< valid or same
  std::string name = {};

  static constexpr std::string_view type = "MaxPooling2D";
  static void fields(auto& self, auto&& visit) {
    visit("pool_size", self.pool_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
  }
};

using MaxPooling2DLayer = detail::MaxPoolLayer<MaxPooling2D>;

std::unique_ptr<Layer> make_layer(MaxPooling2D spec);

}  // namespace cornu
