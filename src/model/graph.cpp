#include "model/graph.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace cornu::detail {

Graph::Graph(std::vector<SymbolicTensor> inputs, std::vector<SymbolicTensor> outputs, std::string name,
             bool sequential)
    : name_(std::move(name)),
      sequential_(sequential),
      named_(!name_.empty()),
      inputs_(std::move(inputs)),
      outputs_(std::move(outputs)) {
  if (name_.empty()) name_ = sequential ? "sequential" : "functional";
  if (inputs_.empty() || outputs_.empty())
    throw ValueError("model '" + name_ + "': it has " + std::to_string(inputs_.size()) + " inputs and " +
                     std::to_string(outputs_.size()) + " outputs; it needs at least one of each.");
  for (const SymbolicTensor& t : inputs_) {
    input_shapes_.push_back(t.shape());
    const bool whole = t.node()->layer->type() == Input::type;
    input_layers_.push_back(whole ? t.node()->layer : make_layer(Input{.shape = t.shape()}));
  }
  for (const SymbolicTensor& t : outputs_) output_shapes_.push_back(t.shape());
  collect_nodes();
  sort_layers();
  name_layers();
  initialize(0, true);
  for (const Layer* layer : leaf_layers()) {
    weight_shapes_.emplace_back();
    for (const Weight& w : layer->weights()) weight_shapes_.back().push_back(w.value.shape());
  }
}

namespace {
bool contains(const std::vector<SymbolicTensor>& list, const SymbolicTensor& t) {
  return std::find(list.begin(), list.end(), t) != list.end();
}
}  // namespace

// Depth first from the outputs, without recursion so that long chains cannot exhaust the stack.
void Graph::collect_nodes() {
  std::set<const Node*> finished;
  struct Visit {
    std::shared_ptr<const Node> node;
    std::size_t next = 0;
  };
  std::vector<Visit> stack;
  const auto enter = [&](const SymbolicTensor& t) {
    if (contains(inputs_, t) || finished.contains(t.node().get())) return;
    if (t.node()->inputs.empty())
      throw ValueError("model '" + name_ + "': an output depends on input '" + t.node()->layer->name() +
                       "' of shape " + t.shape().batch_text() +
                       ", which is not among the model's inputs. Add it to Inputs{...}.");
    stack.push_back({t.node()});
  };
  for (const SymbolicTensor& output : outputs_) {
    enter(output);
    while (!stack.empty()) {
      Visit& top = stack.back();
      if (top.next < top.node->inputs.size()) {
        enter(top.node->inputs[top.next++]);
        continue;
      }
      if (finished.insert(top.node.get()).second) nodes_.push_back(top.node);
      stack.pop_back();
    }
  }
}

// Keras' map_graph (ops/function.py): a layer's depth is its largest distance to an output; layers are listed
// from the deepest, those of one depth in the order in which a walk back from the outputs meets them.
void Graph::sort_layers() {
  std::unordered_map<const Layer*, int> index, layer_depth;
  std::unordered_map<const Node*, int> node_depth;
  std::vector<std::shared_ptr<Layer>> all;
  const auto meet = [&](const std::shared_ptr<Layer>& layer) {
    if (index.emplace(layer.get(), static_cast<int>(index.size())).second) all.push_back(layer);
  };
  // The walk meets a call before the calls it depends on.
  std::set<const Node*> seen;
  std::vector<const Node*> stack;
  const auto walk = [&](const SymbolicTensor& output) {
    std::vector<SymbolicTensor> todo{output};
    while (!todo.empty()) {
      const SymbolicTensor t = todo.back();
      todo.pop_back();
      meet(source_layer(t));
      if (contains(inputs_, t) || !seen.insert(t.node().get()).second) continue;
      for (auto it = t.node()->inputs.rbegin(); it != t.node()->inputs.rend(); ++it) todo.push_back(*it);
    }
  };
  for (const SymbolicTensor& output : outputs_) walk(output);
  for (auto it = nodes_.rbegin(); it != nodes_.rend(); ++it) {
    const Node* node = it->get();
    const int depth = std::max(node_depth[node], layer_depth[node->layer.get()]);
    layer_depth[node->layer.get()] = node_depth[node] = depth;
    for (const SymbolicTensor& input : node->inputs) {
      int& below =
          contains(inputs_, input) ? layer_depth[source_layer(input).get()] : node_depth[input.node().get()];
      below = std::max(below, depth + 1);
    }
  }
  for (const auto& layer : input_layers_)  // inputs that no output needs still belong to the model
    if (index.emplace(layer.get(), -1).second) all.push_back(layer);
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    const int da = layer_depth[a.get()], db = layer_depth[b.get()];
    return da != db ? da > db : index[a.get()] < index[b.get()];
  });
  layers_ = std::move(all);
}

