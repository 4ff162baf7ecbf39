#pragma once
#include <array>

#include "cornu/core/random.hpp"

namespace cornu::kernels {

/// Random words come in groups of 64: the four words of 16 Philox blocks, word by word, so that the blocks
/// run side by side in vector registers. Element e of a stream is word (e / 16) % 4 of block
/// e / 64 * 16 + e % 16, the same as philox() gives.
inline constexpr Index kPhiloxGroup = 64;
using PhiloxWords = std::array<std::uint32_t, kPhiloxGroup>;

/// y = scale x + shift for a number that stays, dropped for one that falls.
template <class T>
struct DropNumbers {
  T scale, shift, dropped;
};

/// Functions of one instruction set.
struct PhiloxLanes {
  /// Elements 64 * group and on.
  void (*draw)(const RandomKey& key, Index group, PhiloxWords& out);
  /// Which of these elements are not below `below`: bit e for element 64 * group + e.
  std::uint64_t (*kept)(const RandomKey& key, Index group, std::uint32_t below);
  /// x and y: 64 numbers.
  void (*drop)(std::uint64_t kept, const DropNumbers<float>& numbers, const float* x, float* y);
};

/// For the instruction set in use. Errors: ValueError, as isa().
const PhiloxLanes& philox_lanes();

}  // namespace cornu::kernels
