#include "io/keras/weights.hpp"

namespace cornu::detail {

void WeightPlan::apply(const H5Reader& file) const {
  std::vector<Tensor> values;
  for (const Step& step : steps) values.push_back(file.read(step.path));
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i].weight->value = std::move(values[i]);
}

WeightPlan plan_weights(const H5Reader& file, const FileModel& model, const WeightOptions& options,
                        Notes& notes) {
  return has_modern_weights(file) ? plan_modern_weights(file, model, options, notes)
                                  : plan_legacy_weights(file, model, options, notes);
}

std::string match_weights(const H5Reader& file, const std::vector<Weight*>& weights,
                          std::vector<std::string> arrays, const std::string& who, WeightPlan& plan) {
  // Normalization counts what it has seen, which nobody needs afterwards.
  while (arrays.size() > weights.size() && file.shape(arrays.back()).empty()) arrays.pop_back();
  if (arrays.size() != weights.size())
    return concat(who, " has ", weights.size(), " weights, the file ", arrays.size(),
                  " for it. The file belongs to another model.");
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (file.shape(arrays[i]) != weights[i]->value.shape())
      return concat(who, ": its ", weights[i]->name, " is ", weights[i]->value.shape().text(),
                    ", in the file '", arrays[i], "' is ", file.shape(arrays[i]).text(),
                    ". The file belongs to another model.");
  for (std::size_t i = 0; i < weights.size(); ++i) plan.steps.push_back({weights[i], arrays[i]});
  return {};
}

}  // namespace cornu::detail
