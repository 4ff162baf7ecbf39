#pragma once
#include <chrono>

namespace cornu::benchmarks {

/// Fused (or separate) multiply-adds in registers that one core does a second, in GFLOP/s, on the instruction
/// set in use: what a kernel could reach at most. Best of several runs, measured once.
double peak_gflops();

}  // namespace cornu::benchmarks
