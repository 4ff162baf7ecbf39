// An HDF5 file: its structure, every array and the attributes that Keras writes.
#include "cornu/core/error.hpp"
#include "io/keras/h5_reader.hpp"

namespace {

void read_all(const cornu::detail::H5Reader& file, const std::string& path) {
  for (const char* name : {"model_config", "training_config", "keras_version", "name"}) file.text(path, name);
  for (const char* name : {"layer_names", "weight_names"}) file.texts(path, name);
  for (const std::string& child : file.children(path)) {
    const std::string below = path.empty() ? child : path + "/" + child;
    if (!file.has_dataset(below)) {
      read_all(file, below);
      continue;
    }
    if (file.shape(below).count() > 1 << 24) continue;  // true, but slow
    try {
      file.read(below);
      if (file.shape(below).count() == 1) file.read_integer(below);
    } catch (const cornu::FileError&) {  // the others may be sound
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    read_all(cornu::detail::H5Reader::from_bytes({data, data + size}, "fuzz"), "");
  } catch (const cornu::FileError&) {
  }
  return 0;
}
