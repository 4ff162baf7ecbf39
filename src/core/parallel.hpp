#pragma once
#include <omp.h>

#include "cornu/core/shape.hpp"
#include "cornu/core/threads.hpp"

namespace cornu::detail {

/// body(i) for i in 0 .. n - 1, spread over num_threads(). Serial when called from inside another
/// parallel_for. Which i there are must follow from shapes alone, never from the thread count, and
/// each i must write memory of its own: then results are the same bits at any thread count.
/// The body must not throw.
///
/// The team always has num_threads() threads, also when n is smaller: GCC's OpenMP ends the threads that a
/// smaller team leaves out and starts others for the next larger one, which costs ten to a hundred times the
/// waking of an idle one, and their scratch memory each time.
template <class Body>
void parallel_for(Index n, const Body& body) {
  const int threads = num_threads();
  if (n <= 1 || threads <= 1 || omp_in_parallel()) {
    for (Index i = 0; i < n; ++i) body(i);
    return;
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (Index i = 0; i < n; ++i) body(i);
}

/// The same with body(i, slot): no two calls at one time have the same slot, which is in 0 .. num_threads()
/// - 1.
template <class Body>
void parallel_for_slots(Index n, const Body& body) {
  const int threads = num_threads();
  if (n <= 1 || threads <= 1 || omp_in_parallel()) {
    for (Index i = 0; i < n; ++i) body(i, 0);
    return;
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (Index i = 0; i < n; ++i) body(i, omp_get_thread_num());
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
