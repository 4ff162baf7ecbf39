// A picture of any format; the last byte chooses the colour mode.
#include "cornu/core/error.hpp"
#include "cornu/io/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto mode = static_cast<cornu::ColorMode>(size > 0 ? data[size - 1] % 3 : 0);
  try {
    cornu::decode_image(data, size, "fuzz", mode);
  } catch (const cornu::FileError&) {
  }
  return 0;
}
