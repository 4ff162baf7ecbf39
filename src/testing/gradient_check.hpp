#pragma once
#include "cornu/testing/check_layer.hpp"
#include "testing/layer_runner.hpp"

namespace cornu::testing::detail {

/// Compares the gradients of one mode with central differences of L = sum(y dy): along random directions over
/// all inputs and trainable weights together and, if `each`, element by element. T is double, or float for a
/// layer that has no double.
template <class T>
void check_gradients(const LayerRunner<T>& runner, const Numbers<T>& numbers, RunMode mode,
                     const CheckOptions& options, bool each, Findings& findings);

}  // namespace cornu::testing::detail
