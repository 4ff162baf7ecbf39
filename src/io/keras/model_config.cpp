#include "io/keras/model_config.hpp"

#include "cornu/layers/input.hpp"
#include "io/keras/layer_config.hpp"
#include "io/keras/legacy_config.hpp"
#include "io/keras/model_reader.hpp"
#include "layers/weight_budget.hpp"

namespace cornu::detail {

bool is_model_class(const std::string& type) {
  return type == "Sequential" || type == "Functional" || type == "Model";
}

FileModel FileModel::of(const std::shared_ptr<Graph>& graph) {
  FileModel out{.graph = graph, .layers = {}};
  for (const auto& layer : graph->layers()) {
    if (graph->sequential() && layer->type() == Input::type) continue;
    Entry entry{.type = std::string(layer->type()), .layer = layer, .model = nullptr};
    if (const auto* nested = dynamic_cast<const NestedModel*>(layer.get()))
      entry.model = std::make_shared<FileModel>(of(nested->graph()));
    out.layers.push_back(std::move(entry));
  }
  return out;
}

FileModel read_model(const Json& saved, const ModelConfigOptions& options, Notes& notes) {
  constexpr Index kSlack =
      1 << 20;  // a model that is a little too large gets a better message from its weights
  const WeightBudget budget(options.most_numbers + kSlack);
  return ModelReader(options, notes).model(saved, 0);
}

ModelReader::~ModelReader() {
  for (auto& [layer, initializers] : initializers_)
    for (std::size_t k = 0; k < initializers.size(); ++k) layer->weights()[k].initializer = initializers[k];
}

FileModel ModelReader::model(const Json& saved, int depth) {
  const std::string type = class_of(saved);
  constexpr int kDeepest = 32;
  if (depth > kDeepest) throw ValueError("models are nested more than 32 deep. The file is damaged.");
  if (type == "Sequential") return sequential(saved, depth);
  if (type == "Functional" || type == "Model") return functional(saved, depth);
  throw ValueError(
      concat("the model is of class ", type.empty() ? "?" : type,
             "; Cornu reads Sequential and functional models. A class of your own in Python has to be "
             "rebuilt from Keras' layers and saved again."));
}

FileModel::Entry ModelReader::layer(const Json& saved, int depth) {
  const std::string type = class_of(saved);
  if (!is_model_class(type)) return {modern_class(type), read_layer(saved, notes_).pointer(), nullptr};
  auto inner = std::make_shared<FileModel>(model(saved, depth + 1));
  FileModel::Entry entry{type, Graph::as_layer(inner->graph), inner};
  const Json& trainable = member(member(saved, "config"), "trainable");
  if (trainable.is_boolean()) entry.layer->set_trainable(trainable.get<bool>());
  return entry;
}

SymbolicTensors ModelReader::call(const FileModel::Entry& entry, const SymbolicTensors& inputs) {
  const bool first = !entry.layer->built();
  SymbolicTensors outputs = cornu::call(LayerHandle(entry.layer), inputs);
  if (first && !entry.layer->weights().empty()) {
    std::vector<Initializer> own;
    for (Weight& weight : entry.layer->weights()) {
      own.push_back(weight.initializer);
      weight.initializer = Zeros{};
    }
    initializers_.emplace_back(entry.layer, std::move(own));
  }
  return outputs;
}

SymbolicTensor ModelReader::input(const Json& saved, std::size_t place, int depth) {
  const Json& config = member(saved, "config");
  const std::string name = text_member(config, "name");
  const std::string who = concat("input '", name, "'");
  const Json& dtype = member(config, "dtype");
  if (dtype == "string") throw ValueError(who + ": it takes texts; Cornu takes numbers. Convert them first.");
  if (depth == 0 && place < options_.input_shapes.size())
    return Input{.shape = options_.input_shapes[place], .name = name};
  const Json& modern = member(config, "batch_shape");
  return Input{.shape = sample_shape(modern.is_null() ? member(config, "batch_input_shape") : modern, who),
               .name = name};
}

namespace {
/// The input shape that a layer of a Sequential carries, null when it does not.
Json carried_shape(const Json& layer) {
  const Json& config = member(layer, "config");
  for (const char* key : {"batch_shape", "batch_input_shape"})
    if (member(config, key).is_array()) return config[key];
  if (!is_model_class(class_of(layer))) return {};
  if (const Json& layers = config.is_array() ? config : member(config, "layers");
      layers.is_array() && !layers.empty() && class_of(layer) == "Sequential")
    return carried_shape(layers[0]);
  return {};
}
}  // namespace

Json ModelReader::sequential_input(const Json& saved, const Json& layers) const {
  if (!layers.empty()) {
    Json carried = carried_shape(layers[0]);
    if (carried.is_array()) return carried;
  }
  for (const Json& place : {member(member(saved, "config"), "build_input_shape"),
                            member(member(saved, "build_config"), "input_shape")})
    if (place.is_array()) return place;
  return {};
}

FileModel ModelReader::sequential(const Json& saved, int depth) {
  const Json& config = member(saved, "config");
  const Json& layers = config.is_array() ? config : member(config, "layers");
  std::string name = text_member(config, "name");
  if (!layers.is_array() || layers.empty())
    throw ValueError("the Sequential has no layers. The file is damaged.");
  FileModel out;
  std::optional<SymbolicTensor> x, start;
  std::size_t first = 0;
  if (class_of(layers[0]) == Input::type) {
    x = start = input(layers[0], 0, depth);
    first = 1;
  }
  for (std::size_t i = first; i < layers.size(); ++i) {
    out.layers.push_back(layer(layers[i], depth));
    const FileModel::Entry& entry = out.layers.back();
    if (!x && entry.model && entry.model->graph->input_shapes().size() == 1) {
      x = start = Input{.shape = entry.model->graph->input_shapes()[0]};
    } else if (!x) {
      const std::string who = concat("model '", name, "'");
      const Json shape = sequential_input(saved, layers);
      if (depth == 0 && !options_.input_shapes.empty())
        x = start = Input{.shape = options_.input_shapes[0]};
      else if (shape.is_array())
        x = start = Input{.shape = sample_shape(shape, who)};
      else
        throw ValueError(who +
                         ": it was saved without an input shape. Give it as LoadOptions{.input_shapes = "
                         "{{...}}} (cornu: --input-shape).");
    }
    x = call(entry, {*x})[0];
  }
  if (!x) throw ValueError("the Sequential has no layers. The file is damaged.");
  out.graph = std::make_shared<Graph>(std::vector{*start}, std::vector{*x}, std::move(name), true);
  return out;
}

}  // namespace cornu::detail
