#pragma once

namespace cornu {

/// Which algorithms kernels may use.
enum class MathMode {
  fast,   ///< also those that round more than a plain sum does: Winograd's convolutions, within 1e-5 of the
          ///< largest value where a plain sum is within 3e-6
  strict  ///< plain sums only
};

/// For the whole process; fast by default. Not while a model runs.
void set_math_mode(MathMode mode);
MathMode math_mode();

}  // namespace cornu
