#pragma once
#include <string>

#include "cornu/optimizers/optimizer.hpp"
#include "io/keras/field_reader.hpp"
#include "io/keras/h5_reader.hpp"

namespace cornu::detail {

/// Sets iteration, learning rate and slots of a built optimizer from a file: optimizer/vars of Keras 3, or
/// optimizer_weights of its .h5 files. What does not fit leaves a note and the optimizer fresh.
void read_optimizer_state(const H5Reader& file, Optimizer& optimizer, Notes& notes);

}  // namespace cornu::detail
