#pragma once
#include <array>

#include "cornu/core/random.hpp"

namespace cornu::kernels {

/// Random words come in groups of 64: the four words of 16 Philox blocks, word by word, so that the blocks
/// run side by side in vector registers. Element e of a stream is word (e / 16) % 4 of block
/// e / 64 * 16 + e % 16, the same as philox() gives.
inline constexpr Index kPhiloxGroup = 64;
using PhiloxWords = std::array<std::uint32_t, kPhiloxGroup>;

/// Elements 64 * group and on. Errors: ValueError, as isa().
using DrawWords = void (*)(const RandomKey& key, Index group, PhiloxWords& out);
DrawWords draw_words();

}  // namespace cornu::kernels
