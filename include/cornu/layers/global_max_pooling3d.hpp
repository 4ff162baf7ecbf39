#pragma once
#include "cornu/layers/pool_layers.hpp"

namespace cornu {

/// Largest number of each channel over the whole volume.
///
///   GlobalMaxPooling3D{}
///
/// Input   (n, depth, height, width, channels)
/// Output  (n, channels);  keepdims: (n, 1, 1, 1, channels)
/// Errors  ShapeError: input not 5-D, nothing to pool over.
/// Numerics  positions that share the largest number share its gradient, as in TensorFlow.
/// Source  Keras 3 GlobalMaxPooling3D (same names, defaults).
struct GlobalMaxPooling3D {
  bool keepdims = false;  ///< keep what is pooled over as axes of 1
  std::string name = {};

  static constexpr int axes = 3;
  static constexpr std::string_view type = "GlobalMaxPooling3D";
  static void fields(auto& self, auto&& visit) { visit("keepdims", self.keepdims); }
};

using GlobalMaxPooling3DLayer = detail::GlobalMaxPoolLayer<GlobalMaxPooling3D>;

std::unique_ptr<Layer> make_layer(GlobalMaxPooling3D spec);

}  // namespace cornu
