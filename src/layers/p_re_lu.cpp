#include "cornu/layers/p_re_lu.hpp"

namespace cornu {

Shape PReLULayer::output_shape(const Shape& input) const {
  for (const Index axis : spec_.shared_axes)
    if (axis < 1 || axis > input.rank())
      throw ShapeError(detail::concat(who(), ": shared_axes has ", axis, "; the input ", input.batch_text(),
                                      " has axes 1 to ", input.rank(),
                                      " after the batch axis. Name only those."));
  return input;
}

Shape PReLULayer::alpha_shape(const Shape& input) const {
  std::vector<Index> extents = input.to_vector();
  for (const Index axis : spec_.shared_axes) extents[static_cast<std::size_t>(axis - 1)] = 1;
  return Shape(extents);
}

void PReLULayer::build(const Shapes& inputs) {
  add_weight("alpha", alpha_shape(inputs[0]), spec_.alpha_initializer, spec_.alpha_regularizer,
             spec_.alpha_constraint);
}

}  // namespace cornu
