#include "core/team.hpp"

#include "core/scratch.hpp"

namespace cornu::detail {

Team& team() {
  thread_local Team mine;
  return mine;
}

void start_team(int threads) {
  if (team().threads == threads) return;
  team().threads = threads;
#pragma omp parallel num_threads(threads)
  thread_scratch();
}

}  // namespace cornu::detail
