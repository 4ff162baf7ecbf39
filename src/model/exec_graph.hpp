#pragma once
#include <vector>

#include "model/graph.hpp"

namespace cornu::detail {

/// One call of a plain layer: positions of the values it reads and makes.
struct ExecNode {
  Layer* layer;
  std::vector<int> inputs, outputs;
};

/// A model with nested models opened: calls in running order, and the values between them.
struct ExecGraph {
  explicit ExecGraph(const Graph& graph);

  std::vector<ExecNode> nodes;
  Shapes values;  ///< of one sample
  std::vector<int> inputs, outputs;
  std::vector<int> producer;                ///< node of a value, -1 for inputs
  std::vector<std::vector<int>> consumers;  ///< nodes of a value, once for each use
  std::vector<Layer*> layers;               ///< every layer once, in the order of Keras' model.weights
  std::vector<Shapes> weight_shapes;        ///< of layers, as built
};

}  // namespace cornu::detail
