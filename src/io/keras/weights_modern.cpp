// Keras 3: layers/<class>_<place>/vars/<k>, with the parts of a layer in groups of their own.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "cornu/layers/input.hpp"
#include "io/keras/weights.hpp"

namespace cornu::detail {

namespace {

constexpr std::string_view kRoots[] = {"layers", "_layer_checkpoint_dependencies"};

std::string joined(const std::string& a, std::string_view b) {
  return a.empty() ? std::string(b) : a + "/" + std::string(b);
}

/// "layers/functional" of a group that holds layers; "" when it holds none.
std::string layers_group(const H5Reader& file, const std::string& path) {
  for (const std::string_view root : kRoots)
    if (file.has(joined(path, root))) return joined(path, root);
  return {};
}

/// Place of a part among those of its layer, as in Keras' model.weights; others come after, by their names.
int part_rank(std::string_view name) {
  constexpr std::array<std::string_view, 6> kParts{"forward_layer", "backward_layer", "query_dense",
                                                   "key_dense",     "value_dense",    "output_dense"};
  name.remove_prefix(std::min(name.find_first_not_of('_'), name.size()));
  return static_cast<int>(std::find(kParts.begin(), kParts.end(), name) - kParts.begin());
}

/// Every array of a layer: its own variables, then those of its parts.
void collect_variables(const H5Reader& file, const std::string& path, std::vector<std::string>& out) {
  for (const std::string& name : file.children(path + "/vars"))
    if (file.has_dataset(path + "/vars/" + name)) out.push_back(path + "/vars/" + name);
  std::vector<std::string> parts = file.children(path);
  std::erase_if(parts, [](const std::string& name) {
    return name == "vars" || name.find("seed_generator") != std::string::npos;
  });
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return part_rank(a) < part_rank(b); });
  for (const std::string& part : parts) collect_variables(file, path + "/" + part, out);
}

class Modern {
 public:
  Modern(const H5Reader& file, const WeightOptions& options, Notes& notes)
      : file_(file), options_(options), notes_(notes) {}

  void container(const FileModel& model, const std::string& path);
  WeightPlan take() { return std::move(plan_); }

 private:
  std::map<const Layer*, std::string> groups(const FileModel& model, const std::string& root) const;
  std::map<const Layer*, std::string> groups_by_name(const FileModel& model, const std::string& root) const;
  void layer(const FileModel::Entry& entry, const std::string& group);
  void fail(const std::string& what) {
    if (!options_.skip_mismatch) throw ShapeError(what);
    notes_.push_back(what + " Its weights stay as they are.");
  }

  const H5Reader& file_;
  const WeightOptions& options_;
  Notes& notes_;
  WeightPlan plan_;
  std::set<const Layer*> visited_;
};

std::map<const Layer*, std::string> Modern::groups(const FileModel& model, const std::string& root) const {
  std::map<const Layer*, std::string> out;
  std::map<std::string, int> count;
  for (const auto& entry : model.layers) {
    const std::string base = cornu::snake_case(entry.type);
    const int place = count[base]++;
    out.emplace(entry.layer.get(), root + "/" + (place == 0 ? base : base + "_" + std::to_string(place)));
  }
  if (!root.ends_with(kRoots[1])) return out;
  // Keras 2 counted some layers twice: the k-th group of a class belongs to the k-th layer of it.
  std::map<std::string, std::vector<std::string>> by_class;
  for (const std::string& name : file_.children(root)) {
    const std::size_t digits = name.find_last_not_of("0123456789");
    const bool numbered = digits != std::string::npos && digits + 1 < name.size() && name[digits] == '_';
    by_class[numbered ? name.substr(0, digits) : name].push_back(root + "/" + name);
  }
  count.clear();
  for (const auto& entry : model.layers) {
    const std::string base = cornu::snake_case(entry.type);
    if (entry.type == Input::type || visited_.contains(entry.layer.get())) continue;
    const auto place = std::size_t(count[base]++);
    const auto& groups = by_class[base];
    out[entry.layer.get()] = place < groups.size() ? groups[place] : "";
  }
  return out;
}

std::map<const Layer*, std::string> Modern::groups_by_name(const FileModel& model,
                                                           const std::string& root) const {
  std::map<std::string, std::string> by_name;
  for (const std::string& name : file_.children(root))
    if (const auto text = file_.text(root + "/" + name + "/vars", "name")) by_name[*text] = root + "/" + name;
  if (by_name.empty())
    throw ValueError(
        "the file does not say the names of its layers (Keras before 3.9 wrote none). Load it by place.");
  std::map<const Layer*, std::string> out;
  for (const auto& entry : model.layers)
    if (const auto found = by_name.find(entry.layer->name()); found != by_name.end())
      out.emplace(entry.layer.get(), found->second);
  return out;
}

void Modern::container(const FileModel& model, const std::string& path) {
  const std::string root = layers_group(file_, path);
  const auto places = options_.by_name ? groups_by_name(model, root) : groups(model, root);
  for (const auto& entry : model.layers) {
    if (!visited_.insert(entry.layer.get()).second) continue;  // shared: it was met in another model
    const auto found = places.find(entry.layer.get());
    const std::string group = found == places.end() ? std::string() : found->second;
    if (entry.model) {
      if (!group.empty() && file_.has(group))
        container(*entry.model, group);
      else if (!options_.by_name)
        fail(entry.layer->who() + ": the file has nothing for it. The file belongs to another model.");
    } else {
      layer(entry, group);
    }
  }
}

void Modern::layer(const FileModel::Entry& entry, const std::string& group) {
  std::vector<Weight*> weights;
  for (Weight& weight : entry.layer->weights()) weights.push_back(&weight);
  if (weights.empty()) return;
  if (group.empty() || !file_.has(group)) {
    if (!options_.by_name)
      fail(concat(entry.layer->who(), ": the file has nothing for it", group.empty() ? "" : " at '", group,
                  group.empty() ? "" : "'", ". The file belongs to another model."));
    return;
  }
  std::vector<std::string> arrays;
  collect_variables(file_, group, arrays);
  const std::string mismatch = match_weights(file_, weights, arrays, entry.layer->who(), plan_);
  if (!mismatch.empty()) fail(mismatch);
}

}  // namespace

bool has_modern_weights(const H5Reader& file) {
  // A layer of a legacy file may be called "layers": those files list their layers.
  return !layers_group(file, "").empty() && !file.texts("", "layer_names") && !file.has("model_weights");
}

WeightPlan plan_modern_weights(const H5Reader& file, const FileModel& model, const WeightOptions& options,
                               Notes& notes) {
  Modern modern(file, options, notes);
  modern.container(model, "");
  return modern.take();
}

}  // namespace cornu::detail
