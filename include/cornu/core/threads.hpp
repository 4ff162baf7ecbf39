#pragma once

namespace cornu {

/// Threads that training and prediction use; 1 .. 1024. The default is what the machine has (OpenMP's
/// choice, so OMP_NUM_THREADS counts). Results are the same bits at any number. Errors: ValueError.
void set_num_threads(int threads);
int num_threads();

}  // namespace cornu
