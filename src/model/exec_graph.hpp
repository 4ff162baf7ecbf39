#pragma once
#include <memory>
#include <vector>

#include "model/graph.hpp"

namespace cornu::detail {

/// One call of a plain layer: positions of the values it reads and makes.
struct ExecNode {
  Layer* layer;
  std::vector<int> inputs, outputs;
  std::vector<int> masks = {};  ///< of the inputs, -1: none; empty where the layer uses none
};

/// A model with nested models opened: calls in running order, and the values between them. Masks are values
/// too: what makes one is a call of its own, and calls that use them read them beside their inputs.
struct ExecGraph {
  explicit ExecGraph(const Graph& graph);

  std::vector<ExecNode> nodes;
  Shapes values;  ///< of one sample
  std::vector<int> inputs, outputs;
  std::vector<int> mask_of;   ///< the value that is the mask of a value, -1: none (or taken away)
  std::vector<int> producer;  ///< node of a value, -1 for inputs
  std::vector<std::vector<int>> consumers;  ///< nodes of a value, once for each use
  std::vector<Layer*> layers;               ///< every layer once, in the order of Keras' model.weights; then
                                            ///< mask_layers
  std::vector<Shapes> weight_shapes;        ///< of layers, as built
  std::vector<std::unique_ptr<Layer>> mask_layers;  ///< no gradient goes through these

  bool makes_mask(const Layer* layer) const;
  int mask(int value) const { return mask_of[static_cast<std::size_t>(value)]; }
};

}  // namespace cornu::detail
