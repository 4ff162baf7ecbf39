#include "cornu/layers/input.hpp"

namespace cornu {

InputLayer::InputLayer(Input spec) : LayerOf(std::move(spec)) {
  if (spec_.shape.count() == 0)
    throw ValueError(detail::concat(who(), ": shape is ", spec_.shape.text(),
                                    "; every extent must be at least 1. Give the shape of one sample."));
}

Shapes InputLayer::output_shapes(const Shapes& inputs) const {
  check_input_count(inputs, 0);
  return {spec_.shape};
}

}  // namespace cornu
