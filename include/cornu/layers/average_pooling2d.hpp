#pragma once
#include "cornu/layers/pool_layers.hpp"

namespace cornu {

/// Mean of each window, channel by channel. With padding same, cells outside the image do not count.
///
///   AveragePooling2D{.pool_size = 2}
///
/// Input   (n, height, width, channels)
/// Output  (n, height', width', channels);  valid: height' = (height - pool_h) / strides_h + 1, rounded down
///                                          same:  height' = height / strides_h, rounded up
/// Errors  ShapeError: input not 4-D, empty output.  ValueError: pool_size or strides < 1.
/// Source  Keras 3 AveragePooling2D (same names, defaults).
struct AveragePooling2D {
  Size2 pool_size;                   ///< window, e.g. 2 or {3, 2}
  Size2 strides = 0;                 ///< step of the window; 0: as pool_size (Keras' None)
  Padding padding = Padding::valid;  ///< valid or same
  std::string name = {};

  static constexpr std::string_view type = "AveragePooling2D";
  static AveragePooling2D blank() { return {.pool_size = 2}; }
  static void fields(auto& self, auto&& visit) {
    visit("pool_size", self.pool_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
  }
};

using AveragePooling2DLayer = detail::AveragePoolLayer<AveragePooling2D>;

std::unique_ptr<Layer> make_layer(AveragePooling2D spec);

}  // namespace cornu
