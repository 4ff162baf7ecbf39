#pragma once
#include "cornu/layers/pool_layers.hpp"

namespace cornu {

/// Largest number of each channel over all steps.
///
///   GlobalMaxPooling1D{}
///
/// Input   (n, steps, channels)
/// Output  (n, channels);  keepdims: (n, 1, channels)
/// Errors  ShapeError: input not 3-D, nothing to pool over.
/// Numerics  positions that share the largest number share its gradient, as in TensorFlow.
/// Source  Keras 3 GlobalMaxPooling1D (same names, defaults).
struct GlobalMaxPooling1D {
  bool keepdims = false;  ///< keep what is pooled over as axes of 1
  std::string name = {};

  static constexpr int axes = 1;
  static constexpr std::string_view type = "GlobalMaxPooling1D";
  static void fields(auto& self, auto&& visit) { visit("keepdims", self.keepdims); }
};

using GlobalMaxPooling1DLayer = detail::GlobalMaxPoolLayer<GlobalMaxPooling1D>;

std::unique_ptr<Layer> make_layer(GlobalMaxPooling1D spec);

}  // namespace cornu
