#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "cornu/layers/layers.hpp"
#include "io/keras/writers.hpp"

namespace cornu::detail {

namespace {

/// Where a layer's weights lie in its group: "vars/0", "cell/vars/1", "forward_layer/cell/vars/0".
std::vector<std::string> places(std::string_view type, const std::vector<Weight>& weights, std::size_t first,
                                std::size_t count, const Layer* inner) {
  constexpr std::array<std::string_view, 4> kCells{"SimpleRNN", "LSTM", "GRU", "ConvLSTM2D"};
  std::vector<std::string> out;
  const auto numbered = [&](const std::string& group, std::size_t n) {
    for (std::size_t k = 0; k < n; ++k) out.push_back(group + "vars/" + std::to_string(k));
  };
  const auto inside = [&](const std::string& group, std::size_t from, std::size_t n) {
    for (std::string& place : places(inner->type(), weights, from, n, nullptr)) out.push_back(group + place);
  };
  if (std::find(kCells.begin(), kCells.end(), type) != kCells.end()) {
    numbered("cell/", count);
  } else if (type == "Bidirectional" && inner) {
    inside("forward_layer/", first, count / 2);
    inside("backward_layer/", first + count / 2, count - count / 2);
  } else if (type == "TimeDistributed" && inner) {
    inside("layer/", first, count);
  } else if (type == "MultiHeadAttention") {
    for (const char* part : {"query_dense/", "key_dense/", "value_dense/", "output_dense/"})
      numbered(part, count / 4);
  } else if (type == "RNN") {
    // The weights of several cells carry the cell in their names: "lstm_cell_1/kernel".
    std::map<std::string, int> used;
    for (std::size_t k = first; k < first + count; ++k) {
      const std::string::size_type slash = weights[k].name.find('/');
      const std::string cell =
          slash == std::string::npos ? "" : "cells/" + weights[k].name.substr(0, slash) + "/";
      out.push_back("cell/" + cell + "vars/" + std::to_string(used[cell]++));
    }
  } else {
    numbered("", count);
  }
  return out;
}

/// The layer in a wrapper's field `layer` or `cell`; null for others.
const Layer* inner_layer(const Layer& layer) {
  const Layer* inner = nullptr;
  BuiltinLayers::for_each([&]<class Spec>(std::type_identity<Spec>) {
    const auto* made = dynamic_cast<const SpecOf<Spec>*>(&layer);
    if (!made) return;
    Spec::fields(made->spec(), [&](std::string_view name, const auto& field) {
      if constexpr (std::is_same_v<std::decay_t<decltype(field)>, LayerHandle>)
        if (!inner || name == "layer" || name == "cell") inner = field.pointer().get();
    });
  });
  return inner;
}

void write_container(H5Writer& out, const FileModel& model, const std::string& path,
                     std::set<const Layer*>& visited) {
  std::map<std::string, int> count;
  for (const auto& entry : model.layers) {
    const Layer& layer = *entry.layer;
    const std::string base = cornu::snake_case(entry.type);
    const int place = count[base]++;
    const std::string group = path + "layers/" + base + (place ? "_" + std::to_string(place) : "") + "/";
    if (!visited.insert(&layer).second) continue;
    if (entry.model) {
      out.group(group + "vars");
      write_container(out, *entry.model, group, visited);
      continue;
    }
    out.group(group + "vars");
    out.text(group + "vars", "name", layer.name());
    const auto& weights = layer.weights();
    const auto where = places(layer.type(), weights, 0, weights.size(), inner_layer(layer));
    for (std::size_t k = 0; k < weights.size(); ++k) out.array(group + where.at(k), weights[k].value.view());
  }
}

}  // namespace

void write_modern_weights(H5Writer& out, const FileModel& model) {
  std::set<const Layer*> visited;
  out.group("layers");
  out.group("vars");
  out.text("vars", "name", model.graph->name());
  write_container(out, model, "", visited);
}

namespace {
struct Named {
  std::string name;
  const Weight* weight;
};
void collect(const FileModel::Entry& entry, bool trainable, const std::string& prefix,
             std::vector<Named>& trained, std::vector<Named>& frozen, std::set<const Weight*>& seen) {
  trainable = trainable && entry.layer->trainable();
  const std::string path = prefix + entry.layer->name() + "/";
  if (entry.model)
    for (const auto& inner : entry.model->layers) collect(inner, trainable, path, trained, frozen, seen);
  for (const Weight& weight : entry.layer->weights())
    if (seen.insert(&weight).second)
      (trainable && weight.trainable ? trained : frozen).push_back({path + weight.name, &weight});
}
}  // namespace

void write_legacy_weights(H5Writer& out, const FileModel& model, const std::string& root) {
  std::vector<std::string> layers;
  for (const auto& entry : model.layers) {
    const std::string group = (root.empty() ? "" : root + "/") + entry.layer->name();
    std::vector<Named> arrays, frozen;
    std::set<const Weight*> seen;
    collect(entry, true, "", arrays, frozen, seen);
    arrays.insert(arrays.end(), frozen.begin(), frozen.end());
    out.group(group);
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (auto& [name, weight] : arrays) {
      for (int k = 1; !taken.insert(name).second; ++k) name += "_" + std::to_string(k);
      out.array(group + "/" + name, weight->value.view());
      names.push_back(name);
    }
    out.texts(group, "weight_names", names);
    layers.push_back(entry.layer->name());
  }
  out.texts(root, "layer_names", layers);
  out.text(root, "backend", "tensorflow");
  out.text(root, "keras_version", kKerasVersion);
}

void write_modern_optimizer(H5Writer& out, const Optimizer& optimizer) {
  const std::string group = "optimizer/vars/";
  std::size_t next = 0;
  out.integer(group + std::to_string(next++), optimizer.iterations());
  const float rate = optimizer.learning_rate();
  if (!optimizer.has_schedule()) out.array(group + std::to_string(next++), View<const float>(&rate, Shape{}));
  for (const Optimizer::Slot& slot : optimizer.slots()) out.array(group + std::to_string(next++), slot.value);
  out.text("optimizer/vars", "name", std::string(optimizer.name()));
}

void write_legacy_optimizer(H5Writer& out, const Optimizer& optimizer) {
  const std::string root = std::string(kLegacyOptimizer) + "/", prefix = std::string(optimizer.name()) + "/";
  std::vector<std::string> names{prefix + "iteration"};
  out.integer(root + names[0], optimizer.iterations());
  const float rate = optimizer.learning_rate();
  if (!optimizer.has_schedule()) {
    names.push_back(prefix + "learning_rate");
    out.array(root + names.back(), View<const float>(&rate, Shape{}));
  }
  for (const Optimizer::Slot& slot : optimizer.slots()) {
    names.push_back(concat(prefix, "variable_", names.size(), "_", slot.name));
    out.array(root + names.back(), slot.value);
  }
  out.texts(kLegacyOptimizer, "weight_names", names);
}

}  // namespace cornu::detail
