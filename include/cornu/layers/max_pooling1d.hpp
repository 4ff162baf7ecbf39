#pragma once
#include "cornu/layers/pool_layers.hpp"

namespace cornu {

/// Largest number of each window, channel by channel.
///
///   MaxPooling1D{.pool_size = 2}
///
/// Input   (n, steps, channels)
/// Output  (n, steps', channels);  valid: steps' = (steps - pool_size) / strides + 1, rounded down
///                                 same:  steps' = steps / strides, rounded up
/// Errors  ShapeError: input not 3-D, empty output.  ValueError: pool_size or strides < 1, padding causal.
/// Numerics  the gradient goes to the first of equal numbers, as in TensorFlow.
/// Source  Keras 3 MaxPooling1D (same names, defaults).
struct MaxPooling1D {
  Size1 pool_size = 2;               ///< steps of a window
  Size1 strides = 0;                 ///< step of the window; 0: as pool_size (Keras' None)
  Padding padding = Padding::valid;  ///< valid or same
  std::string name = {};

  static constexpr std::string_view type = "MaxPooling1D";
  static void fields(auto& self, auto&& visit) {
    visit("pool_size", self.pool_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
  }
};

using MaxPooling1DLayer = detail::MaxPoolLayer<MaxPooling1D>;

std::unique_ptr<Layer> make_layer(MaxPooling1D spec);

}  // namespace cornu
