#include <benchmark/benchmark.h>

#include <string>

#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/kernels/gemm.hpp"
#include "kernels/peak.hpp"
#include "shapes.hpp"

using namespace cornu;
using namespace cornu::kernels;

namespace {

/// The three products of a dense layer: y = x w, dx = dy w', dw += x' dy.
void run(benchmark::State& state, const benchmarks::NamedGemm& g, int form) {
  Tensor x({g.m, g.k}), w({g.k, g.n}), y({g.m, g.n});
  for (Tensor* t : {&x, &w, &y}) fill_uniform(t->view(), RandomKey{1, 1}, -1.f, 1.f);
  set_num_threads(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    if (form == 0)
      gemm(Trans::no, Trans::no, g.m, g.n, g.k, x.data(), g.k, w.data(), g.n, y.data(), g.n, false);
    if (form == 1)
      gemm(Trans::no, Trans::yes, g.m, g.k, g.n, y.data(), g.n, w.data(), g.n, x.data(), g.k, false);
    if (form == 2)
      gemm(Trans::yes, Trans::no, g.k, g.n, g.m, x.data(), g.k, y.data(), g.n, w.data(), g.n, true);
    benchmark::ClobberMemory();
  }
  const double flops = 2. * double(g.m) * double(g.n) * double(g.k) * double(state.iterations());
  const double weights = 4. * double(g.k * g.n) * (form == 2 ? 2. : 1.) * double(state.iterations());
  const double peak = benchmarks::peak_gflops() * double(state.range(0));
  state.counters["GFLOP/s"] = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsRate);
  state.counters["% of peak"] = benchmark::Counter(flops * 1e-7 / peak, benchmark::Counter::kIsRate);
  state.counters["weights GB/s"] = benchmark::Counter(weights * 1e-9, benchmark::Counter::kIsRate);
}

const int registered = [] {
  const char* const forms[] = {"y", "dx", "dkernel"};
  for (const auto& named : benchmarks::kGemms)
    for (int form = 0; form < 3; ++form)
      benchmark::RegisterBenchmark((std::string(named.name) + "/" + forms[form]).c_str(), run, named, form)
          ->ArgName("threads")
          ->Arg(1)
          ->Arg(2)
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
  return 0;
}();

}  // namespace
