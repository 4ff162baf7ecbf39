#pragma once
#include <chrono>

namespace cornu::detail {

/// The processor's register of floating point settings, a thread's own. 0 where we do not know it.
using FloatMode = unsigned;

/// The threads that run the loops of this one.
struct Team {
  using Clock = std::chrono::steady_clock;

  int threads = 0;             ///< this one included; 0 before the first start
  Clock::duration alone = {};  ///< what loops took before the start
  FloatMode outside = 0;       ///< inside a DenormalsAreZero (core/float_mode.hpp): the mode around it
};

/// This thread's team.
Team& team();

/// Loops run alone until they have taken so long: GCC's OpenMP takes 4 to 12 ms to start a thread, and one
/// small picture 0.3. So a program that predicts once does not wait, and one that goes on loses little. A
/// loop that reaches the limit goes on with the team.
inline constexpr std::chrono::milliseconds kAlone{2};

/// Starts this thread's team and allocates the scratch of its threads, so that nothing is allocated later.
/// Does nothing when it has as many.
void start_team(int threads);

}  // namespace cornu::detail
