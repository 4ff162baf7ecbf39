// A NumPy array.
#include "cornu/core/error.hpp"
#include "io/npy_format.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    cornu::detail::parse_npy({data, size}, "fuzz");
  } catch (const cornu::FileError&) {
  }
  return 0;
}
