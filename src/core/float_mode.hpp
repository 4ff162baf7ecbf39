#pragma once
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace cornu::detail {

/// The processor's register of floating point settings, a thread's own. 0 where we do not know it.
using FloatMode = unsigned;

inline FloatMode float_mode() {
#if defined(__SSE__)
  return _mm_getcsr();
#else
  return 0;
#endif
}

/// This thread's mode but for numbers below 1.2e-38, which are read and written as 0, as in TensorFlow: a
/// processor takes some 150 cycles for each such number, and Adam's momentum of a weight that has no gradient
/// any more is there after 800 steps and stays.
inline FloatMode denormals_are_zero() {
  return float_mode() | 0x8040;  // flush to zero, denormals are zero
}

/// Sets the mode for a scope.
class FloatModeScope {
 public:
  explicit FloatModeScope(FloatMode mode) { set(mode); }
  FloatModeScope(const FloatModeScope&) = delete;
  FloatModeScope& operator=(const FloatModeScope&) = delete;
  ~FloatModeScope() { set(before_); }

 private:
  static void set([[maybe_unused]] FloatMode mode) {
#if defined(__SSE__)
    _mm_setcsr(mode);
#endif
  }

  const FloatMode before_ = float_mode();
};

}  // namespace cornu::detail
