#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "io/keras/model_reader.hpp"

namespace cornu::detail {

/// The masks in a functional model of Keras 3. Keras saves how it makes them from the inputs of Embedding and
/// Masking, as operations, and hands them to the layers that take masks. Cornu makes masks itself, so these
/// operations are not called; what is checked is that a layer is handed the mask that it gets anyway.
class SavedMasks {
 public:
  /// Of the layers of a model.
  explicit SavedMasks(const Json& layers);
  /// Whether a layer is an operation on masks.
  bool makes_mask(const std::string& name) const { return operations_.contains(name); }

  /// Notes the masks of what a call has made, for the calls that read it.
  void note(const Layer& layer, bool nested, const SymbolicTensors& inputs, const SymbolicTensors& outputs);
  /// Errors: ValueError for a mask of a saved call that is not the one of its input. find: the tensor of an
  /// argument, or nullptr.
  template <class Find>
  void check(const Json& node, const SymbolicTensor& input, const std::string& who, const Find& find) const {
    const Json& mask = member(member(node, "kwargs"), "mask");
    if (mask.is_null()) return;
    const auto origins = made_from(mask);
    if (!origins) refuse(who);
    Sources sources;
    for (const auto& [argument, number] : *origins) {
      const SymbolicTensor* const tensor = find(argument);
      if (!tensor) refuse(who);
      sources.emplace(tensor->node().get(), tensor->output(), number);
    }
    const auto own = of_.find({input.node().get(), input.output()});
    if (sources.empty() || own == of_.end() || own->second != sources) refuse(who);
  }

 private:
  /// Inputs of Embedding and Masking, and the number that is left out.
  using Sources = std::set<std::tuple<const Node*, int, double>>;
  /// The same as the file tells it.
  using Origins = std::vector<std::pair<CallArgument, double>>;
  /// What a mask is made from; nothing when that is not a mask of Keras'.
  std::optional<Origins> made_from(const Json& mask) const;
  [[noreturn]] static void refuse(const std::string& who);

  std::map<std::string, const Json*> operations_;
  std::map<std::pair<const Node*, int>, Sources> of_;
};

}  // namespace cornu::detail
