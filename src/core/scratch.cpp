#include "core/scratch.hpp"

#include <omp.h>

#include <cstring>
#include <memory>
#include <new>

#include "cornu/core/threads.hpp"

namespace cornu::detail {

namespace {
struct Free {
  void operator()(float* memory) const { ::operator delete (memory, std::align_val_t{64}); }
};
}  // namespace

std::span<float> thread_scratch() {
  thread_local std::unique_ptr<float, Free> memory;
  if (!memory) {
    constexpr std::size_t bytes = kScratchFloats * sizeof(float);
    memory.reset(static_cast<float*>(::operator new (bytes, std::align_val_t{64})));
    std::memset(memory.get(), 0, bytes);  // pages are placed near the thread that uses them
  }
  return {memory.get(), kScratchFloats};
}

void warm_thread_scratch() {
  thread_scratch();
  if (omp_in_parallel()) return;
  const int threads = num_threads();
#pragma omp parallel num_threads(threads)
  thread_scratch();
}

}  // namespace cornu::detail
