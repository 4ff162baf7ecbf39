// A whole .keras or .h5 file, as Model::load reads it.
#include "cornu/core/error.hpp"
#include "io/keras/compile_config.hpp"
#include "io/keras/container.hpp"
#include "io/keras/weights.hpp"
#include "sound_zip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cornu::detail;
  try {
    const KerasFile file = open_keras_file(with_true_checksums(data, size), "fuzz");
    if (file.weights.total_numbers() > 1 << 22) return 0;  // true, but slow
    Notes notes;
    const FileModel model = read_model(file.config, {.most_numbers = file.weights.total_numbers()}, notes);
    plan_weights(file.weights, model, {}, notes).apply(file.weights);
    read_compile(file.compile, {"out"}, notes);
  } catch (const cornu::Error&) {
  }
  return 0;
}
