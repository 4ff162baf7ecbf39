#include "io/keras/optimizer_state.hpp"

#include <algorithm>
#include <map>

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

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The optimizers of Keras up to 2.10: "Adam/iter:0", "iterations_1:0". Later ones have "iteration".
bool is_of_older_optimizer(const std::string& iterations) {
  const std::string name = last_part(iterations);
  return name.starts_with("iter") && name != "iteration" && name != "iteration:0";
}

using Names = std::vector<std::string>;

/// Brings the arrays of an older optimizer to the order of today. They came kind by kind, as their last names
/// tell ("a/kernel/m:0"). Empty where these are but numbers ("Variable_7:0"): some versions of Keras sorted
/// the weights by their names, some did not.
Names in_order_of_slots(const Names& arrays, std::span<const Optimizer::Slot> slots) {
  if (arrays.size() != slots.size()) return {};
  std::vector<std::string_view> kinds;
  for (const Optimizer::Slot& slot : slots)
    if (std::find(kinds.begin(), kinds.end(), slot.name) == kinds.end()) kinds.push_back(slot.name);
  std::vector<std::string> last_names;
  std::map<std::string_view, Names> by_kind;
  for (const std::string& array : arrays) {
    const auto found = std::find(last_names.begin(), last_names.end(), last_part(array));
    const auto kind = std::size_t(found - last_names.begin());
    if (kind == kinds.size()) return {};
    if (found == last_names.end()) last_names.push_back(last_part(array));
    by_kind[kinds[kind]].push_back(array);
  }
  Names out;
  std::map<std::string_view, std::size_t> taken;
  for (const Optimizer::Slot& slot : slots) {
    const Names& own = by_kind[slot.name];
    const std::size_t next = taken[slot.name]++;
    if (next >= own.size()) return {};
    out.push_back(own[next]);
  }
  return out;
}

}  // namespace

void read_optimizer_state(const H5Reader& file, Optimizer& optimizer, Notes& notes) {
  const Names arrays = state_arrays(file);
  if (arrays.empty()) return;
  const auto slots = optimizer.slots();
  const auto scalar = [&](std::size_t i) { return i < arrays.size() && file.shape(arrays[i]).count() == 1; };
  // The iteration comes first, then in Keras 3 the rate unless a schedule gives it.
  const bool rate = !optimizer.has_schedule() && scalar(1) && file.shape(arrays[1]).empty() &&
                    !is_of_older_optimizer(arrays[0]);
  const std::size_t before = rate ? 2 : 1;
  Names states(arrays.begin() + std::ptrdiff_t(before), arrays.end());
  if (!states.empty()) {
    if (is_of_older_optimizer(arrays[0])) states = in_order_of_slots(states, slots);
    bool fits = scalar(0) && !states.empty() && states.size() == slots.size();
    for (std::size_t i = 0; fits && i < slots.size(); ++i)
      fits = file.shape(states[i]) == slots[i].value.shape;
    if (!fits) {
      notes.push_back(
          concat("the state of the optimizer is left out: the file has ", arrays.size(), " arrays for ",
                 optimizer.name(), ", which has ", before + slots.size(),
                 " here, of other shapes or in another order. Training begins with a fresh optimizer."));
      return;
    }
  }
  if (!scalar(0)) return;
  optimizer.set_iterations(file.read_integer(arrays[0]));
  if (rate) optimizer.set_learning_rate(file.read(arrays[1]).item());
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Tensor values = file.read(states[i]);
    std::copy(values.begin(), values.end(), slots[i].value.data);
  }
}

}  // namespace cornu::detail
