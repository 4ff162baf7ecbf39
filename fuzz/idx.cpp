// A file of MNIST, packed by gzip or not.
#include "cornu/data/mnist.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_from_memory(data, size, [](const std::string& path) { cornu::read_idx(path); });
  return 0;
}
