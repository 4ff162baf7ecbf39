#include "cornu/layers/reshape.hpp"

#include <algorithm>

namespace cornu {

ReshapeLayer::ReshapeLayer(Reshape spec) : LayerOf(std::move(spec)) {
  const auto& extents = spec_.target_shape.values();
  if (std::count(extents.begin(), extents.end(), -1) > 1)
    throw ValueError(detail::concat(who(), ": target_shape is ", spec_.target_shape.text(),
                                    "; -1 may stand in it once. Write the other extents out."));
  if (std::any_of(extents.begin(), extents.end(), [](Index extent) { return extent < -1; }))
    throw ValueError(detail::concat(who(), ": target_shape is ", spec_.target_shape.text(),
                                    "; extents must be at least 0. Only -1, for the rest, is below."));
}

Shape ReshapeLayer::output_shape(const Shape& input) const {
  std::vector<Index> extents = spec_.target_shape.values();
  const auto rest = std::find(extents.begin(), extents.end(), -1);
  if (rest != extents.end()) *rest = 1;
  const Index known = Shape(extents).count(), count = input.count();
  if (rest != extents.end()) {
    if (known == 0 || count % known != 0)
      throw ShapeError(detail::concat(who(), ": target_shape ", spec_.target_shape.text(), " cuts by ", known,
                                      "; the input ", input.batch_text(), " has ", count,
                                      " values a sample. Choose extents whose product divides that."));
    *rest = count / known;
    return Shape(extents);
  }
  if (known != count)
    throw ShapeError(detail::concat(who(), ": target_shape ", spec_.target_shape.text(), " has ", known,
                                    " values; the input ", input.batch_text(), " has ", count,
                                    ". Choose extents with that product, or put -1 for one of them."));
  return Shape(extents);
}

}  // namespace cornu
