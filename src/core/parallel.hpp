#pragma once
#include <omp.h>

#include "core/float_mode.hpp"
#include "core/team.hpp"
#include "cornu/core/shape.hpp"
#include "cornu/core/threads.hpp"

namespace cornu::detail {

/// body(i, slot) for i in 0 .. n - 1, spread over num_threads(); no two calls at one time have the same slot,
/// which is in 0 .. num_threads() - 1. Serial when called from inside another parallel_for, and while
/// starting threads would take longer than the loops have (core/team.hpp). Which i there are must follow from
/// shapes alone, never from the thread count, and each i must write memory of its own: then results are the
/// same bits at any thread count. Floating point works as in the calling thread. The body must not throw.
///
/// The team always has num_threads() threads, also when n is smaller: GCC's OpenMP ends the threads that a
/// smaller team leaves out and starts others for the next larger one, which costs ten to a hundred times the
/// waking of an idle one, and their scratch memory each time.
template <class Body>
void parallel_for_slots(Index n, const Body& body) {
  const int threads = num_threads();
  Index first = 0;
  if (n <= 1 || threads <= 1 || omp_in_parallel()) {
    for (; first < n; ++first) body(first, 0);
    return;
  }
  if (Team& mine = team(); mine.threads != threads) {
    const auto start = Team::Clock::now();
    const auto alone = [&] { return mine.alone + (Team::Clock::now() - start); };
    while (first < n && mine.threads == 0 && alone() < kAlone) body(first++, 0);
    mine.alone = alone();
    if (first == n) return;
    start_team(threads);
  }
  const FloatMode mode = float_mode();
#pragma omp parallel num_threads(threads)
  {
    const FloatModeScope same(mode);
#pragma omp for schedule(dynamic, 1) nowait
    for (Index i = first; i < n; ++i) body(i, omp_get_thread_num());
  }
}

/// The same with body(i).
template <class Body>
void parallel_for(Index n, const Body& body) {
  parallel_for_slots(n, [&](Index i, int) { body(i); });
}

/// body(first, last) over 0 .. n - 1 in chunks of a fixed size (the last may be shorter).
template <class Body>
void parallel_chunks(Index n, Index chunk, const Body& body) {
  const Index chunks = (n + chunk - 1) / chunk;
  parallel_for(chunks, [&](Index c) {
    const Index first = c * chunk;
    body(first, first + chunk < n ? first + chunk : n);
  });
}

/// Chunk of elementwise work: 64 KiB of floats, large against the cost of handing it to a thread.
inline constexpr Index kElementChunk = 16384;

}  // namespace cornu::detail
