#pragma once
#include "cornu/layers/pool3d_layers.hpp"

namespace cornu {

/// Mean of each window, channel by channel. With padding same, cells outside the volume do not count.
///
///   AveragePooling3D{.pool_size = 2}
///
/// Input   (n, depth, height, width, channels)
/// Output  (n, depth', height', width', channels), sizes as AveragePooling2D
/// Errors  ShapeError: input not 5-D, empty output.  ValueError: pool_size or strides < 1, padding causal.
/// Source  Keras 3 AveragePooling3D (same names, defaults).
struct AveragePooling3D {
  Size3 pool_size;                   ///< window, e.g. 2 or {1, 2, 2}
  Size3 strides = 0;                 ///< step of the window; 0: as pool_size (Keras' None)
  Padding padding = Padding::valid;  ///< valid or same
  std::string name = {};

  static constexpr bool maximum = false;
  static constexpr std::string_view type = "AveragePooling3D";
  static AveragePooling3D blank() { return {.pool_size = 2}; }
  static void fields(auto& self, auto&& visit) {
    visit("pool_size", self.pool_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
  }
};

std::unique_ptr<Layer> make_layer(AveragePooling3D spec);

}  // namespace cornu
