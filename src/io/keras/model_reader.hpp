#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/keras/model_config.hpp"

namespace cornu::detail {

/// Reads models, nested ones too; private to model_config.cpp and functional_config.cpp.
class ModelReader {
 public:
  ModelReader(const ModelConfigOptions& options, Notes& notes) : options_(options), notes_(notes) {}
  ~ModelReader();

  FileModel model(const Json& saved, int depth);
  /// A layer or a nested model, not yet called.
  FileModel::Entry layer(const Json& saved, int depth);
  /// Calls a layer. Its weights start as zeros: their numbers come from the file.
  SymbolicTensors call(const FileModel::Entry& entry, const SymbolicTensors& inputs);
  /// The shape of an input: from options for the outermost model, else the file's.
  SymbolicTensor input(const Json& saved, std::size_t place, int depth);
  Notes& notes() { return notes_; }

 private:
  FileModel sequential(const Json& saved, int depth);
  FileModel functional(const Json& saved, int depth);
  Json sequential_input(const Json& saved, const Json& layers) const;

  const ModelConfigOptions& options_;
  Notes& notes_;
  std::vector<std::pair<std::shared_ptr<Layer>, std::vector<Initializer>>> initializers_;
};

bool is_model_class(const std::string& type);

/// One argument of a call: a tensor (place of the call of a layer, and of its output), or a number.
struct CallArgument {
  std::string layer = {};
  Index call = 0, output = 0;
  double number = 0;
  bool is_tensor() const { return !layer.empty(); }
};
using CallArguments = std::vector<CallArgument>;

/// The arguments of a call of a saved layer, in the order that Cornu's layers take them. Errors: ValueError
/// for arguments that change what a layer does and that Cornu does not have.
CallArguments read_call(const Json& node, const Json& saved);
/// ["dense", 0, 1] as an argument; nothing when it is no such list.
std::optional<CallArgument> read_reference(const Json& saved);

/// x * 2 + 1 and the like, which Keras 3 saves as operations (ops_config.cpp).
bool is_operation(const Json& saved);
SymbolicTensor apply_operation(const Json& saved, const std::vector<std::optional<SymbolicTensor>>& tensors,
                               const std::vector<double>& numbers);

}  // namespace cornu::detail
