#pragma once
#include <cstddef>
#include <span>

namespace cornu::detail {

/// Floats of scratch a thread has: 4.5 MiB.
inline constexpr std::size_t kScratchFloats = 1179648;

/// This thread's scratch: kScratchFloats floats, 64-byte aligned, content unspecified. Allocated at the first
/// call of a thread, freed when the thread ends. A kernel owns all of it while it runs and calls no other
/// kernel meanwhile.
std::span<float> thread_scratch();

}  // namespace cornu::detail