void Graph::name_layers() {
  std::set<std::string> taken;
  for (const auto& layer : layers_)
    if (!layer->name().empty() && !taken.insert(layer->name()).second)
      throw ValueError("model '" + name_ + "': two layers have the name '" + layer->name() +
                       "'. Names must be unique in a model; rename one.");
  std::map<std::string, int> count;
  for (const auto& layer : layers_) {
    if (!layer->name().empty()) continue;
    const std::string base = snake_case(layer->type());
    std::string name;
    do {
      const int n = count[base]++;
      name = n == 0 ? base : base + "_" + std::to_string(n);
    } while (!taken.insert(name).second);
    layer->set_name(name);
  }
}

const std::shared_ptr<Layer>& Graph::source_layer(const SymbolicTensor& t) const {
  const auto found = std::find(inputs_.begin(), inputs_.end(), t);
  return found == inputs_.end() ? t.node()->layer : input_layers_[std::size_t(found - inputs_.begin())];
}

std::vector<Graph::Leaf> Graph::leaves() const {
  std::vector<Leaf> all;
  std::unordered_map<const Layer*, std::size_t> place;
  const auto add = [&](const Leaf& leaf) {  // a layer may also be in several nested models
    const auto [at, is_new] = place.emplace(leaf.layer, all.size());
    if (is_new)
      all.push_back(leaf);
    else
      all[at->second].trainable |= leaf.trainable;
  };
  for (const auto& layer : layers_) {
    if (const Graph* inner = nested_graph(*layer))
      for (const Leaf& leaf : inner->leaves()) add({leaf.layer, leaf.trainable && layer->trainable()});
    else
      add({layer.get(), layer->trainable()});
  }
  return all;
}

std::vector<Layer*> Graph::leaf_layers() const {
  std::vector<Layer*> layers;
  for (const Leaf& leaf : leaves()) layers.push_back(leaf.layer);
  return layers;
}

void Graph::set_trainable(bool trainable) {
  for (const auto& layer : layers_) {
    layer->set_trainable(trainable);
    if (const auto* nested = dynamic_cast<const NestedModel*>(layer.get()))
      nested->graph()->set_trainable(trainable);
  }
}

std::shared_ptr<Layer> Graph::as_layer(const std::shared_ptr<Graph>& graph) {
  std::shared_ptr<Layer> layer = graph->as_layer_.lock();
  if (!layer) {
    // A name that the user did not choose is numbered by the model around it, like those of other layers.
    layer = std::make_shared<NestedModel>(graph, graph->named_ ? graph->name_ : "");
    graph->as_layer_ = layer;
  }
  return layer;
}

std::vector<Weight*> Graph::weights() const {
  std::vector<Weight*> all;
  for (Layer* layer : leaf_layers())
    for (Weight& w : layer->weights()) all.push_back(&w);
  return all;
}

void Graph::initialize(std::uint64_t seed, bool only_new) {
  std::uint64_t place = 0;
  for (Layer* layer : leaf_layers()) {
    if (!only_new || !layer->initialized()) layer->initialize(RandomKey{.seed = seed}.child(place));
    ++place;
  }
}

NestedModel::NestedModel(std::shared_ptr<Graph> graph, std::string name)
    : Layer(std::move(name)), graph_(std::move(graph)) {}

Shapes NestedModel::output_shapes(const Shapes& inputs) const {
  const Shapes& expected = graph_->input_shapes();
  check_input_count(inputs, expected.size());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i] != expected[i])
      throw ShapeError(concat(who(), ": input ", i, " is ", inputs[i].batch_text(), "; the model takes ",
                              expected[i].batch_text(), ". Resize or reshape before it."));
  return graph_->output_shapes();
}

void NestedModel::forward(const ForwardCall<float>&) const {
  throw StateError(who() + " is a model; it runs as a part of the model that holds it. Use its predict.");
}
void NestedModel::backward(const BackwardCall<float>&) const {
  throw StateError(who() + " is a model; it runs as a part of the model that holds it. Use its fit.");
}

const Graph* nested_graph(const Layer& layer) {
  const auto* nested = dynamic_cast<const NestedModel*>(&layer);
  return nested ? nested->graph().get() : nullptr;
}

}  // namespace cornu::detail
