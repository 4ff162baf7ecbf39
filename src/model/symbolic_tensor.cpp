#include "cornu/model/symbolic_tensor.hpp"

#include <set>

namespace cornu {

namespace {
std::shared_ptr<const detail::Node> input_node(const Input& input) {
  std::shared_ptr<Layer> layer = make_layer(input);
  Shapes outputs = layer->call_shapes({});
  return std::make_shared<const detail::Node>(detail::Node{std::move(layer), {}, std::move(outputs)});
}

/// The name that the layer would get in a model of what leads to its inputs, so that a message can tell it
/// from others.
std::string name_so_far(const Layer& layer, const SymbolicTensors& inputs) {
  std::set<const detail::Node*> seen;
  std::set<const Layer*> same_type;
  std::vector<SymbolicTensor> todo(inputs.begin(), inputs.end());
  while (!todo.empty()) {
    const auto node = todo.back().node();
    todo.pop_back();
    if (!seen.insert(node.get()).second) continue;
    if (node->layer->type() == layer.type() && node->layer.get() != &layer)
      same_type.insert(node->layer.get());
    todo.insert(todo.end(), node->inputs.begin(), node->inputs.end());
  }
  const std::string base = snake_case(layer.type());
  return same_type.empty() ? base : base + "_" + std::to_string(same_type.size());
}
}  // namespace

SymbolicTensor::SymbolicTensor(const Input& input) : node_(input_node(input)) {}

const Shape& SymbolicTensor::shape() const { return node_->outputs[static_cast<std::size_t>(output_)]; }

SymbolicTensors call(const LayerHandle& handle, const SymbolicTensors& inputs) {
  Layer& layer = handle.layer();
  Shapes shapes;
  for (const SymbolicTensor& t : inputs) shapes.push_back(t.shape());
  const bool nameless = layer.name().empty();
  if (nameless) layer.set_name(name_so_far(layer, inputs));
  auto node = std::make_shared<const detail::Node>(
      detail::Node{handle.pointer(), {inputs.begin(), inputs.end()}, layer.call_shapes(shapes)});
  if (nameless) layer.set_name({});  // the model names it for good
  SymbolicTensors outputs;
  for (std::size_t i = 0; i < node->outputs.size(); ++i)
    outputs.push_back(SymbolicTensor(node, static_cast<int>(i)));
  return outputs;
}

SymbolicTensor operator|(const SymbolicTensor& input, const LayerHandle& layer) {
  return SymbolicTensors{input} | layer;
}

SymbolicTensor operator|(const SymbolicTensors& inputs, const LayerHandle& layer) {
  SymbolicTensors outputs = call(layer, inputs);
  if (outputs.size() != 1)
    throw ValueError(detail::concat(layer.layer().who(), " has ", outputs.size(),
                                    " outputs; the pipe takes layers with one. Use call(layer, inputs)."));
  return outputs[0];
}

}  // namespace cornu
