#pragma once
#include "cornu/layers/pool_layers.hpp"

namespace cornu {

/// Mean of each window, channel by channel. With padding same, steps outside the sequence do not count.
///
///   AveragePooling1D{.pool_size = 2}
///
/// Input   (n, steps, channels)
/// Output  (n, steps', channels);  valid: steps' = (steps - pool_size) / strides + 1, rounded down
///                                 same:  steps' = steps / strides, rounded up
/// Errors  ShapeError: input not 3-D, empty output.  ValueError: pool_size or strides < 1, padding causal.
/// Source  Keras 3 AveragePooling1D (same names, defaults).
struct AveragePooling1D {
  Size1 pool_size;                   ///< steps of a window
  Size1 strides = 0;                 ///< step of the window; 0: as pool_size (Keras' None)
  Padding padding = Padding::valid;  ///< valid or same
  std::string name = {};

  static constexpr std::string_view type = "AveragePooling1D";
  static AveragePooling1D blank() { return {.pool_size = 2}; }
  static void fields(auto& self, auto&& visit) {
    visit("pool_size", self.pool_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
  }
};

using AveragePooling1DLayer = detail::AveragePoolLayer<AveragePooling1D>;

std::unique_ptr<Layer> make_layer(AveragePooling1D spec);

}  // namespace cornu
