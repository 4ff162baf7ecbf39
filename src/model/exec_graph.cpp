#include "model/exec_graph.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "cornu/layers/concatenate.hpp"
#include "cornu/layers/multi_head_attention.hpp"
#include "cornu/layers/softmax.hpp"
#include "cornu/layers/time_distributed.hpp"
#include "model/mask_layers.hpp"

namespace cornu::detail {

namespace {
using Key = std::pair<const Node*, int>;

Key key_of(const SymbolicTensor& t) { return {t.node().get(), t.output()}; }

/// When Keras runs each call (ops/function.py): from the deepest, those of one depth in the order in which a
/// walk back from the outputs has met them.
std::map<const Node*, std::size_t> keras_ranks(const Graph& graph) {
  std::map<const Node*, int> depth;
  std::map<const Layer*, int> layer_depth;
  std::vector<const Node*> met;
  const auto meet = [&](const Node* node) {
    if (depth.emplace(node, 0).second) met.push_back(node);
  };
  for (auto it = graph.nodes().rbegin(); it != graph.nodes().rend(); ++it) {
    const Node* node = it->get();
    meet(node);
    const int own = std::max(depth[node], layer_depth[node->layer.get()]);
    depth[node] = layer_depth[node->layer.get()] = own;
    for (const SymbolicTensor& input : node->inputs) {
      meet(input.node().get());
      depth[input.node().get()] = std::max(depth[input.node().get()], own + 1);
    }
  }
  std::stable_sort(met.begin(), met.end(), [&](auto a, auto b) { return depth[a] > depth[b]; });
  std::map<const Node*, std::size_t> ranks;
  for (const Node* node : met) ranks.emplace(node, ranks.size());
  return ranks;
}

/// Whether a call leaves its input without a mask for the calls that run after it, as Keras'
/// MultiHeadAttention does with its query, value and key.
bool takes_mask(const Node& node, std::size_t input) {
  const Graph* inner = nested_graph(*node.layer);
  if (!inner) return node.layer->type() == MultiHeadAttention::type;
  return std::any_of(inner->nodes().begin(), inner->nodes().end(), [&](const auto& call) {
    for (std::size_t i = 0; i < call->inputs.size(); ++i)
      if (call->inputs[i] == inner->inputs()[input] && takes_mask(*call, i)) return true;
    return false;
  });
}

/// Whether Keras' layer has an argument `mask`.
bool has_mask_argument(const Layer& layer) {
  return layer.uses_masks() || layer.type() == TimeDistributed::type || layer.type() == Softmax::type;
}

/// Opens a model call by call. A value has a mask that is known while the model is drawn, and one that it
/// carries when the model runs. They differ after a MultiHeadAttention, which takes the carried one away, and
/// in nested models, which are drawn before they are called. A layer with an argument `mask` that is called
/// with one tensor gets the drawn one, if any; all others see what is carried. So it is in Keras, and files
/// and trained weights rely on it.
class Opener {
 public:
  explicit Opener(ExecGraph& out) : out_(out) {}

  int add_value(const Shape& shape) {
    out_.values.push_back(shape);
    out_.mask_of.push_back(-1);
    drawn_.push_back(-1);
    return static_cast<int>(out_.values.size()) - 1;
  }
  /// Adds the calls of `graph`; `inputs` are the values that stand for its inputs. Returns those of its
  /// outputs.
  std::vector<int> open(const Graph& graph, const std::vector<int>& inputs);

 private:
  int& carried(int v) { return out_.mask_of[static_cast<std::size_t>(v)]; }
  int& drawn(int v) { return drawn_[static_cast<std::size_t>(v)]; }
  int add_mask(std::unique_ptr<Layer> maker, const std::vector<int>& inputs);
  /// The mask of an output from those of the inputs, -1: none.
  int flow(const ExecNode& node, std::size_t output, const std::vector<int>& masks);
  int joined(const ExecNode& node, int axis, const std::vector<int>& masks);
  void add_call(const Node& node, const std::vector<int>& in, const std::vector<int>& seen,
                const std::vector<int>& made);
  std::vector<int> open_inner(const Graph& inner, const std::vector<int>& in, const std::vector<int>& seen);

