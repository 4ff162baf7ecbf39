#pragma once
#include "cornu/layers/pool3d_layers.hpp"

namespace cornu {

/// Largest number of each window, channel by channel.
///
///   MaxPooling3D{.pool_size = 2}
///
/// Input   (n, depth, height, width, channels)
/// Output  (n, depth', height', width', channels), sizes as MaxPooling2D
/// Errors  ShapeError: input not 5-D, empty output.  ValueError: pool_size or strides < 1, padding causal.
/// Numerics  the gradient goes to the first of equal numbers in row-major order, as in TensorFlow.
/// Source  Keras 3 MaxPooling3D (same names, defaults).
struct MaxPooling3D {
  Size3 pool_size = 2;               ///< window, e.g. 2 or {1, 2, 2}
  Size3 strides = 0;                 ///< step of the window; 0: as pool_size (Keras' None)
  Padding padding = Padding::valid;  ///< valid or same
  std::string name = {};

  static constexpr bool maximum = true;
  static constexpr std::string_view type = "MaxPooling3D";
  static void fields(auto& self, auto&& visit) {
    visit("pool_size", self.pool_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
  }
};

std::unique_ptr<Layer> make_layer(MaxPooling3D spec);

}  // namespace cornu
