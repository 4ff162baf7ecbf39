#pragma once
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "core/team.hpp"

namespace cornu::detail {

inline FloatMode float_mode() {
#if defined(__SSE__)
  return _mm_getcsr();
#else
  return 0;
#endif
}

/// Sets this thread's mode for a scope.
class FloatModeScope {
 public:
  explicit FloatModeScope(FloatMode mode) { set(mode); }
  FloatModeScope(const FloatModeScope&) = delete;
  FloatModeScope& operator=(const FloatModeScope&) = delete;
  ~FloatModeScope() { set(before_); }

  FloatMode before() const { return before_; }

 private:
  static void set([[maybe_unused]] FloatMode mode) {
#if defined(__SSE__)
    _mm_setcsr(mode);
#endif
  }

  const FloatMode before_ = float_mode();
};

/// A scope in which numbers below 1.2e-38 are read and written as 0, as in TensorFlow: a processor takes some
/// 150 cycles for each such number, and Adam's momentum of a weight that has no gradient any more is there
/// after 800 steps and stays. Loops of the team do the same (core/parallel.hpp).
class DenormalsAreZero {
 public:
  DenormalsAreZero() {
    if (outermost_) team().outside = scope_.before();
  }
  DenormalsAreZero(const DenormalsAreZero&) = delete;
  DenormalsAreZero& operator=(const DenormalsAreZero&) = delete;
  ~DenormalsAreZero() {
    if (outermost_) team().outside = 0;
  }

 private:
  static constexpr FloatMode kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;

  const bool outermost_ = team().outside == 0;
  const FloatModeScope scope_{float_mode() | kFlushToZero | kDenormalsAreZero};
};

}  // namespace cornu::detail
