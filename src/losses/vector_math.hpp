#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "kernels/lane_sum.hpp"

/// exp and log1p without calls and branches, so that loops over them run on vectors; double takes the
/// library's.
namespace cornu::detail {

/// exp(x) for x <= 0, relative error below 3e-7; below -87.3 it stays at exp(-87.3).
/// Cody and Waite's reduction to [-ln 2 / 2, ln 2 / 2], then a polynomial of degree 6.
template <class T>
T exp_negative(T x) {
  if constexpr (!std::is_same_v<T, float>) {
    return std::exp(x);
  } else {
    constexpr float kRound =
        12582912.f;               // 1.5 * 2^23: adding it leaves the nearest whole number in the low bits
    x = x < -87.3f ? -87.3f : x;  // NaN passes
    const float shifted = x * 1.44269504f + kRound;
    const float k = shifted - kRound;
    const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
    float p = 1.f / 720;
    p = p * r + 1.f / 120;
    p = p * r + 1.f / 24;
    p = p * r + 1.f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.f;
    p = p * r + 1.f;
    const std::uint32_t exponent =
        (std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(kRound) + 127u) << 23;
    return p * std::bit_cast<float>(exponent);
  }
}

/// log(1 + x) for 0 <= x <= 1, relative error below 3e-7: 2 atanh(x / (2 + x)) as a series.
template <class T>
T log1p_unit(T x) {
  if constexpr (!std::is_same_v<T, float>) {
    return std::log1p(x);
  } else {
    const float s = x / (2.f + x), q = s * s;
    float p = 1.f / 15;
    p = p * q + 1.f / 13;
    p = p * q + 1.f / 11;
    p = p * q + 1.f / 9;
    p = p * q + 1.f / 7;
    p = p * q + 1.f / 5;
    p = p * q + 1.f / 3;
    p = p * q + 1.f;
    return 2.f * s * p;
  }
}

/// The largest of x[0] .. x[n - 1], n >= 1. A NaN is passed over; what is computed with it later shows it.
template <class T>
T lane_max(const T* x, Index n) {
  constexpr int kLanes = 8;
  T largest[kLanes];
  for (T& v : largest) v = x[0];
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane)
      largest[lane] = largest[lane] < x[i + lane] ? x[i + lane] : largest[lane];
  }
  for (; i < n; ++i) largest[0] = largest[0] < x[i] ? x[i] : largest[0];
  for (int lane = 1; lane < kLanes; ++lane)
    largest[0] = largest[0] < largest[lane] ? largest[lane] : largest[0];
  return largest[0];
}

}  // namespace cornu::detail
