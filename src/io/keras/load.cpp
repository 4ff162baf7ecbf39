#include "cornu/model/model.hpp"
#include "io/keras/compile_config.hpp"
#include "io/keras/container.hpp"
#include "io/keras/keras_files.hpp"
#include "io/keras/legacy_config.hpp"
#include "io/keras/optimizer_state.hpp"
#include "io/keras/weights.hpp"
#include "io/read_file.hpp"
#include "training/training.hpp"

namespace cornu {

namespace {
/// Runs f; whatever is wrong becomes a FileError that begins with the path.
template <class F>
auto named(const std::string& path, F f) {
  try {
    return f();
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(detail::concat("'", path, "': ", error.what()));
  } catch (const detail::Json::exception& error) {  // a member that is of another kind than Keras writes
    throw FileError(detail::concat("'", path, "': its configuration is none of Keras' (", error.what(),
                                   "). The file is damaged."));
  }
}
}  // namespace

Model Model::load(const std::string& path) { return load(path, LoadOptions{}); }

Model Model::load(const std::string& path, const LoadOptions& options) {
  return named(path, [&] {
    const detail::KerasFile file = detail::open_keras_file(detail::read_file(path), path);
    if (!file.config.is_object())
      throw FileError(
          detail::concat("'", path, "' holds weights only. Build the model and call load_weights."));
    detail::Notes notes;
    const detail::FileModel read = detail::read_model(
        file.config, {.input_shapes = options.input_shapes, .most_numbers = file.weights.total_numbers()},
        notes);
    detail::plan_weights(file.weights, read, {}, notes).apply(file.weights);
    if (detail::has_older_sigmoid(file.config, file.version))
      notes.push_back("hard_sigmoid is computed as Keras 3 does, x / 6 + 0.5 between 0 and 1; Keras " +
                      file.version + " computed 0.2 x + 0.5, so results may differ.");
    Model model;
    model.set_graph(read.graph);
    if (options.compile && file.compile.is_object() && !file.compile.empty()) {
      try {
        std::vector<std::string> outputs;
        for (const SymbolicTensor& output : read.graph->outputs())
          outputs.push_back(output.node()->layer->name());
        model.compile(detail::read_compile(file.compile, outputs, notes));
        detail::read_optimizer_state(file.weights, model.training("load").built_optimizer(), notes);
        const detail::Json& epochs = detail::member(file.state, "epochs");
        if (epochs.is_number_unsigned()) model.training_->set_epochs(epochs.get<Index>());
      } catch (const ValueError& error) {
        model.options_.reset();
        model.training_.reset();
        notes.push_back(detail::concat("the model is not compiled: ", error.what()));
      }
    }
    if (options.notes) options.notes->insert(options.notes->end(), notes.begin(), notes.end());
    return model;
  });
}

void detail::load_keras_weights(const std::shared_ptr<Graph>& graph, std::vector<std::uint8_t> bytes,
                                const std::string& path, const LoadWeightsOptions& options) {
  named(path, [&] {
    const KerasFile file = open_keras_file(std::move(bytes), path);
    Notes notes;
    plan_weights(file.weights, FileModel::of(graph),
                 {.by_name = options.by_name, .skip_mismatch = options.skip_mismatch}, notes)
        .apply(file.weights);
    if (options.notes) options.notes->insert(options.notes->end(), notes.begin(), notes.end());
    return true;
  });
}

}  // namespace cornu
