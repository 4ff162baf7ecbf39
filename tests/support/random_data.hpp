#pragma once
#include <cstdint>

#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"

namespace cornu::support {

/// Numbers from -1 to 1 that follow from the seed.
inline Tensor noise(const Shape& shape, std::uint64_t seed) {
  Tensor t(shape);
  fill_uniform(t.view(), RandomKey{.seed = seed}, -1.f, 1.f);
  return t;
}

/// Class numbers (n, 1), every class in turn.
inline Tensor class_labels(Index n, Index classes) {
  Tensor t({n, 1});
  for (Index i = 0; i < n; ++i) t(i, 0) = static_cast<float>(i * 7 % classes);
  return t;
}

/// The same one-hot, (n, classes).
inline Tensor one_hot_labels(Index n, Index classes) {
  Tensor t({n, classes});
  for (Index i = 0; i < n; ++i) t(i, i * 7 % classes) = 1.f;
  return t;
}

}  // namespace cornu::support
