#pragma once
#include <string>
#include <vector>

#include "cornu/core/shape.hpp"

namespace cornu {

/// What Model::load takes besides the path.
///
///   Model net = Model::load("vgg.keras", LoadOptions{.compile = false, .input_shapes = {{64, 64, 3}}});
struct LoadOptions {
  bool compile = true;  ///< also set optimizer, its state, loss and metrics when the file has them
  /// Shape of one sample for each input, in place of the file's: needed where that leaves an axis open
  /// (None).
  std::vector<Shape> input_shapes = {};
  /// Receives a sentence for everything that was left out or changed on purpose (the library prints nothing).
  std::vector<std::string>* notes = nullptr;
};

/// What Model::load_weights takes besides the path. Source: Keras' load_weights.
struct LoadWeightsOptions {
  bool by_name = false;        ///< by the names of the layers: only those that model and file both have
  bool skip_mismatch = false;  ///< leave layers as they are whose weights have other shapes in the file
  std::vector<std::string>* notes = nullptr;  ///< as in LoadOptions
};

}  // namespace cornu
