// The JSON of a model: config.json, or model_config of an .h5 file.
#include "cornu/core/error.hpp"
#include "io/keras/compile_config.hpp"
#include "io/keras/model_config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cornu::detail;
  try {
    const Json config = parse_json({reinterpret_cast<const char*>(data), size}, "fuzz");
    Notes notes;
    read_model(config, {.most_numbers = 1 << 20}, notes);
    read_compile(member(config, "compile_config"), {"out"}, notes);
  } catch (const cornu::Error&) {
  }
  return 0;
}
