#pragma once
#include <fstream>
#include <string>

#include "io/keras/compile_config.hpp"
#include "support/golden.hpp"

/// Optimizers, losses and metrics from the configurations that Keras saved, as Model::load reads them.
namespace cornu::support {

using cornu::detail::Json;

inline Json golden_json(const std::string& name) {
  std::ifstream file(golden_path(name));
  return Json::parse(file);
}

inline OptimizerHandle optimizer_from(const Json& saved) {
  cornu::detail::Notes notes;
  return cornu::detail::read_optimizer(saved, notes);
}
inline LossHandle loss_from(const Json& saved) {
  cornu::detail::Notes notes;
  return cornu::detail::read_loss(saved, notes);
}
inline MetricHandle metric_from(const Json& saved) {
  cornu::detail::Notes notes;
  return cornu::detail::read_metric(saved, notes);
}

}  // namespace cornu::support
