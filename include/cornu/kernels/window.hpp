#pragma once
#include "cornu/core/shape.hpp"

namespace cornu {

/// A pair (height, width) that one number fills as well: `.kernel_size = 3` or `.kernel_size = {3, 5}`.
struct Size2 {
  Index h, w;
  constexpr Size2(Index both) : h(both), w(both) {}
  constexpr Size2(Index height, Index width) : h(height), w(width) {}
  friend constexpr bool operator==(const Size2&, const Size2&) = default;
};

/// A number of steps along the one axis of a sequence: `.kernel_size = 3`.
struct Size1 {
  Index w;
  constexpr Size1(Index steps) : w(steps) {}
  friend constexpr bool operator==(const Size1&, const Size1&) = default;
};

/// (depth, height, width), which one number fills as well: `.kernel_size = 3` or `.kernel_size = {1, 3, 3}`.
struct Size3 {
  Index d, h, w;
  constexpr Size3(Index all) : d(all), h(all), w(all) {}
  constexpr Size3(Index depth, Index height, Index width) : d(depth), h(height), w(width) {}
  friend constexpr bool operator==(const Size3&, const Size3&) = default;
};

/// How the window of a convolution or pooling meets the border. valid: inside only. same: zeros around,
/// output = input / stride rounded up; an odd zero goes to the bottom and right, as in Keras. causal (Conv1D
/// only): zeros before, so that no output sees a later input.
enum class Padding { valid, same, causal };

/// Output extent and padding before the first sample, along one axis. The output of padding valid is 0 or
/// less where the window does not fit. Source: Keras compute_conv_output_shape.
struct WindowAxis {
  Index output, before;
};
constexpr WindowAxis window_axis(Index input, Index window, Index stride, Index dilation, Padding padding) {
  const Index reach = (window - 1) * dilation + 1;
  if (padding == Padding::valid) return {input < reach ? 0 : (input - reach) / stride + 1, 0};
  const Index output = (input + stride - 1) / stride;
  if (padding == Padding::causal) return {output, reach - 1};
  const Index total = (output - 1) * stride + reach - input;
  return {output, total > 0 ? total / 2 : 0};
}

}  // namespace cornu
