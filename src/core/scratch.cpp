#include "core/scratch.hpp"

#include <memory>
#include <new>

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
  }
  return {memory.get(), kScratchFloats};
}

}  // namespace cornu::detail
