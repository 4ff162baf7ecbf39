#include "cornu/layers/permute.hpp"

#include <algorithm>

namespace cornu {

PermuteLayer::PermuteLayer(Permute spec) : LayerOf(std::move(spec)) {
  std::vector<Index> sorted = spec_.dims.values();
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (sorted[i] != static_cast<Index>(i) + 1)
      throw ValueError(detail::concat(who(), ": dims is ", spec_.dims.text(), "; it must hold 1 to ",
                                      sorted.size(),
                                      " once each. 1 is the first axis after the batch axis."));
}

Shape PermuteLayer::output_shape(const Shape& input) const {
  std::vector<Index> extents = spec_.dims.values();
  if (std::size_t(input.rank()) != extents.size())
    throw ShapeError(detail::concat(who(), ": dims ", spec_.dims.text(), " orders ", extents.size(),
                                    " axes; the input ", input.batch_text(), " has ", input.rank(),
                                    " after the batch axis. Give dims one number for each."));
  for (Index& extent : extents) extent = input[static_cast<int>(extent - 1)];
  return Shape(extents);
}

Shape PermuteLayer::axes() const { return Shape(spec_.dims.values()).with_front(0); }

Shape PermuteLayer::inverse_axes() const {
  std::array<Index, Shape::kMaxRank> inverse{};
  const auto& dims = spec_.dims.values();
  for (std::size_t k = 0; k < dims.size(); ++k)
    inverse[static_cast<std::size_t>(dims[k])] = static_cast<Index>(k) + 1;
  return Shape(std::span<const Index>(inverse).first(dims.size() + 1));
}

}  // namespace cornu
