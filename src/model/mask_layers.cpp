#include "model/mask_layers.hpp"

#include <algorithm>

namespace cornu::detail {

void AnyMask::forward(const ForwardCall<float>& c) const {
  for (Index i = 0; i < c.y[0].size(); ++i) {
    float any = 0;
    for (const View<const float>& x : c.x) any = std::max(any, x[i]);
    c.y[0][i] = any;
  }
}

Shapes JoinedMask::output_shapes(const Shapes&) const {
  std::vector<Index> joined = parts_[0].shape.to_vector();
  joined[static_cast<std::size_t>(axis_)] = 0;
  for (const Part& part : parts_) joined[static_cast<std::size_t>(axis_)] += part.shape[axis_];
  return {Shape(joined)};
}

void JoinedMask::forward(const ForwardCall<float>& c) const {
  Index outer = c.samples(), inner = 1, at = 0;
  for (int k = 0; k < axis_; ++k) outer *= parts_[0].shape[k];
  for (int k = axis_ + 1; k < parts_[0].shape.rank(); ++k) inner *= parts_[0].shape[k];
  const Index row = outer == 0 ? 0 : c.y[0].size() / outer;
  std::size_t input = 0;
  for (const Part& part : parts_) {
    const Index width = part.shape[axis_] * inner;
    const float* const from = part.given ? c.x[input++].data : nullptr;
    for (Index o = 0; o < outer; ++o) {
      float* const to = c.y[0].data + o * row + at;
      if (from)
        std::copy(from + o * width, from + (o + 1) * width, to);
      else
        std::fill(to, to + width, 1.f);
    }
    at += width;
  }
}

}  // namespace cornu::detail
