#include "cornu/core/math_mode.hpp"

#include <atomic>

namespace cornu {

namespace {
std::atomic<MathMode> mode_in_use{MathMode::fast};
}  // namespace

void set_math_mode(MathMode mode) { mode_in_use = mode; }
MathMode math_mode() { return mode_in_use; }

}  // namespace cornu
