#include "cornu/model/model.hpp"

#include <algorithm>

#include "model/inference_pool.hpp"

namespace cornu {

Model::Model(const Inputs& inputs, const Outputs& outputs, std::string name) {
  set_graph(std::make_shared<detail::Graph>(inputs, outputs, std::move(name), false));
}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

void Model::set_graph(std::shared_ptr<detail::Graph> graph) {
  pool_ = graph ? std::make_shared<detail::InferencePool>(graph) : nullptr;
  graph_ = std::move(graph);
  training_.reset();
}

const std::shared_ptr<detail::Graph>& Model::graph(std::string_view what) const {
  if (!graph_)
    throw StateError(detail::concat("Sequential: ", what,
                                    " needs the input shape, which is not known yet. Start the list with an "
                                    "Input{.shape = ...}, call build(shape), or fit first."));
  return graph_;
}

Model::operator LayerHandle() const {
  return LayerHandle(detail::Graph::as_layer(graph("calling the model as a layer")));
}

const std::string& Model::name() const { return graph("name")->name(); }

std::vector<Layer*> Model::layers() const {
  std::vector<Layer*> all;
  for (const auto& layer : graph("layers")->layers())
    if (!graph_->sequential() || layer->type() != Input::type) all.push_back(layer.get());
  return all;
}

namespace {
Layer* find_layer(const detail::Graph& graph, std::string_view name, std::string& known) {
  for (const auto& layer : graph.layers()) {
    if (layer->name() == name) return layer.get();
    if (graph.sequential() && layer->type() == Input::type) continue;  // nobody sees it
    known += (known.empty() ? "" : ", ") + layer->name();
  }
  for (const auto& layer : graph.layers())
    if (const detail::Graph* inner = detail::nested_graph(*layer))
      if (Layer* found = find_layer(*inner, name, known)) return found;
  return nullptr;
}
}  // namespace

Layer& Model::layer(std::string_view name) {
  return const_cast<Layer&>(static_cast<const Model&>(*this).layer(name));
}

const Layer& Model::layer(std::string_view name) const {
  std::string known;
  if (const Layer* found = find_layer(*graph("layer"), name, known)) return *found;
  throw ValueError(
      detail::concat("model '", graph_->name(), "' has no layer '", name, "'. It has: ", known, "."));
}

Shapes Model::input_shapes() const { return graph("input_shapes")->input_shapes(); }
Shapes Model::output_shapes() const { return graph("output_shapes")->output_shapes(); }
std::vector<Weight*> Model::weights() const { return graph("weights")->weights(); }

std::vector<Tensor> Model::get_weights() const {
  std::vector<Tensor> values;
  for (const Weight* w : weights()) values.push_back(w->value);
  return values;
}

void Model::set_weights(const std::vector<Tensor>& values) {
  const std::vector<Weight*> all = weights();
  if (values.size() != all.size())
    throw ShapeError(detail::concat("set_weights: ", values.size(), " tensors were given, model '", name(),
                                    "' has ", all.size(),
                                    " weights. Give one each, in the order of weights()."));
  for (std::size_t i = 0; i < all.size(); ++i)
    if (values[i].shape() != all[i]->value.shape())
      throw ShapeError(detail::concat("set_weights: tensor ", i, " is ", values[i].shape().text(),
                                      ", weight '", all[i]->name, "' is ", all[i]->value.shape().text(),
                                      ". Shapes must agree."));
  for (std::size_t i = 0; i < all.size(); ++i) all[i]->value = values[i];
}

Index Model::count_params() const {
  Index n = 0;
  for (const Weight* w : weights()) n += w->value.size();
  return n;
}

void Model::set_trainable(bool trainable) { graph("set_trainable")->set_trainable(trainable); }

void Model::reset_states() {
  for (Layer* layer : graph("reset_states")->leaf_layers()) layer->reset_states();
}

void Model::initialize(std::uint64_t seed) { graph("initialize")->initialize(seed, false); }

}  // namespace cornu
