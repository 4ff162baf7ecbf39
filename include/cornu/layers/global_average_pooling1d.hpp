#pragma once
#include "cornu/layers/pool_layers.hpp"

namespace cornu {

/// Mean of each channel over all steps, or over those that a mask lets count (0 where it lets none, for which
/// Keras gives NaN).
///
///   GlobalAveragePooling1D{}
///
/// Input   (n, steps, channels)
/// Output  (n, channels);  keepdims: (n, 1, channels)
/// Errors  ShapeError: input not 3-D, nothing to pool over.
/// Source  Keras 3 GlobalAveragePooling1D (same names, defaults).
struct GlobalAveragePooling1D {
  bool keepdims = false;  ///< keep what is pooled over as axes of 1
  std::string name = {};

  static constexpr int axes = 1;
  static constexpr std::string_view type = "GlobalAveragePooling1D";
  static void fields(auto& self, auto&& visit) { visit("keepdims", self.keepdims); }
};

using GlobalAveragePooling1DLayer = detail::GlobalAveragePoolLayer<GlobalAveragePooling1D>;

std::unique_ptr<Layer> make_layer(GlobalAveragePooling1D spec);

}  // namespace cornu
