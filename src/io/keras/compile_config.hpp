#pragma once
#include <string>
#include <vector>

#include "cornu/training/compile_options.hpp"
#include "io/keras/field_reader.hpp"

namespace cornu::detail {

/// One optimizer, loss or metric: a word, or {"class_name": ..., "config": {...}}.
/// Errors: ValueError: one that Cornu does not have, or an option of it.
OptimizerHandle read_optimizer(const Json& saved, Notes& notes);
LossHandle read_loss(const Json& saved, Notes& notes);
MetricHandle read_metric(const Json& saved, Notes& notes);

/// What compile() takes, from a compile_config of Keras 3 or a training_config of an .h5 file, for outputs of
/// these names. Metrics that Cornu does not have are left out with a note. Errors: ValueError for optimizer
/// and losses.
CompileOptions read_compile(const Json& saved, const std::vector<std::string>& outputs, Notes& notes);

}  // namespace cornu::detail
