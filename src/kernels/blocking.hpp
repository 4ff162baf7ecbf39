#pragma once
#include <algorithm>
#include <span>

#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "cornu/core/shape.hpp"

namespace cornu::kernels {

// Sizes of the blocks that gemm and the convolutions cut themselves into, so that all fits a thread's
// scratch.
inline constexpr Index kDepth =
    320;  ///< most summation steps of a block: two packed vectors a step fill 20 KiB of L1
inline constexpr Index kColumns = 192;  ///< most columns of a block: 240 KiB of packed B, half of a usual L2
inline constexpr Index kRows = 1008;    ///< rows of a block: a multiple of every tile height

inline constexpr std::size_t kBlockFloats =
    262144;  ///< of a block in all: 1 MiB, so that it stays in L2 or near it

/// A thread's scratch, cut up. The offset arrays hold kRows numbers.
struct BlockScratch {
  std::span<float> b;     ///< packed B: kDepth * kColumns and the padding of the last panel
  std::span<float> a;     ///< packed A or a copied part of an image
  std::span<Index> rows;  ///< Block::a_offset
  std::span<Index> outs;  ///< Block::c_offset
};

inline BlockScratch block_scratch() {
  const std::span<float> all = detail::thread_scratch();
  constexpr std::size_t offsets = kRows * sizeof(Index) / sizeof(float);
  constexpr std::size_t b = std::size_t(kDepth) * (kColumns + 32);
  Index* index = reinterpret_cast<Index*>(all.data());
  static_assert(2 * offsets * sizeof(float) % 64 == 0);
  return {all.subspan(2 * offsets, b),
          all.subspan(2 * offsets + b, kBlockFloats - 2 * offsets - b),
          {index, std::size_t(kRows)},
          {index + kRows, std::size_t(kRows)}};
}

/// Whether a kernel of so many multiply-adds should be cut finely enough to spread over threads: it is called
/// at top level, and its work outweighs waking them (some 10 us). No bit depends on this: every number is one
/// sum in one order whatever the blocks are.
inline bool spreads(Index products) { return products >= 500'000 && num_threads() > 1 && !omp_in_parallel(); }

inline Index ceil_div(Index a, Index b) { return (a + b - 1) / b; }

/// Length of the equal parts that n is cut into when no part may exceed `most`, rounded up to a multiple of
/// `unit`.
inline Index even_part(Index n, Index most, Index unit = 1) {
  if (n <= most) return std::max<Index>(n, 1);
  return ceil_div(ceil_div(n, ceil_div(n, most)), unit) * unit;
}

}  // namespace cornu::kernels
