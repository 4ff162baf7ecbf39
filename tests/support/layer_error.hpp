#pragma once
#include <string>
#include <utility>

#include "cornu/core/error.hpp"
#include "cornu/layers/layer_handle.hpp"

namespace cornu::support {

/// What a layer throws while it is made and built for these inputs (without the batch axis), with the error's
/// class in front: "ValueError: layer 'dropout' (Dropout): rate is ...".
template <class Spec>
std::string layer_error(Spec spec, const Shapes& inputs = {Shape{4}}) {
  try {
    LayerHandle(std::move(spec)).layer().call_shapes(inputs);
  } catch (const ValueError& e) {
    return std::string("ValueError: ") + e.what();
  } catch (const ShapeError& e) {
    return std::string("ShapeError: ") + e.what();
  }
  return "no error";
}

}  // namespace cornu::support
