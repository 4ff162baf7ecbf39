// A batch of CIFAR-10.
#include "cornu/data/cifar10.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_from_memory(data, size, [](const std::string& path) { cornu::read_cifar10_batch(path); });
  return 0;
}
