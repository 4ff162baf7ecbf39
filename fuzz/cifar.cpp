// A batch of CIFAR-10.
#include "cornu/core/error.hpp"
#include "cornu/data/cifar10.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const MemoryFile file(data, size);
    cornu::read_cifar10_batch(file.path());
  } catch (const cornu::FileError&) {
  }
  return 0;
}
