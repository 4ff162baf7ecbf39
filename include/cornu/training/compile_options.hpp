#pragma once
#include <initializer_list>
#include <vector>

#include "cornu/losses/loss_handle.hpp"
#include "cornu/metrics/metric_handle.hpp"
#include "cornu/optimizers/optimizer_handle.hpp"

namespace cornu {

/// One loss, or one an output in braces.
class LossList : public std::vector<LossHandle> {
 public:
  LossList() = default;
  template <class T>
  requires std::is_convertible_v<T, LossHandle> LossList(T&& loss) { push_back(std::forward<T>(loss)); }
  LossList(std::initializer_list<LossHandle> losses) : std::vector<LossHandle>(losses) {}
};

/// What Model::compile sets.
///
///   model.compile(CompileOptions{.optimizer = Adam{}, .loss = BinaryCrossentropy{}, .metrics = {accuracy}});
///
/// Source  Keras 3 Model.compile.
struct CompileOptions {
  OptimizerHandle optimizer = {};                   ///< RMSprop by default
  LossList loss = {};                               ///< one, or one an output
  std::vector<float> loss_weights = {};             ///< one an output; 1 by default
  std::vector<MetricHandle> metrics = {};           ///< without sample weights
  std::vector<MetricHandle> weighted_metrics = {};  ///< with them
};

}  // namespace cornu
