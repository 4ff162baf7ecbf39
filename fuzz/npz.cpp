// An archive of NumPy arrays.
#include "cornu/core/error.hpp"
#include "cornu/io/npy.hpp"
#include "memory_file.hpp"
#include "sound_zip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto bytes = with_true_checksums(data, size);
    const MemoryFile file(bytes.data(), bytes.size());
    cornu::read_npz(file.path());
  } catch (const cornu::FileError&) {
  }
  return 0;
}
