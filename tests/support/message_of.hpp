#pragma once
#include <string>

#include "cornu/layers/layer_handle.hpp"

namespace cornu::support {

/// What making a layer and calling it with these shapes throws; "nothing thrown".
template <class Spec>
std::string message_of(const Spec& spec, const Shapes& inputs = {}) {
  try {
    const LayerHandle layer(spec);
    if (!inputs.empty()) layer.layer().call_shapes(inputs);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

}  // namespace cornu::support
