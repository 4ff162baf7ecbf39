#include <map>
#include <set>

#include "cornu/io/load_options.hpp"
#include "cornu/io/npy.hpp"
#include "cornu/model/model.hpp"
#include "io/keras/keras_files.hpp"
#include "io/read_file.hpp"
#include "model/graph.hpp"

namespace cornu {

namespace {
/// "conv2d/kernel", numbered where a layer has two weights of one name.
std::vector<std::pair<std::string, Tensor*>> named_weights(const detail::Graph& graph) {
  std::vector<std::pair<std::string, Tensor*>> named;
  std::set<std::string> taken;
  for (Layer* layer : graph.leaf_layers())
    for (Weight& w : layer->weights()) {
      std::string name = layer->name() + "/" + w.name;
      for (int k = 1; !taken.insert(name).second; ++k)
        name = layer->name() + "/" + w.name + "_" + std::to_string(k);
      named.emplace_back(std::move(name), &w.value);
    }
  return named;
}
}  // namespace

namespace {
bool is_keras_file(const std::string& path) {
  return path.ends_with(".h5") || path.ends_with(".hdf5") || path.ends_with(".keras");
}
}  // namespace

void Model::save_weights(const std::string& path) const {
  if (path.ends_with(".keras"))
    throw ValueError("save_weights: '" + path +
                     "' is a name for a whole model. Use save, or a name that ends in "
                     ".weights.h5 or .npz.");
  if (is_keras_file(path)) return detail::save_keras_weights(graph("save_weights"), path);
  std::vector<std::pair<std::string, Tensor>> entries;
  for (const auto& [name, value] : named_weights(*graph("save_weights"))) entries.emplace_back(name, *value);
  write_npz(path, entries);
}

void Model::load_weights(const std::string& path, const LoadWeightsOptions& options) {
  if (!is_keras_file(path)) {
    if (options.by_name || options.skip_mismatch)
      throw ValueError(
          "load_weights: '" + path +
          "' is an .npz file, which is read by the names of all weights. by_name and skip_mismatch are "
          "for Keras' files.");
    return load_weights(path);
  }
  detail::load_keras_weights(graph("load_weights"), detail::read_file(path), path, options);
}

void Model::load_weights(const std::string& path) {
  if (is_keras_file(path)) return load_weights(path, LoadWeightsOptions{});
  const auto named = named_weights(*graph("load_weights"));
  std::map<std::string, Tensor> read;
  for (auto& [name, value] : read_npz(path)) read.insert_or_assign(name, std::move(value));
  for (const auto& [name, value] : named) {
    const auto found = read.find(name);
    if (found == read.end())
      throw ValueError(
          "load_weights: '" + path + "' has no '" + name +
          "', which the model has. The file belongs to another model; build the one that saved it.");
    if (found->second.shape() != value->shape())
      throw ShapeError("load_weights: '" + name + "' is " + found->second.shape().text() + " in '" + path +
                       "' and " + value->shape().text() +
                       " in the model. The file belongs to another model.");
  }
  if (read.size() != named.size()) {  // all of the model's are there, so some are too many
    for (const auto& [name, value] : named) read.erase(name);
    throw ValueError("load_weights: '" + path + "' has '" + read.begin()->first +
                     "', which the model has not. The file belongs to another model.");
  }
  for (const auto& [name, value] : named) *value = read.at(name);
}

}  // namespace cornu
