#include "io/keras/optimizer_state.hpp"

#include <algorithm>

#include "cornu/core/error.hpp"
#include "io/keras/writers.hpp"

namespace cornu::detail {

namespace {

std::vector<std::string> state_arrays(const H5Reader& file) {
  std::vector<std::string> out;
  if (file.has("optimizer/vars")) {
    for (const std::string& name : file.children("optimizer/vars"))
      if (file.has_dataset("optimizer/vars/" + name)) out.push_back("optimizer/vars/" + name);
    return out;
  }
  const std::string root = file.has(kLegacyOptimizer) ? kLegacyOptimizer : "optimizer_weights";
  for (const std::string& name : file.texts(root, "weight_names").value_or(std::vector<std::string>{}))
    if (file.has_dataset(root + "/" + name)) out.push_back(root + "/" + name);
  return out;
}

}  // namespace

void read_optimizer_state(const H5Reader& file, Optimizer& optimizer, Notes& notes) {
  const std::vector<std::string> arrays = state_arrays(file);
  if (arrays.empty()) return;
  const auto slots = optimizer.slots();
  // The iteration comes first, then the rate unless a schedule gives it.
  const std::size_t before = optimizer.has_schedule() ? 1 : 2;
  const auto scalar = [&](std::size_t i) { return i < arrays.size() && file.shape(arrays[i]).count() == 1; };
  if (!scalar(0)) return;
  const bool rate = before == 2 && scalar(1) && file.shape(arrays[1]).empty();
  if (arrays.size() <= before) {  // compiled, but not yet trained
    optimizer.set_iterations(file.read_integer(arrays[0]));
    if (rate) optimizer.set_learning_rate(file.read(arrays[1]).item());
    return;
  }
  bool fits = arrays.size() == before + slots.size() && (before == 1 || rate);
  for (std::size_t i = 0; fits && i < slots.size(); ++i)
    fits = file.shape(arrays[before + i]) == slots[i].value.shape;
  if (!fits) {
    notes.push_back(concat("the state of the optimizer is left out: the file has ", arrays.size(),
                           " arrays for ", optimizer.name(), ", which has ", before + slots.size(),
                           " here (Keras 2 kept it otherwise). Training begins with a fresh optimizer."));
    return;
  }
  optimizer.set_iterations(file.read_integer(arrays[0]));
  if (rate) optimizer.set_learning_rate(file.read(arrays[1]).item());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Tensor values = file.read(arrays[before + i]);
    std::copy(values.begin(), values.end(), slots[i].value.data);
  }
}

}  // namespace cornu::detail
