#include "io/keras/layer_config.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "cornu/layers/layers.hpp"
#include "io/keras/legacy_config.hpp"

namespace cornu::detail {

std::string who_of(const Json& saved) {
  const std::string name = text_member(member(saved, "config"), "name");
  return concat("layer '", name.empty() ? text_member(saved, "name") : name, "' (", class_of(saved), ")");
}

Shape sample_shape(const Json& batch_shape, const std::string& who) {
  if (!batch_shape.is_array() || batch_shape.empty() || batch_shape.size() > Shape::kMaxRank)
    throw ValueError(concat(who, ": its input shape is ", shown(batch_shape), ", which is none."));
  std::vector<Index> extents;
  for (std::size_t axis = 1; axis < batch_shape.size(); ++axis) {
    const Json& extent = batch_shape[axis];
    if (extent.is_null())
      throw ValueError(concat(who, ": its input shape is ", shown(batch_shape),
                              "; Cornu needs the size of axis ", axis,
                              ". Give it as LoadOptions{.input_shapes = {{...}}} (cornu: --input-shape)."));
    if (!extent.is_number_integer() || extent.get<double>() < 1 || extent.get<double>() > 1e12)
      throw ValueError(concat(who, ": its input shape is ", shown(batch_shape), ", which is none."));
    extents.push_back(extent.get<Index>());
  }
  return Shape(std::span<const Index>(extents));
}

namespace {

/// Members of configurations that change nothing in Cornu, whatever they are.
constexpr std::array kHarmless{"name",
                               "trainable",
                               "dtype",
                               "batch_input_shape",
                               "batch_shape",
                               "input_shape",
                               "input_dtype",
                               "seed",
                               "implementation",
                               "unroll",
                               "synchronized",
                               "renorm_momentum",
                               "renorm_clipping",
                               "input_length",
                               "sparse",
                               "ragged",
                               "supports_masking",
                               "autocast",
                               "fill_mode",
                               "fill_value",
                               "attention_axes",
                               "build_input_shape",
                               "batch_size"};

/// Defaults that Keras writes out; another value asks for something that the layer does not do.
bool is_default(const std::string& key, const Json& value) {
  if (value.is_null() || value == false || (value.is_array() && value.empty())) return true;
  if (key == "data_format") return value == "channels_last";
  if (key == "groups" || key == "depth_multiplier") return value == 1;
  if (key == "dilation_rate")
    return value.is_array() ? std::all_of(value.begin(), value.end(), [](const Json& v) { return v == 1; })
                            : value == 1;
  return key.ends_with("_initializer");
}

void check_unread(const Json& config, const FieldContext& context) {
  for (const auto& [key, value] : config.items()) {
    if (context.seen.contains(key)) continue;
    if (key == "data_format" && value == "channels_first")
      throw ValueError(concat(context.who,
                              ": data_format is channels_first; Cornu computes channels_last only. "
                              "Convert the model in Keras."));
    if (std::find(kHarmless.begin(), kHarmless.end(), key) != kHarmless.end() || is_default(key, value))
      continue;
    context.refuse(key, value, "Cornu's layer has no such option.");
  }
}

void check_dtype(const Json& config, FieldContext& context) {
  const Json& saved = member(config, "dtype");
  const std::string dtype =
      saved.is_string() ? saved.get<std::string>() : text_member(member(saved, "config"), "name");
  if (dtype.find("16") != std::string::npos || dtype == "float64")
    context.notes.push_back(concat(context.who, ": its numbers are ", dtype, "; Cornu computes in float32."));
  if (dtype == "string" || dtype.starts_with("complex") || dtype.find("int8") != std::string::npos)
    context.refuse("dtype", saved, "Cornu computes in float32.");
}

using Make = LayerHandle (*)(const Json& config, FieldContext& context);

template <class Spec>
LayerHandle make(const Json& config, FieldContext& context) {
  Spec spec = blank_spec<Spec>();
  Spec::fields(spec, FieldReader(config, context));
  check_unread(config, context);
  spec.name = text_member(config, "name");
  const Json& trainable = member(config, "trainable");
  LayerHandle layer(std::move(spec));
  layer.layer().set_trainable(!trainable.is_boolean() || trainable.get<bool>());
  return layer;
}

const std::map<std::string_view, Make>& makers() {
  static const auto all = [] {
    std::map<std::string_view, Make> made;
    BuiltinLayers::for_each(
        [&]<class Spec>(std::type_identity<Spec>) { made.emplace(Spec::type, &make<Spec>); });
    return made;
  }();
  return all;
}

[[noreturn]] void refuse_class(const Json& saved, const std::string& type) {
  const std::string who = who_of(saved);
  if (type == "Lambda")
    throw ValueError(who +
                     ": Cornu cannot run Python code; replace it by layers (Rescaling, Activation, Reshape, "
                     "...) in Keras and save the model again.");
  if (type.starts_with("CuDNN"))
    throw ValueError(who + ": its weights are in cuDNN's order. Load and save the model in Keras 2 with " +
                     type.substr(5) + " first.");
  if (type == "TFOpLambda" || type == "TensorFlowOpLayer" || type == "SlicingOpLambda")
    throw ValueError(who +
                     ": it is an operation of TensorFlow, which Cornu does not have. Write it with layers in "
                     "Keras and save the model again.");
  const std::string registered = text_member(saved, "registered_name") + text_member(saved, "class_name");
  const Json& module = member(saved, "module");
  if (registered.find('>') != std::string::npos ||
      (module.is_string() && module.get<std::string>().find("keras") == std::string::npos))
    throw ValueError(
        who +
        ": Cornu has no layer of this class. If it is a class of your own in Python, replace it by "
        "Keras' layers and save the model again.");
  throw ValueError(who +
                   ": Cornu has no layer of this class yet. Replace it by others in Keras and save the model "
                   "again.");
}

}  // namespace

LayerHandle read_layer(const Json& saved, Notes& notes) {
  const std::string type = modern_class(class_of(saved));
  const auto found = makers().find(type);
  if (found == makers().end()) refuse_class(saved, type);
  FieldContext context{.who = who_of(saved), .notes = notes};
  Json config = member(saved, "config");
  if (!config.is_object()) throw ValueError(context.who + " has no configuration. The file is damaged.");
  modernize(type, config);
  check_dtype(config, context);
  try {
    return found->second(config, context);
  } catch (
      const ValueError& error) {  // checks of the layers themselves say who they are, but not by this name
    if (std::string_view(error.what()).starts_with("layer '")) throw;
    throw ValueError(concat(context.who, ": ", error.what()));
  }
}

LayerHandle read_layer_field(const Json& saved, FieldContext& context) {
  if (!saved.is_object()) context.refuse("its inner layer", saved, "it must be a layer.");
  return read_layer(saved, context.notes);
}

CellHandle read_cell_field(const Json& saved, FieldContext& context) {
  if (!saved.is_object()) context.refuse("its cell", saved, "it must be a cell.");
  const std::string type = class_of(saved);
  FieldContext own{.who = concat(context.who, ", its ", type), .notes = context.notes};
  const Json& config = member(saved, "config");
  auto spec = read_alternative<detail::Choice<CellHandle::Types>::Variant>(type, config, own);
  if (!spec)
    throw ValueError(own.who +
                     ": Cornu has no cell of this class. Use LSTMCell, GRUCell, SimpleRNNCell or "
                     "StackedRNNCells.");
  check_unread(config, own);
  return std::visit([](const auto& cell) { return CellHandle(cell); }, *spec);
}

}  // namespace cornu::detail
