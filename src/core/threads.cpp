#include "cornu/core/threads.hpp"

#include <omp.h>

#include <atomic>

#include "cornu/core/error.hpp"

namespace cornu {

namespace {
std::atomic<int> chosen{0};  // 0: not set yet, ask OpenMP
}

void set_num_threads(int threads) {
  if (threads < 1 || threads > 1024)
    throw ValueError(detail::concat("set_num_threads: ", threads,
                                    "; it must be 1 to 1024. The number of cores is a good start."));
  chosen = threads;
}

int num_threads() {
  const int n = chosen;
  return n > 0 ? n : omp_get_max_threads();
}

}  // namespace cornu
