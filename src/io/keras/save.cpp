#include "cornu/model/model.hpp"
#include "cornu/version.hpp"
#include "io/atomic_file.hpp"
#include "io/keras/container.hpp"
#include "io/keras/keras_files.hpp"
#include "io/keras/writers.hpp"
#include "io/zip.hpp"
#include "training/training.hpp"

namespace cornu {

namespace {

using Bytes = std::span<const std::uint8_t>;

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void write_file(const std::string& path, Bytes bytes) {
  detail::AtomicFile file(path);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

detail::Json state_of(Index epochs) {
  return {{"cornu_version",
           detail::concat(CORNU_VERSION_MAJOR, ".", CORNU_VERSION_MINOR, ".", CORNU_VERSION_PATCH)},
          {"epochs", epochs}};
}

/// Everything of a model that a file holds. The optimizer is null when the model is not compiled, or when its
/// configuration cannot be written.
struct Content {
  detail::FileModel model;
  detail::Json config = {}, compile = {};
  const Optimizer* optimizer = nullptr;
  Index epochs = 0;
};

void save_archive(const std::string& path, Content& content) {
  detail::H5Writer weights;
  detail::write_modern_weights(weights, content.model);
  if (content.optimizer) {
    detail::write_modern_optimizer(weights, *content.optimizer);
    content.config["compile_config"] = content.compile;
  }
  const auto image = weights.finish();
  const std::string metadata = detail::Json({{"keras_version", detail::kKerasVersion}}).dump(),
                    config = content.config.dump(), state = state_of(content.epochs).dump();
  detail::ZipWriter archive(path);
  archive.add("metadata.json", {bytes_of(metadata)});
  archive.add("config.json", {bytes_of(config)});
  archive.add("model.weights.h5", {image});
  archive.add(detail::kStateMember, {bytes_of(state)});
  archive.commit();
}

void save_legacy(const std::string& path, Content& content) {
  detail::H5Writer out;
  out.text("", "backend", "tensorflow");
  out.text("", "keras_version", detail::kKerasVersion);
  out.text("", "model_config", content.config.dump());
  out.text("", "cornu_state", state_of(content.epochs).dump());
  detail::write_legacy_weights(out, content.model, "model_weights");
  if (content.optimizer) {
    detail::Json training = content.compile;
    training["optimizer_config"] = {{"class_name", training["optimizer"]["class_name"]},
                                    {"config", training["optimizer"]["config"]}};
    training.erase("optimizer");
    out.text("", "training_config", training.dump());
    detail::write_legacy_optimizer(out, *content.optimizer);
  }
  write_file(path, out.finish());
}

}  // namespace

void Model::save(const std::string& path) const {
  const bool legacy = path.ends_with(".h5") || path.ends_with(".hdf5");
  if (path.ends_with(".weights.h5"))
    throw ValueError("save: '" + path +
                     "' is a name for weights only. Use save_weights, or a name that ends in .keras.");
  if (!legacy && !path.ends_with(".keras"))
    throw ValueError("save: '" + path + "' ends neither in .keras nor in .h5. Give it one of these endings.");
  Content content{.model = detail::FileModel::of(graph("save"))};
  content.config = detail::write_model(*content.model.graph);
  if (training_) {
    const Optimizer& optimizer = training_->built_optimizer();
    content.compile = detail::write_compile(*options_, optimizer, legacy);
    if (content.compile.is_object()) content.optimizer = &optimizer;
    content.epochs = training_->epochs();
  }
  legacy ? save_legacy(path, content) : save_archive(path, content);
}

void detail::save_keras_weights(const std::shared_ptr<Graph>& graph, const std::string& path) {
  H5Writer out;
  const FileModel model = FileModel::of(graph);
  if (path.ends_with(".weights.h5"))
    write_modern_weights(out, model);
  else
    write_legacy_weights(out, model, "");
  write_file(path, out.finish());
}

}  // namespace cornu
