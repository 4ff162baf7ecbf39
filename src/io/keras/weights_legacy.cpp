// Keras 1 and 2, and Keras 3's .h5: attributes list the layers and the arrays of each.
#include <algorithm>
#include <map>

#include "io/keras/weights.hpp"

namespace cornu::detail {

namespace {

struct Saved {
  std::string name;
  std::vector<std::string> arrays;
};

std::vector<Saved> saved_layers(const H5Reader& file) {
  const std::string root = file.has("model_weights") ? "model_weights" : "";
  const auto names = file.texts(root, "layer_names");
  if (!names)
    throw ValueError(
        "it holds no weights in a layout of Keras: neither a group 'layers' nor a list of layer_names. Is it "
        "a file "
        "of Keras?");
  std::vector<Saved> out;
  for (const std::string& name : *names) {
    const std::string group = root.empty() ? name : root + "/" + name;
    Saved saved{.name = name, .arrays = {}};
    for (const std::string& array : file.texts(group, "weight_names").value_or(std::vector<std::string>{})) {
      const std::string path = group + "/" + array;
      if (!file.has_dataset(path))
        throw ValueError(
            concat("its layer '", name, "' lists '", array, "', which is not there. The file is damaged."));
      saved.arrays.push_back(path);
    }
    if (!saved.arrays.empty()) out.push_back(std::move(saved));
  }
  return out;
}

struct Wanted {
  std::string name, who;
  std::vector<Weight*> in_order, trainable_first;
};

void add_weights(const FileModel::Entry& entry, bool trainable, std::vector<Weight*>& all,
                 std::vector<Weight*>& trained, std::vector<Weight*>& frozen) {
  trainable = trainable && entry.layer->trainable();
  if (entry.model)
    for (const auto& inner : entry.model->layers) add_weights(inner, trainable, all, trained, frozen);
  for (Weight& weight : entry.layer->weights()) {
    if (std::find(all.begin(), all.end(), &weight) != all.end()) continue;
    all.push_back(&weight);
    (trainable && weight.trainable ? trained : frozen).push_back(&weight);
  }
}

std::vector<Wanted> wanted_layers(const FileModel& model) {
  std::vector<Wanted> out;
  for (const auto& entry : model.layers) {
    Wanted wanted{
        .name = entry.layer->name(), .who = entry.layer->who(), .in_order = {}, .trainable_first = {}};
    std::vector<Weight*> frozen;
    add_weights(entry, true, wanted.in_order, wanted.trainable_first, frozen);
    wanted.trainable_first.insert(wanted.trainable_first.end(), frozen.begin(), frozen.end());
    if (!wanted.in_order.empty()) out.push_back(std::move(wanted));
  }
  return out;
}

/// What was trainable when a nested model was saved decides the order of its arrays; the file does not tell.
std::string match(const H5Reader& file, const Wanted& wanted, const Saved& saved, WeightPlan& plan) {
  std::string mismatch = match_weights(file, wanted.trainable_first, saved.arrays, wanted.who, plan);
  if (mismatch.empty() || match_weights(file, wanted.in_order, saved.arrays, wanted.who, plan).empty())
    return {};
  return mismatch;
}

}  // namespace

WeightPlan plan_legacy_weights(const H5Reader& file, const FileModel& model, const WeightOptions& options,
                               Notes& notes) {
  const std::vector<Saved> saved = saved_layers(file);
  const std::vector<Wanted> wanted = wanted_layers(model);
  std::map<std::string, const Saved*> by_name;
  for (const Saved& layer : saved) by_name.emplace(layer.name, &layer);
  const bool same_names = saved.size() == wanted.size() && by_name.size() == saved.size() &&
                          std::all_of(wanted.begin(), wanted.end(),
                                      [&](const Wanted& layer) { return by_name.contains(layer.name); });
  const auto fail = [&](const std::string& what) {
    if (!options.skip_mismatch) throw ShapeError(what);
    notes.push_back(what + " Its weights stay as they are.");
  };
  if (!options.by_name && !same_names && saved.size() != wanted.size())
    throw ShapeError(concat("the file has ", saved.size(), " layers with weights, the model ", wanted.size(),
                            ". The file belongs to another model; give by_name to take what both have."));
  WeightPlan plan;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Saved* source = nullptr;
    if (options.by_name || same_names) {
      const auto found = by_name.find(wanted[i].name);
      if (found == by_name.end()) continue;
      source = found->second;
    } else {
      source = &saved[i];
    }
    const std::string mismatch = match(file, wanted[i], *source, plan);
    if (!mismatch.empty()) fail(mismatch);
  }
  return plan;
}

}  // namespace cornu::detail
