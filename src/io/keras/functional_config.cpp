// Functional models: calls of layers that refer to each other by names and numbers.
#include <algorithm>
#include <set>

#include "cornu/layers/input.hpp"
#include "io/keras/layer_config.hpp"
#include "io/keras/mask_config.hpp"
#include "io/keras/model_reader.hpp"

namespace cornu::detail {

std::optional<CallArgument> read_reference(const Json& saved) {
  if (!saved.is_array() || saved.size() < 3 || !saved[0].is_string() || !saved[1].is_number_integer() ||
      !saved[2].is_number_integer())
    return std::nullopt;
  CallArgument out{
      .layer = saved[0].get<std::string>(), .call = saved[1].get<Index>(), .output = saved[2].get<Index>()};
  if (out.layer.empty() || out.call < 0 || out.output < 0 || out.call > 1000000 || out.output > 1000)
    return std::nullopt;
  return out;
}

namespace {

void collect(const Json& saved, const std::string& who, CallArguments& out) {
  if (saved.is_null()) return;
  if (saved.is_number()) {
    out.push_back({.number = saved.get<double>()});
  } else if (saved.is_array()) {
    for (const Json& element : saved) collect(element, who, out);
  } else if (class_of(saved) == "__keras_tensor__") {
    const auto reference = read_reference(member(member(saved, "config"), "keras_history"));
    if (!reference) throw ValueError(who + ": one of its inputs has no place. The file is damaged.");
    out.push_back(*reference);
  } else {
    throw ValueError(concat(who, ": it is called with ", shown(saved),
                            "; Cornu takes tensors and numbers only. "
                            "Use layers instead."));
  }
}

/// Keras gives it to the call, Cornu to the layer.
constexpr const char* kCausal = "use_causal_mask";

/// Whether a call of Keras 3 asks for a causal mask.
bool is_causal(const Json& node) {
  return node.is_object() && member(member(node, "kwargs"), kCausal) == true;
}

/// Keras saves each call of these with training = true, which makes no difference to them.
bool same_in_training(const std::string& type) {
  return type == "CenterCrop" || type == "Resizing" || type == "Rescaling";
}

/// Arguments by name; those that are off, or say what Cornu does anyway, are passed over.
void collect_named(const Json& named, const Json& saved, CallArguments& out) {
  if (!named.is_object()) return;
  const std::string who = who_of(saved);
  constexpr const char* kTensors[] = {"inputs", "sequence", "sequences", "x",
                                      "query",  "value",    "key",       "initial_state"};
  for (const char* key : kTensors) {
    const Json& value = member(named, key);
    const auto reference = read_reference(value);  // Keras 2
    if (reference)
      out.push_back(*reference);
    else
      collect(value, who, out);
  }
  for (const auto& [key, value] : named.items()) {
    if (value.is_null() || value == false || key == kCausal) continue;
    if (key == "training" && same_in_training(class_of(saved))) continue;
    if (key == "mask" && class_of(value) == "__keras_tensor__") continue;  // SavedMasks looks at it
    if (std::find(std::begin(kTensors), std::end(kTensors), key) != std::end(kTensors)) continue;
    throw ValueError(concat(who, ": it is called with ", key, " = ", shown(value),
                            ", which Cornu's layers do not take. Build the model without it."));
  }
}

}  // namespace

CallArguments read_call(const Json& node, const Json& saved) {
  const std::string who = who_of(saved);
  CallArguments out;
  if (node.is_object()) {
    collect(member(node, "args"), who, out);
    collect_named(member(node, "kwargs"), saved, out);
    return out;
  }
  // Keras 1 and 2: [["conv", 0, 0, {}], ...], or one of them without the list around.
  const Json list = read_reference(node) ? Json::array({node}) : node;
  if (!list.is_array()) throw ValueError(who + ": one of its calls is no list. The file is damaged.");
  for (const Json& one : list) {
    const auto reference = read_reference(one);
    if (!reference) throw ValueError(who + ": one of its inputs has no place. The file is damaged.");
    out.push_back(*reference);
    if (one.size() > 3) collect_named(one[3], saved, out);
  }
  return out;
}

namespace {

/// The layers of a functional model with the calls that have been made so far.
class Calls {
 public:
  Calls(ModelReader& reader, int depth, const Json& layers)
      : reader_(reader), depth_(depth), masks_(layers) {}

