#pragma once
#include "cornu/core/shape.hpp"

namespace cornu::detail {

/// f(0) + ... + f(n - 1) in eight running sums, which the compiler keeps in vector registers; the order is
/// fixed by n.
template <class T, class F>
T lane_sum(Index n, const F& f) {
  constexpr int kLanes = 8;
  T sums[kLanes] = {};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int lane = 0; lane < kLanes; ++lane) sums[lane] += f(i + lane);
  T rest = 0;
  for (; i < n; ++i) rest += f(i);
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + rest;
}

}  // namespace cornu::detail
