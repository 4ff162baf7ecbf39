// A file of MNIST, packed by gzip or not.
#include "cornu/core/error.hpp"
#include "cornu/data/mnist.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const MemoryFile file(data, size);
    cornu::read_idx(file.path());
  } catch (const cornu::FileError&) {
  }
  return 0;
}