  void add(const Json& saved);
  /// Makes every call, in whatever order they become possible.
  void run();
  /// The tensors that input_layers or output_layers name.
  std::vector<SymbolicTensor> tensors(const Json& saved) const;
  std::vector<FileModel::Entry> take_layers();

 private:
  struct Place {
    const Json* saved;
    std::string name, who;
    FileModel::Entry entry = {};
    bool operation = false, from_one = false;
    std::vector<CallArguments> arguments = {};
    std::vector<SymbolicTensors> calls = {};
  };
  const SymbolicTensor* find(const CallArgument& argument, bool ends) const;
  bool advance(Place& place);
  SymbolicTensors make_call(Place& place, const CallArguments& arguments);
  void number_nested_calls();

  ModelReader& reader_;
  int depth_;
  SavedMasks masks_;
  std::size_t inputs_ = 0;
  bool modern_ = false;
  std::vector<Place> places_;
  std::map<std::string, std::size_t> by_name_;
};

void Calls::add(const Json& saved) {
  if (masks_.makes_mask(text_member(saved, "name"))) return;
  Place place{.saved = &saved, .name = text_member(saved, "name"), .who = who_of(saved)};
  if (place.name.empty()) place.name = text_member(member(saved, "config"), "name");
  if (!by_name_.emplace(place.name, places_.size()).second)
    throw ValueError(concat("two layers have the name '", place.name, "'. The file is damaged."));
  if (class_of(saved) == Input::type) {
    const SymbolicTensor input = reader_.input(saved, inputs_++, depth_);
    place.entry = {std::string(Input::type), input.node()->layer, nullptr};
    place.calls.push_back({input});
  } else {
    const Json& nodes = member(saved, "inbound_nodes");
    if (!nodes.is_array()) throw ValueError(place.who + ": it is never called. The file is damaged.");
    for (const Json& node : nodes) {
      modern_ = modern_ || node.is_object();
      place.arguments.push_back(read_call(node, saved));
    }
    place.operation = is_operation(saved);
    const auto causal = std::count_if(nodes.begin(), nodes.end(), is_causal);
    if (causal > 0 && causal < static_cast<std::ptrdiff_t>(nodes.size()))
      throw ValueError(concat(place.who, ": one of its calls has ", kCausal,
                              " and another has not. Use two layers in Keras."));
    if (causal > 0 && !member(saved, "config").is_object())
      throw ValueError(place.who + ": it has no configuration. The file is damaged.");
    Json masked = causal > 0 ? saved : Json();
    if (causal > 0) masked["config"][kCausal] = true;
    if (!place.operation) place.entry = reader_.layer(causal > 0 ? masked : saved, depth_);
  }
  places_.push_back(std::move(place));
}

// A nested model has a call of its own from when it was built. Keras 2 counts it everywhere, Keras 3 in
// input_layers and output_layers of Functional ones only.
void Calls::number_nested_calls() {
  for (Place& place : places_) place.from_one = place.entry.model != nullptr;
  if (modern_) return;
  for (const Place& place : places_)
    for (const CallArguments& arguments : place.arguments)
      for (const CallArgument& argument : arguments) {
        const auto found = by_name_.find(argument.layer);
        if (found != by_name_.end() && argument.call == 0) places_[found->second].from_one = false;
      }
}

const SymbolicTensor* Calls::find(const CallArgument& argument, bool ends) const {
  const auto found = by_name_.find(argument.layer);
  if (found == by_name_.end())
    throw ValueError(concat("layer '", argument.layer,
                            "' is asked for its output, but there is none of that "
                            "name. The file is damaged."));
  const Place& place = places_[found->second];
  const bool from_one = place.from_one && (!modern_ || (ends && place.entry.type != "Sequential"));
  const Index call = argument.call - (from_one && argument.call > 0 ? 1 : 0);
  if (call >= Index(std::max(place.arguments.size(), place.calls.size())))
    throw ValueError(concat(place.who, ": its call number ", argument.call, " is asked for, but it has ",
                            place.arguments.size(), ". The file is damaged."));
  if (call >= Index(place.calls.size())) return nullptr;
  const SymbolicTensors& outputs = place.calls[std::size_t(call)];
  if (argument.output >= Index(outputs.size()))
    throw ValueError(concat(place.who, ": its output ", argument.output, " is asked for, but it has ",
                            outputs.size(), ". The file is damaged."));
  return &outputs[std::size_t(argument.output)];
}

SymbolicTensors Calls::make_call(Place& place, const CallArguments& arguments) {
  std::vector<std::optional<SymbolicTensor>> tensors;
  std::vector<double> numbers;
  SymbolicTensors inputs;
  for (const CallArgument& argument : arguments) {
    numbers.push_back(argument.number);
    tensors.emplace_back();
    if (!argument.is_tensor()) continue;
    tensors.back() = *find(argument, false);
    inputs.push_back(*tensors.back());
  }
  if (place.operation) {
    SymbolicTensors outputs{apply_operation(*place.saved, tensors, numbers)};
    if (place.calls.empty()) place.entry = {"", outputs[0].node()->layer, nullptr};
    return outputs;
  }
  if (inputs.size() != arguments.size())
    throw ValueError(place.who + ": it is called with a number; Cornu's layers take tensors.");
  SymbolicTensors outputs = reader_.call(place.entry, inputs);
  if (!inputs.empty())
    masks_.check(member(*place.saved, "inbound_nodes")[place.calls.size()], inputs[0], place.who,
                 [&](const CallArgument& a) { return find(a, false); });
  masks_.note(*place.entry.layer, place.entry.model != nullptr, inputs, outputs);
  return outputs;
}

bool Calls::advance(Place& place) {
  bool moved = false;
  while (place.calls.size() < place.arguments.size()) {
    const CallArguments& arguments = place.arguments[place.calls.size()];
    const bool ready = std::all_of(arguments.begin(), arguments.end(), [&](const CallArgument& a) {
      return !a.is_tensor() || find(a, false) != nullptr;
    });
    if (!ready) return moved;
    place.calls.push_back(make_call(place, arguments));
    moved = true;
  }
  return moved;
}

void Calls::run() {
  number_nested_calls();
  for (bool moved = true; moved;) {
    moved = false;
    for (Place& place : places_) moved = advance(place) || moved;
  }
  for (const Place& place : places_)
    if (place.calls.size() < place.arguments.size())
      throw ValueError(place.who + ": its inputs depend on its own output. The file is damaged.");
}

// One reference, a list of them, or a dict whose values are sorted by their keys.
std::vector<SymbolicTensor> Calls::tensors(const Json& saved) const {
  std::vector<SymbolicTensor> out;
  if (const auto reference = read_reference(saved)) {
    if (const SymbolicTensor* found = find(*reference, true)) out.push_back(*found);
    return out;
  }
  if (saved.is_array() || saved.is_object())
    for (const Json& element : saved)
      for (SymbolicTensor& tensor : tensors(element)) out.push_back(std::move(tensor));
  return out;
}

std::vector<FileModel::Entry> Calls::take_layers() {
  std::vector<FileModel::Entry> layers;
  for (Place& place : places_)
    if (place.entry.layer && !place.operation) layers.push_back(std::move(place.entry));
  return layers;
}

}  // namespace

FileModel ModelReader::functional(const Json& saved, int depth) {
  const Json& config = member(saved, "config");
  const std::string name = text_member(config, "name");
  const Json& layers = member(config, "layers");
  if (!layers.is_array() || layers.empty())
    throw ValueError(concat("model '", name,
                            "' has no layers, or is of a class of its own in Python. Rebuild it from "
                            "Keras' layers as a functional model and save it again."));
  Calls calls(*this, depth, layers);
  for (const Json& one : layers) calls.add(one);
  calls.run();
  auto inputs = calls.tensors(member(config, "input_layers"));
  auto outputs = calls.tensors(member(config, "output_layers"));
  FileModel out;
  out.graph = std::make_shared<Graph>(std::move(inputs), std::move(outputs), name, false);
  out.layers = calls.take_layers();
  return out;
}

}  // namespace cornu::detail
