#include <map>
#include <variant>

#include "cornu/layers/input.hpp"
#include "cornu/layers/layers.hpp"
#include "io/keras/field_writer.hpp"
#include "io/keras/writers.hpp"

namespace cornu::detail {

namespace {

using Config = Json (*)(const Layer& layer);

/// Null when the layer is of another class that only has the same name.
template <class Spec>
Json config_of(const Layer& layer) {
  const auto* made = dynamic_cast<const SpecOf<Spec>*>(&layer);
  return made ? fields_config(made->spec()) : Json();
}

const std::map<std::string_view, Config>& configs() {
  static const auto all = [] {
    std::map<std::string_view, Config> made;
    BuiltinLayers::for_each(
        [&]<class Spec>(std::type_identity<Spec>) { made.emplace(Spec::type, &config_of<Spec>); });
    return made;
  }();
  return all;
}

}  // namespace

Json write_layer(const Layer& layer) {
  if (const auto* nested = dynamic_cast<const NestedModel*>(&layer)) {
    Json model = write_model(*nested->graph());
    model["config"]["name"] = layer.name();
    model["config"]["trainable"] = layer.trainable();
    return model;
  }
  const auto found = configs().find(layer.type());
  Json config;
  try {
    if (found != configs().end()) config = found->second(layer);
  } catch (const ValueError& error) {
    throw ValueError(concat(layer.who(), ": ", error.what()));
  }
  if (config.is_null())
    throw ValueError(layer.who() +
                     " is a class of your own, which Keras' files cannot hold. Save the weights only "
                     "(save_weights) and build the model in code.");
  if (!layer.name().empty()) config["name"] = layer.name();
  config.erase("use_causal_mask");  // an argument of the call
  for (const char* recent : {"use_gate", "sliding_window"})
    if (config.contains(recent) && (config[recent].is_null() || config[recent] == false))
      config.erase(recent);
  config["trainable"] = layer.trainable();
  config["dtype"] = "float32";
  return saved_object("keras.layers", layer.type(), std::move(config));
}

bool sees_the_past_only(const Layer& layer) {
  const auto asks = [&]<class Spec>(std::type_identity<Spec>) {
    const auto* made = dynamic_cast<const SpecOf<Spec>*>(&layer);
    return made && made->spec().use_causal_mask;
  };
  return asks(std::type_identity<Attention>{}) || asks(std::type_identity<AdditiveAttention>{}) ||
         asks(std::type_identity<MultiHeadAttention>{});
}

Json write_cell_field(const CellHandle& cell) {
  return std::visit(
      [](const auto& spec) {
        Json config = fields_config(spec);
        config["name"] = spec.name.empty() ? cornu::snake_case(spec.type) : spec.name;
        config["trainable"] = true;
        config["dtype"] = "float32";
        return saved_object("keras.layers", spec.type, std::move(config));
      },
      cell.spec().get());
}

Json write_layer_field(const LayerHandle& layer) {
  return layer.pointer() ? write_layer(layer.layer()) : Json();
}

}  // namespace cornu::detail
