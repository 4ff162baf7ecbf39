#include "core/team.hpp"

#include "core/float_mode.hpp"
#include "core/scratch.hpp"

namespace cornu::detail {

Team& team() {
  thread_local Team mine;
  return mine;
}

void start_team(int threads) {
  if (team().threads == threads) return;
  team().threads = threads;
  // A thread starts with the mode of the one that starts it, and other loops of the program will run on it.
  const FloatModeScope mode(team().outside ? team().outside : float_mode());
#pragma omp parallel num_threads(threads)
  thread_scratch();
}

}  // namespace cornu::detail
