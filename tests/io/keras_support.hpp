#pragma once
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "cornu/io/load_options.hpp"
#include "cornu/model/model.hpp"
#include "io/keras/h5_reader.hpp"
#include "io/keras/h5_writer.hpp"
#include "io/keras/json.hpp"
#include "io/zip.hpp"
#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

namespace cornu::support {

using cornu::detail::Json;

inline std::string keras_path(const std::string& name) { return golden_path("keras/" + name); }

inline std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What loading a file throws; "nothing thrown".
inline std::string load_error(const std::string& path, const LoadOptions& options = {}) {
  try {
    Model::load(path, options);
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing thrown";
}

/// Writes a .keras file with this configuration and these arrays.
inline void write_keras(const std::string& path, const Json& config,
                        const std::vector<std::pair<std::string, Tensor>>& arrays) {
  cornu::detail::H5Writer weights;
  weights.group("layers");
  for (const auto& [name, value] : arrays) weights.array(name, value.view());
  const auto image = weights.finish();
  const std::string text = config.dump();
  cornu::detail::ZipWriter archive(path);
  archive.add("config.json", {{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}});
  archive.add("model.weights.h5", {image});
  archive.commit();
}

inline Json layer_json(const std::string& type, Json config) {
  return {{"module", "keras.layers"},
          {"class_name", type},
          {"config", std::move(config)},
          {"registered_name", nullptr}};
}
/// A Sequential over samples of 3 numbers.
inline Json sequential_json(std::vector<Json> layers) {
  layers.insert(layers.begin(), layer_json("InputLayer", {{"batch_shape", {nullptr, 3}}, {"name", "in"}}));
  return {{"module", "keras"},
          {"class_name", "Sequential"},
          {"config", {{"name", "net"}, {"layers", layers}}},
          {"registered_name", nullptr}};
}
inline Json dense_json(Index units, Json more = Json::object()) {
  more["name"] = "dense";
  more["units"] = units;
  return layer_json("Dense", more);
}
/// The arrays of one Dense of 2 units on 3 inputs.
inline std::vector<std::pair<std::string, Tensor>> dense_arrays() {
  return {{"layers/dense/vars/0", Tensor({3, 2}, {1, 2, 3, 4, 5, 6})},
          {"layers/dense/vars/1", Tensor({2}, {7, 8})}};
}

}  // namespace cornu::support
