#pragma once
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cornu/core/tensor.hpp"
#include "cornu/layers/layer_handle.hpp"
#include "cornu/model/symbolic_tensor.hpp"

namespace cornu {

class BatchSource;
class History;
class Logs;
class Optimizer;
struct CompileOptions;
struct EvaluateOptions;
struct FitOptions;
struct LoadOptions;
struct LoadWeightsOptions;
struct PredictOptions;
struct Profile;
namespace detail {
class Graph;
class InferencePool;
class Training;
}  // namespace detail

/// A network: a directed graph of layer calls with inputs and outputs, and what training needs once it is
/// compiled. A value that moves but does not copy; it may itself be called as a layer (`x | model`), which
/// shares its weights.
///
///   SymbolicTensor a = Input{.shape = {4}};
///   Model net(Inputs{a}, Outputs{a | Dense{.units = 3, .activation = softmax}});
///
/// predict is const and may be called from many threads at once; everything else is for one thread at a time.
class Model {
 public:
  /// Errors: ValueError: no inputs or outputs, an output that the inputs do not lead to, two layers of one
  /// name.
  Model(const Inputs& inputs, const Outputs& outputs, std::string name = {});
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  virtual ~Model();

  /// Reads a model that Keras 1, 2 or 3 saved (.keras, .h5), Sequential or functional, with its weights and,
  /// if it was compiled, its optimizer with state, loss and metrics (io/load_options.hpp). No Python is
  /// needed. Errors: FileError: unreadable, damaged, or something in it that Cornu cannot represent, named
  /// with its layer.
  static Model load(const std::string& path);
  static Model load(const std::string& path, const LoadOptions& options);

  /// As a layer of another model; the weights are shared.
  operator LayerHandle() const;

  const std::string& name() const;
  /// The layers in Keras' order: without the inputs for a Sequential, nested models as one.
  std::vector<Layer*> layers() const;
  /// By name, nested models searched too. Errors: ValueError naming the layers there are.
  Layer& layer(std::string_view name);
  const Layer& layer(std::string_view name) const;
  /// Input and output shapes without the batch axis.
  Shapes input_shapes() const;
  Shapes output_shapes() const;
  /// Every weight in the order of Keras' model.weights.
  std::vector<Weight*> weights() const;
  /// Copies of all weights, and back. Errors: ShapeError: another count or shape, naming the first that
  /// differs.
  std::vector<Tensor> get_weights() const;
  void set_weights(const std::vector<Tensor>& values);
  Index count_params() const;
  /// Keras' trainable: sets the flag of every layer. A compiled model takes it up at the next compile().
  void set_trainable(bool trainable);
  /// Forgets the states that stateful layers keep from batch to batch.
  void reset_states();
  /// Draws all weights anew. A model starts with those of seed 0, so a run repeats itself bit for bit.
  void initialize(std::uint64_t seed);

  /// Keras' table of layers, shapes and numbers of weights.
  std::string summary_text() const;
  void summary(std::FILE* out = stdout) const;

  /// Writes everything, atomically, so that Keras 3 and load() open it: .keras, or .h5 in the older layout.
  /// With the optimizer's state, loss and metrics when the model is compiled (unless one is a class of your
  /// own). Members that only Cornu reads let training go on bit for bit. Errors: FileError; ValueError:
  /// another ending, a layer or activation of your own.
  void save(const std::string& path) const;

  /// Writes all weights, atomically: to an .npz file (names "conv2d/kernel"), or to a .weights.h5 or .h5 file
  /// as Keras does. Errors: FileError.
  void save_weights(const std::string& path) const;
  /// Reads weights: from .npz by name, from Keras' .weights.h5, .h5 and .keras files by the places of the
  /// layers, or as options say (io/load_options.hpp). Errors: FileError: damaged; also ShapeError or
  /// ValueError: a weight is missing, has another shape, or is not the model's; nothing is changed then.
  void load_weights(const std::string& path);
  void load_weights(const std::string& path, const LoadWeightsOptions& options);

  /// Sets optimizer, loss and metrics (training/compile_options.hpp), with fresh optimizer state.
  void compile(const CompileOptions& options);
  bool compiled() const;
  /// Epochs that fit has finished since compile(), also in the program that saved the file this comes from.
  ///   model.fit(x, y, FitOptions{.epochs = 20, .initial_epoch = model.epoch()});   // goes on to epoch 20
  Index epoch() const;
  /// The running optimizer. Errors: StateError before compile.
  Optimizer& optimizer();

  /// Trains (training/fit_options.hpp). Errors: StateError before compile; ShapeError, ValueError for data
  /// that does not fit; ValueError when the loss becomes NaN, naming epoch, batch and the first layer that
  /// made it.
  History fit(const Tensor& x, const Tensor& y, const FitOptions& options);
  History fit(const Tensor& x, const Tensor& y);
  History fit(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const FitOptions& options);
  History fit(BatchSource& source, const FitOptions& options);
  History fit(BatchSource& source);

  /// Loss and metrics on data, in History's order: logs["loss"], logs["accuracy"].
  Logs evaluate(const Tensor& x, const Tensor& y, const EvaluateOptions& options);
  Logs evaluate(const Tensor& x, const Tensor& y);
  Logs evaluate(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const EvaluateOptions& options);
  Logs evaluate(BatchSource& source, const EvaluateOptions& options);
  Logs evaluate(BatchSource& source);

  /// The outputs for all samples of x. One output only: use predict_all where there are several.
  Tensor predict(const Tensor& x) const;
  Tensor predict(const Tensor& x, const PredictOptions& options) const;
  Tensor predict(BatchSource& source, const PredictOptions& options) const;
  Tensor predict(BatchSource& source) const;
  std::vector<Tensor> predict_all(const std::vector<Tensor>& x) const;
  std::vector<Tensor> predict_all(const std::vector<Tensor>& x, const PredictOptions& options) const;

  /// One step on one batch; the loss and metrics of that batch.
  Logs train_on_batch(const Tensor& x, const Tensor& y);
  Logs train_on_batch(const Tensor& x, const Tensor& y, const Tensor& sample_weight);
  Logs test_on_batch(const Tensor& x, const Tensor& y);
  Tensor predict_on_batch(const Tensor& x) const;

  /// Trains so many steps on the batch, on one thread, and tells what each layer took
  /// (training/profile.hpp). Errors: as train_on_batch; ValueError: steps < 1.
  Profile profile(const Tensor& x, const Tensor& y, Index steps = 10);

 protected:
  Model() = default;
  /// Sequential's: takes a graph that has grown or shrunk; what was compiled or planned is forgotten.
  void set_graph(std::shared_ptr<detail::Graph> graph);
  /// Errors: StateError when there is no graph yet (a Sequential without Input); `what` was asked for.
  const std::shared_ptr<detail::Graph>& graph(std::string_view what) const;
  bool has_graph() const { return graph_ != nullptr; }
  /// Called before data of these sample shapes is used: a Sequential without Input builds itself.
  virtual void build_for(const Shapes&) {}

 private:
  detail::Training& training(std::string_view what);
  /// Has it built for the first batch of a source.
  void build_from(BatchSource& source);
  void predict_into(std::span<const Tensor* const> x, const PredictOptions& options,
                    std::span<Tensor> y) const;

  std::shared_ptr<detail::Graph> graph_;
  std::shared_ptr<detail::InferencePool> pool_;
  std::shared_ptr<CompileOptions> options_;
  std::shared_ptr<detail::Training> training_;
};

}  // namespace cornu
