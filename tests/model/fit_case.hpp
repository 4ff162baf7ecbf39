#pragma once
#include <functional>
#include <string>
#include <vector>

#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"

namespace cornu::support {

/// A training run of real Keras, tests/golden/fit/<name>: the same network, options and data here.
struct FitCase {
  std::string name;
  std::function<Model()> model;
  CompileOptions compile;
  FitOptions fit = {};
  /// A weight whose gradient is 0 but for rounding, which Adam enlarges: its numbers are compared to 1e-2.
  int rounding_only = -1;
};

/// 6 -> 8 tanh -> units: the network of most cases.
inline std::function<Model()> small_net(Index units, ActivationFunction activation) {
  return [=]() -> Model {
    return Sequential{Input{.shape = {6}}, Dense{.units = 8, .activation = tanh},
                      Dense{.units = units, .activation = activation}};
  };
}

/// Trains as Keras did (3 epochs, batches of 5, no shuffling unless the case says otherwise) and compares the
/// history, the evaluation afterwards and the trained weights, each within 1e-4 relative.
void check_fit_cases(const std::vector<FitCase>& cases);

}  // namespace cornu::support
