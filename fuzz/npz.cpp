// An archive of NumPy arrays.
#include "cornu/io/npy.hpp"
#include "memory_file.hpp"
#include "sound_zip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = with_true_checksums(data, size);
  read_from_memory(bytes.data(), bytes.size(), [](const std::string& path) { cornu::read_npz(path); });
  return 0;
}
