#include "io/keras/container.hpp"

#include <utility>

#include "cornu/core/error.hpp"
#include "io/zip.hpp"

namespace cornu::detail {

namespace {

using Bytes = std::vector<std::uint8_t>;

const ZipEntry* find(const std::vector<ZipEntry>& entries, std::string_view name) {
  for (const ZipEntry& entry : entries)
    if (entry.name == name) return &entry;
  return nullptr;
}

void check_size(const ZipEntry& entry, const std::string& name) {
  constexpr std::uint64_t kLargest = 4ull << 30, kUnsuspicious = 1u << 24;
  if (entry.size > kLargest || (entry.size > kUnsuspicious && entry.size / 100 > entry.packed_size))
    throw FileError(concat("'", name, "': its '", entry.name, "' would unpack from ", entry.packed_size,
                           " to ", entry.size, " bytes, which no model does. It is damaged."));
}

Json json_of(const Bytes& archive, const std::vector<ZipEntry>& entries, const char* entry,
             const std::string& name) {
  const ZipEntry* found = find(entries, entry);
  if (!found) return {};
  check_size(*found, name);
  const Bytes text = zip_extract(archive, *found, name);
  return parse_json({reinterpret_cast<const char*>(text.data()), text.size()},
                    concat("'", name, "': ", entry));
}

KerasFile open_archive(Bytes archive, const std::string& name) {
  const std::vector<ZipEntry> entries = zip_entries(archive, name);
  const ZipEntry* weights = find(entries, "model.weights.h5");
  if (!weights)
    throw FileError(concat("'", name, "' is a zip archive without model.weights.h5. ",
                           find(entries, "model.weights.npz") || find(entries, "model.weights.json")
                               ? "Save the model in one .keras file with HDF5 weights."
                               : "Is it a .keras file?"));
  check_size(*weights, name);
  Json config = json_of(archive, entries, "config.json", name);
  if (!config.is_object()) throw FileError(concat("'", name, "' has no config.json. It is damaged."));
  Json state = json_of(archive, entries, kStateMember, name);
  const Json metadata = json_of(archive, entries, "metadata.json", name);
  KerasFile file{.weights = H5Reader::from_bytes(zip_extract_last(std::move(archive), *weights, name), name)};
  file.config = std::move(config);
  file.compile = member(file.config, "compile_config");
  file.state = std::move(state);
  file.version = text_member(metadata, "keras_version");
  return file;
}

KerasFile open_legacy(Bytes bytes, const std::string& name) {
  KerasFile file{.weights = H5Reader::from_bytes(std::move(bytes), name)};
  const H5Reader& h5 = file.weights;
  const auto json = [&](const char* attribute) {
    const auto text = h5.text("", attribute);
    return text ? parse_json(*text, concat("'", name, "': ", attribute)) : Json();
  };
  file.config = json("model_config");
  file.compile = json("training_config");
  file.state = json("cornu_state");
  file.version =
      h5.text("", "keras_version").value_or(h5.text("model_weights", "keras_version").value_or(""));
  return file;
}

}  // namespace

KerasFile open_keras_file(Bytes bytes, const std::string& name) {
  const auto starts = [&](std::string_view magic) {
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin(),
                      [](char a, std::uint8_t b) { return std::uint8_t(a) == b; });
  };
  if (starts("PK")) return open_archive(std::move(bytes), name);
  if (starts("\x89HDF")) return open_legacy(std::move(bytes), name);
  throw FileError(concat("'", name,
                         "' is no file of Keras: it begins neither as a .keras archive nor as HDF5. ",
                         bytes.empty() ? "It is empty." : "Give a .keras, .h5 or .weights.h5 file."));
}

}  // namespace cornu::detail
