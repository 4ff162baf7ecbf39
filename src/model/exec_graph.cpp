#include "model/exec_graph.hpp"

#include <map>

namespace cornu::detail {

namespace {
using Key = std::pair<const Node*, int>;

/// Adds the calls of `graph` to `out`; `inputs` are the values that stand for its inputs. Returns those of
/// its outputs.
std::vector<int> open(const Graph& graph, const std::vector<int>& inputs, ExecGraph& out) {
  std::map<Key, int> value_of;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    value_of[{graph.inputs()[i].node().get(), graph.inputs()[i].output()}] = inputs[i];
  const auto value = [&](const SymbolicTensor& t) { return value_of.at({t.node().get(), t.output()}); };
  for (const auto& node : graph.nodes()) {
    std::vector<int> in;
    for (const SymbolicTensor& t : node->inputs) in.push_back(value(t));
    std::vector<int> made;
    if (const Graph* inner = nested_graph(*node->layer)) {
      made = open(*inner, in, out);
    } else {
      for (const Shape& shape : node->outputs) {
        made.push_back(static_cast<int>(out.values.size()));
        out.values.push_back(shape);
      }
      out.nodes.push_back({node->layer.get(), std::move(in), made});
    }
    // An input that is an intermediate tensor keeps the value that was handed in.
    for (std::size_t k = 0; k < made.size(); ++k)
      value_of.try_emplace({node.get(), static_cast<int>(k)}, made[k]);
  }
  std::vector<int> outputs;
  for (const SymbolicTensor& t : graph.outputs()) outputs.push_back(value(t));
  return outputs;
}
}  // namespace

ExecGraph::ExecGraph(const Graph& graph) {
  for (const Shape& shape : graph.input_shapes()) {
    inputs.push_back(static_cast<int>(values.size()));
    values.push_back(shape);
  }
  outputs = open(graph, inputs, *this);
  layers = graph.leaf_layers();
  weight_shapes = graph.weight_shapes();
  producer.assign(values.size(), -1);
  consumers.resize(values.size());
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    for (const int v : nodes[k].outputs) producer[static_cast<std::size_t>(v)] = static_cast<int>(k);
    for (const int v : nodes[k].inputs) consumers[static_cast<std::size_t>(v)].push_back(static_cast<int>(k));
  }
}

}  // namespace cornu::detail