  ExecGraph& out_;
  std::vector<int> drawn_;
};

int Opener::add_mask(std::unique_ptr<Layer> maker, const std::vector<int>& inputs) {
  Shapes shapes;
  for (const int v : inputs) shapes.push_back(out_.values[static_cast<std::size_t>(v)]);
  const int mask = add_value(maker->call_shapes(shapes).at(0));
  out_.nodes.push_back({maker.get(), inputs, {mask}});
  out_.mask_layers.push_back(std::move(maker));
  return mask;
}

/// Keras' Concatenate: along the features a step counts that counts in any input, along another axis the
/// masks are put together; an input without a mask counts everywhere.
int Opener::joined(const ExecNode& node, int axis, const std::vector<int>& masks) {
  std::vector<int> given;
  for (const int m : masks)
    if (m >= 0) given.push_back(m);
  if (given.empty()) return -1;
  const auto shape_of = [&](int v) -> const Shape& { return out_.values[static_cast<std::size_t>(v)]; };
  const int rank = shape_of(node.inputs[0]).rank(), at = axis < 0 ? axis + rank : axis - 1;
  for (const int m : given)
    if (shape_of(m).rank() != rank - 1) return -1;
  if (at == rank - 1) return given.size() < masks.size() ? -1 : add_mask(std::make_unique<AnyMask>(), given);
  std::vector<JoinedMask::Part> parts;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const Shape& x = shape_of(node.inputs[i]);
    parts.push_back({Shape(std::span<const Index>(x.begin(), x.end() - 1)), masks[i] >= 0});
  }
  return add_mask(std::make_unique<JoinedMask>(std::move(parts), at), given);
}

int Opener::flow(const ExecNode& node, std::size_t output, const std::vector<int>& masks) {
  if (const auto* concatenate = dynamic_cast<const ConcatenateLayer*>(node.layer))
    return joined(node, concatenate->spec().axis, masks);
  const MaskFlow kind = node.layer->mask_flow(output);
  if (kind == MaskFlow::drop) return -1;
  const auto same = std::count(masks.begin(), masks.end(), masks[0]);
  if (kind == MaskFlow::pass || same == static_cast<std::ptrdiff_t>(masks.size())) return masks[0];
  const bool all = std::all_of(masks.begin(), masks.end(), [](int m) { return m >= 0; });
  return all ? add_mask(std::make_unique<AnyMask>(), masks) : -1;
}

void Opener::add_call(const Node& call, const std::vector<int>& in, const std::vector<int>& seen,
                      const std::vector<int>& made) {
  const ExecNode node{call.layer.get(), in, made};
  out_.nodes.push_back(node);
  const std::size_t at = out_.nodes.size() - 1;
  if (std::unique_ptr<Layer> maker = node.layer->mask_maker()) {
    const int mask = add_mask(std::move(maker), in);
    carried(made[0]) = drawn(made[0]) = mask;
    return;
  }
  std::vector<int> known, used = seen;
  for (const int v : in) known.push_back(drawn(v));
  if (in.size() == 1 && known[0] >= 0 && has_mask_argument(*node.layer)) used = known;
  const bool some = std::any_of(used.begin(), used.end(), [](int m) { return m >= 0; });
  if (some && node.layer->uses_masks()) out_.nodes[at].masks = used;
  for (std::size_t o = 0; o < made.size(); ++o) {
    carried(made[o]) = flow(node, o, used);
    drawn(made[o]) = known == used ? carried(made[o]) : flow(node, o, known);
  }
}

std::vector<int> Opener::open_inner(const Graph& inner, const std::vector<int>& in,
                                    const std::vector<int>& seen) {
  std::vector<std::pair<int, int>> before;  // masks of the inputs, which are others inside
  for (const int v : in) before.emplace_back(carried(v), drawn(v));
  for (std::size_t i = 0; i < in.size(); ++i) {
    carried(in[i]) = in.size() == 1 && drawn(in[i]) >= 0 ? drawn(in[i]) : seen[i];
    drawn(in[i]) = -1;
  }
  std::vector<int> made = open(inner, in);
  for (const int v : made) drawn(v) = -1;
  for (std::size_t i = 0; i < in.size(); ++i) std::tie(carried(in[i]), drawn(in[i])) = before[i];
  return made;
}

std::vector<int> Opener::open(const Graph& graph, const std::vector<int>& inputs) {
  std::map<Key, int> value_of;
  for (std::size_t i = 0; i < inputs.size(); ++i) value_of[key_of(graph.inputs()[i])] = inputs[i];
  const std::map<const Node*, std::size_t> ranks = keras_ranks(graph);
  std::map<Key, std::size_t> taken;  // when the mask of a tensor is taken away
  for (const auto& node : graph.nodes())
    for (std::size_t i = 0; i < node->inputs.size(); ++i) {
      if (!takes_mask(*node, i)) continue;
      const std::size_t rank = ranks.at(node.get());
      const auto [at, is_new] = taken.emplace(key_of(node->inputs[i]), rank);
      if (!is_new) at->second = std::min(at->second, rank);
    }
  for (const auto& node : graph.nodes()) {
    std::vector<int> in, seen, made;
    for (const SymbolicTensor& t : node->inputs) {
      in.push_back(value_of.at(key_of(t)));
      const auto gone = taken.find(key_of(t));
      seen.push_back(gone != taken.end() && gone->second < ranks.at(node.get()) ? -1 : carried(in.back()));
    }
    if (const Graph* inner = nested_graph(*node->layer)) {
      made = open_inner(*inner, in, seen);
    } else {
      for (const Shape& shape : node->outputs) made.push_back(add_value(shape));
      add_call(*node, in, seen, made);
    }
    // An input that is an intermediate tensor keeps the value that was handed in.
    for (std::size_t k = 0; k < made.size(); ++k)
      value_of.try_emplace({node.get(), static_cast<int>(k)}, made[k]);
  }
  std::vector<int> outputs;
  for (const SymbolicTensor& t : graph.outputs()) {
    outputs.push_back(value_of.at(key_of(t)));
    if (taken.contains(key_of(t))) carried(outputs.back()) = -1;
  }
  return outputs;
}
}  // namespace

ExecGraph::ExecGraph(const Graph& graph) {
  Opener opener(*this);
  for (const Shape& shape : graph.input_shapes()) inputs.push_back(opener.add_value(shape));
  outputs = opener.open(graph, inputs);
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
