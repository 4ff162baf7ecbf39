#pragma once
#include <span>

#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// y = x * scale + offset; scale and offset hold one value, or one for each channel (last axis), or, for
/// offset, none. y may be x.
template <class T>
void rescale(View<const T> x, std::span<const float> scale, std::span<const float> offset, View<T> y);

}  // namespace cornu::kernels
