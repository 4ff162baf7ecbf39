#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// y = (x - mean) / deviation, row by row; backwards: y = x * deviation + mean.
///
/// x, y (rows, width); y may be x   mean, deviation (width); mean may be empty: none is taken off or added
template <class T>
void standardize(View<const T> x, View<const T> mean, View<const T> deviation, bool backwards, View<T> y);

}  // namespace cornu::kernels
