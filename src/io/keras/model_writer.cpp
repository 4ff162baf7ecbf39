#include <algorithm>
#include <array>
#include <map>

#include "cornu/layers/input.hpp"
#include "io/keras/field_writer.hpp"
#include "io/keras/writers.hpp"

namespace cornu::detail {

namespace {

Json batch_shape(const Shape& shape) {
  Json out = Json::array({nullptr});
  for (const Index extent : shape) out.push_back(extent);
  return out;
}

Json input_layer(const Layer& layer, const Shape& shape) {
  return saved_object("keras.layers", Input::type,
                      {{"batch_shape", batch_shape(shape)},
                       {"dtype", "float32"},
                       {"sparse", false},
                       {"ragged", false},
                       {"name", layer.name()}});
}

template <std::size_t N>
bool is_one_of(std::string_view type, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), type) != list.end();
}

/// Layers whose inputs are one argument, a list.
constexpr std::array<std::string_view, 10> kTakeLists{
    "Add",     "Subtract", "Multiply",    "Average",   "Maximum",
    "Minimum", "Dot",      "Concatenate", "Attention", "AdditiveAttention"};
/// Layers whose inputs after the first are initial states.
constexpr std::array<std::string_view, 6> kTakeStates{"SimpleRNN", "LSTM",          "GRU",
                                                      "RNN",       "Bidirectional", "ConvLSTM2D"};

class Functional {
 public:
  explicit Functional(const Graph& graph) : graph_(graph) {
    for (const auto& node : graph.nodes()) {
      auto& calls = calls_[node->layer.get()];
      number_.emplace(node.get(), calls.size());
      calls.push_back(node.get());
    }
  }

  Json write() const {
    Json layers = Json::array();
    for (const auto& layer : graph_.layers()) layers.push_back(write_entry(*layer));
    return saved_object("keras.src.models.functional", "Functional",
                        {{"name", graph_.name()},
                         {"trainable", true},
                         {"layers", std::move(layers)},
                         {"input_layers", ends(graph_.inputs())},
                         {"output_layers", ends(graph_.outputs())}});
  }

 private:
  bool is_input(const SymbolicTensor& t) const {
    return std::find(graph_.inputs().begin(), graph_.inputs().end(), t) != graph_.inputs().end();
  }
  /// ["dense", 0, 0]; a nested functional model counts from 1 among inputs and outputs of the model.
  Json place(const SymbolicTensor& t, bool end) const {
    const Layer& layer = *graph_.source_layer(t);
    if (is_input(t)) return Json::array({layer.name(), 0, 0});
    const bool from_one = end && layer.type() == "Functional" && nested_graph(layer);
    return Json::array({layer.name(), number_.at(t.node().get()) + (from_one ? 1 : 0), t.output()});
  }
  Json ends(const std::vector<SymbolicTensor>& tensors) const {
    Json all = Json::array();
    for (const SymbolicTensor& t : tensors) all.push_back(place(t, true));
    return all;
  }
  Json tensor(const SymbolicTensor& t) const {
    return {{"class_name", "__keras_tensor__"},
            {"config",
             {{"shape", batch_shape(t.shape())}, {"dtype", "float32"}, {"keras_history", place(t, false)}}}};
  }
  Json call(const Layer& layer, const Node& node) const {
    Json tensors = Json::array();
    for (const SymbolicTensor& input : node.inputs) tensors.push_back(tensor(input));
    Json named = Json::object();
    if (is_one_of(layer.type(), kTakeStates) && tensors.size() > 1) {
      named["initial_state"] = Json(std::vector<Json>(tensors.begin() + 1, tensors.end()));
      tensors = Json::array({tensors[0]});
    } else if (is_one_of(layer.type(), kTakeLists) || (nested_graph(layer) && tensors.size() > 1)) {
      tensors = Json::array({tensors});
    }
    if (sees_the_past_only(layer)) named["use_causal_mask"] = true;
    return {{"args", std::move(tensors)}, {"kwargs", std::move(named)}};
  }
  Json write_entry(const Layer& layer) const {
    const auto found = calls_.find(&layer);
    Json entry, nodes = Json::array();
    if (found == calls_.end()) {
      entry = input_layer(layer, layer.output_shapes({})[0]);
    } else {
      entry = write_layer(layer);
      for (const Node* node : found->second) nodes.push_back(call(layer, *node));
    }
    entry["name"] = layer.name();
    entry["inbound_nodes"] = std::move(nodes);
    return entry;
  }

  const Graph& graph_;
  std::map<const Layer*, std::vector<const Node*>> calls_;
  std::map<const Node*, std::size_t> number_;
};

Json write_sequential(const Graph& graph) {
  Json layers = Json::array();
  for (const auto& layer : graph.layers())
    layers.push_back(layer->type() == Input::type ? input_layer(*layer, graph.input_shapes()[0])
                                                  : write_layer(*layer));
  const Json shape = batch_shape(graph.input_shapes()[0]);
  Json model = saved_object("keras", "Sequential",
                            {{"name", graph.name()},
                             {"trainable", true},
                             {"dtype", "float32"},
                             {"layers", std::move(layers)},
                             {"build_input_shape", shape}});
  model["build_config"] = {{"input_shape", shape}};
  return model;
}

}  // namespace

Json write_model(const Graph& graph) {
  return graph.sequential() ? write_sequential(graph) : Functional(graph).write();
}

}  // namespace cornu::detail
