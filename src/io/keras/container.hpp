#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/keras/h5_reader.hpp"
#include "io/keras/json.hpp"

namespace cornu::detail {

/// A file of Keras, opened: the parts that a .keras archive or an .h5 file has.
struct KerasFile {
  H5Reader weights;
  Json config = {};          ///< {"class_name", "config", ...}; null when the file holds weights only
  Json compile = {};         ///< optimizer, loss, metrics; null when the model was not compiled
  Json state = {};           ///< Cornu's own member, null when there is none
  std::string version = {};  ///< of Keras
};

/// Opens either kind by its first bytes. `name` stands in messages. Errors: FileError.
KerasFile open_keras_file(std::vector<std::uint8_t> bytes, const std::string& name);

inline constexpr const char* kStateMember = "cornu_state.json";

}  // namespace cornu::detail
