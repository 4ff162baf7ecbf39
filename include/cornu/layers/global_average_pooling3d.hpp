#pragma once
#include "cornu/layers/pool_layers.hpp"

namespace cornu {

/// Mean of each channel over the whole volume.
///
///   GlobalAveragePooling3D{}
///
/// Input   (n, depth, height, width, channels)
/// Output  (n, channels);  keepdims: (n, 1, 1, 1, channels)
/// Errors  ShapeError: input not 5-D, nothing to pool over.
/// Source  Keras 3 GlobalAveragePooling3D (same names, defaults).
struct GlobalAveragePooling3D {
  bool keepdims = false;  ///< keep what is pooled over as axes of 1
  std::string name = {};

  static constexpr int axes = 3;
  static constexpr std::string_view type = "GlobalAveragePooling3D";
  static void fields(auto& self, auto&& visit) { visit("keepdims", self.keepdims); }
};

using GlobalAveragePooling3DLayer = detail::GlobalAveragePoolLayer<GlobalAveragePooling3D>;

std::unique_ptr<Layer> make_layer(GlobalAveragePooling3D spec);

}  // namespace cornu
