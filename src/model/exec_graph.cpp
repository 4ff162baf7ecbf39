#include "model/exec_graph.hpp"

#include <algorithm>
#include <map>

namespace cornu::detail {

namespace {
/// A step counts that counts in any of the masks.
class AnyMask final : public Layer {
 public:
  AnyMask() : Layer("any_mask") {}
  std::string_view type() const override { return "AnyMask"; }
  Shapes output_shapes(const Shapes& inputs) const override { return {inputs[0]}; }
  void forward(const ForwardCall<float>& c) const override {
    for (Index i = 0; i < c.y[0].size(); ++i) {
      float any = 0;
      for (const View<const float>& x : c.x) any = std::max(any, x[i]);
      c.y[0][i] = any;
    }
  }
  void backward(const BackwardCall<float>&) const override {}
  BackwardNeeds backward_needs() const override { return {.input = false}; }
};

int add_value(ExecGraph& out, const Shape& shape) {
  out.values.push_back(shape);
  out.mask_of.push_back(-1);
  return static_cast<int>(out.values.size()) - 1;
}

int add_mask(ExecGraph& out, std::unique_ptr<Layer> maker, const std::vector<int>& inputs) {
  Shapes shapes;
  for (const int v : inputs) shapes.push_back(out.values[static_cast<std::size_t>(v)]);
  const int mask = add_value(out, maker->call_shapes(shapes).at(0));
  out.nodes.push_back({maker.get(), inputs, {mask}});
  out.mask_layers.push_back(std::move(maker));
  return mask;
}

/// Adds what makes the masks of the outputs of the node that was added last.
void add_masks(ExecGraph& out) {
  const std::size_t at = out.nodes.size() - 1;
  const ExecNode node = out.nodes[at];
  std::vector<int> masks;
  bool some = false, all = true;
  for (const int v : node.inputs) {
    masks.push_back(out.mask(v));
    (masks.back() >= 0 ? some : all) = masks.back() >= 0;
  }
  if (some && node.layer->uses_masks()) out.nodes[at].masks = masks;
  if (std::unique_ptr<Layer> maker = node.layer->mask_maker()) {
    const int mask = add_mask(out, std::move(maker), node.inputs);
    out.mask_of[static_cast<std::size_t>(node.outputs[0])] = mask;
    return;
  }
  for (std::size_t o = 0; o < node.outputs.size() && some; ++o) {
    const MaskFlow flow = node.layer->mask_flow(o);
    if (flow == MaskFlow::drop || (flow == MaskFlow::any && !all)) continue;
    const bool one =
        flow == MaskFlow::pass || std::count(masks.begin(), masks.end(), masks[0]) == Index(masks.size());
    const int made = one ? masks[0] : add_mask(out, std::make_unique<AnyMask>(), masks);
    out.mask_of[static_cast<std::size_t>(node.outputs[o])] = made;
  }
}

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
      for (const Shape& shape : node->outputs) made.push_back(add_value(out, shape));
      out.nodes.push_back({node->layer.get(), std::move(in), made});
      add_masks(out);
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
  for (const Shape& shape : graph.input_shapes()) inputs.push_back(add_value(*this, shape));
  outputs = open(graph, inputs, *this);
  layers = graph.leaf_layers();
  weight_shapes = graph.weight_shapes();
  for (const auto& layer : mask_layers) layers.push_back(layer.get());
  weight_shapes.resize(layers.size());
  producer.assign(values.size(), -1);
  consumers.resize(values.size());
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    for (const int v : nodes[k].outputs) producer[static_cast<std::size_t>(v)] = static_cast<int>(k);
    for (const int v : nodes[k].inputs) consumers[static_cast<std::size_t>(v)].push_back(static_cast<int>(k));
    for (const int v : nodes[k].masks)
      if (v >= 0) consumers[static_cast<std::size_t>(v)].push_back(static_cast<int>(k));
  }
}

bool ExecGraph::makes_mask(const Layer* layer) const {
  return std::any_of(mask_layers.begin(), mask_layers.end(), [&](const auto& l) { return l.get() == layer; });
}

}  // namespace cornu::detail
