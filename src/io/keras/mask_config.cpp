#include "io/keras/mask_config.hpp"

#include <algorithm>

#include "cornu/layers/concatenate.hpp"
#include "cornu/layers/masking.hpp"
#include "io/keras/layer_config.hpp"

namespace cornu::detail {

namespace {
/// Calls visit(the tensor's configuration) for each tensor in a saved argument.
template <class Visit>
void each_tensor(const Json& saved, const Visit& visit, int depth = 0) {
  if (depth > 8) return;
  if (class_of(saved) == "__keras_tensor__") return visit(member(saved, "config"));
  if (saved.is_array() || saved.is_object())
    for (const Json& element : saved) each_tensor(element, visit, depth + 1);
}

bool one_of(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
}  // namespace

SavedMasks::SavedMasks(const Json& layers) {
  std::set<std::string> masks;
  for (const Json& layer : layers)
    each_tensor(member(layer, "inbound_nodes"), [&](const Json& tensor) {
      const auto reference = read_reference(member(tensor, "keras_history"));
      if (reference && text_member(tensor, "dtype") == "bool") masks.insert(reference->layer);
    });
  for (const Json& layer : layers) {
    const std::string name = text_member(layer, "name");
    if (is_operation(layer) && masks.contains(name)) operations_.emplace(name, &layer);
  }
}

std::optional<SavedMasks::Origins> SavedMasks::made_from(const Json& mask) const {
  Origins out;
  bool known = true;
  std::vector<std::string> waiting;
  std::set<std::string> met;
  const auto add = [&](const Json& saved) {
    each_tensor(saved, [&](const Json& tensor) {
      const auto reference = read_reference(member(tensor, "keras_history"));
      known = known && reference && makes_mask(reference->layer);
      if (known && met.insert(reference->layer).second) waiting.push_back(reference->layer);
    });
  };
  add(mask);
  while (!waiting.empty() && known) {
    const Json& operation = *operations_.at(waiting.back());
    waiting.pop_back();
    const Json& nodes = member(operation, "inbound_nodes");
    const std::string type = class_of(operation);
    if (!nodes.is_array() || nodes.size() != 1) {
      known = false;
    } else if (type == "NotEqual") {
      const CallArguments arguments = read_call(nodes[0], operation);
      known = arguments.size() == 2 && arguments[0].is_tensor() && !arguments[1].is_tensor();
      if (known) out.emplace_back(arguments[0], arguments[1].number);
    } else if (one_of(type, {"Any", "LogicalOr", "ExpandDims", "Concatenate"})) {
      add(member(nodes[0], "args"));
    } else {  // of the shape of a tensor
      known = one_of(type, {"ZerosLike", "OnesLike"});
    }
  }
  return known ? std::optional(std::move(out)) : std::nullopt;
}

void SavedMasks::note(const Layer& layer, bool nested, const SymbolicTensors& inputs,
                      const SymbolicTensors& outputs) {
  if (nested || inputs.empty()) return;  // a model is drawn before it is called
  const auto masks_of = [&](const SymbolicTensor& t) {
    const auto found = of_.find({t.node().get(), t.output()});
    return found == of_.end() ? Sources() : found->second;
  };
  if (layer.mask_maker()) {
    const auto* masking = dynamic_cast<const MaskingLayer*>(&layer);
    of_[{outputs[0].node().get(), outputs[0].output()}] = {
        {inputs[0].node().get(), inputs[0].output(), masking ? double(masking->spec().mask_value) : 0.0}};
    return;
  }
  Sources any;
  bool all = true;
  for (const SymbolicTensor& t : inputs) {
    const Sources one = masks_of(t);
    all = all && !one.empty();
    any.insert(one.begin(), one.end());
  }
  const bool concatenate = dynamic_cast<const ConcatenateLayer*>(&layer) != nullptr;
  for (const SymbolicTensor& t : outputs) {
    const MaskFlow flow = layer.mask_flow(std::size_t(t.output()));
    Sources made;
    if (concatenate || (flow == MaskFlow::any && all)) made = any;
    if (flow == MaskFlow::pass) made = masks_of(inputs[0]);
    if (!made.empty()) of_[{t.node().get(), t.output()}] = std::move(made);
  }
}

void SavedMasks::refuse(const std::string& who) {
  throw ValueError(concat(who,
                          ": it is called with a mask of its own, which Cornu's layers do not take. Leave "
                          "it to Keras to hand on the masks of Embedding and Masking."));
}

}  // namespace cornu::detail
