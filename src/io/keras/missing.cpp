// In place of the other files of this folder when the libraries they need were not there at build time.
#include "cornu/model/model.hpp"
#include "io/keras/keras_files.hpp"

namespace cornu {

namespace {
[[noreturn]] void missing() {
  throw StateError(
      "Keras files: Cornu was built without nlohmann-json. On Debian or Ubuntu: apt-get install "
      "nlohmann-json3-dev, then build Cornu again.");
}
}  // namespace

Model Model::load(const std::string&) { missing(); }
Model Model::load(const std::string&, const LoadOptions&) { missing(); }

void Model::save(const std::string&) const { missing(); }

void detail::save_keras_weights(const std::shared_ptr<Graph>&, const std::string&) { missing(); }
// NOLINTNEXTLINE(performance-unnecessary-value-param): the other version keeps the bytes.
void detail::load_keras_weights(const std::shared_ptr<Graph>&, std::vector<std::uint8_t>, const std::string&,
                                const LoadWeightsOptions&) {
  missing();
}

}  // namespace cornu
