#pragma once
#include "cornu/testing/check_layer.hpp"
#include "testing/layer_runner.hpp"

namespace cornu::testing::detail {

/// Inputs, weights and output gradients of a check, all exact in float. Inputs are distinct and stay 0.03
/// away from every multiple of 0.1, where people's functions have their kinks; weights and gradients are not
/// zero. Errors  ValueError: given x or weights of another count or shape.
Numbers<float> random_numbers(const LayerRunner<float>& runner, const CheckOptions& options);

template <class T>
Numbers<T> converted(const Numbers<float>& numbers) {
  const auto convert = [](const Arrays<float>& from) {
    Arrays<T> to;
    for (const auto& a : from) to.emplace_back(a.begin(), a.end());
    return to;
  };
  return {convert(numbers.x), convert(numbers.weights), convert(numbers.dy), convert(numbers.masks)};
}

}  // namespace cornu::testing::detail
