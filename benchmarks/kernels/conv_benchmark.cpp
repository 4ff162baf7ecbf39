#include <benchmark/benchmark.h>

#include <string>

#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/kernels/conv.hpp"
#include "kernels/peak.hpp"
#include "shapes.hpp"

using namespace cornu;
using namespace cornu::kernels;

namespace {

Tensor random_tensor(const Shape& shape, std::uint64_t seed) {
  Tensor t(shape);
  fill_uniform(t.view(), RandomKey{seed, 1}, -1.f, 1.f);
  return t;
}

enum class Pass { forward, dx, dkernel };

void run(benchmark::State& state, const benchmarks::NamedConv& named, Pass pass) {
  const ConvGeometry& g = named.geometry;
  const Index n = state.range(1);
  Tensor x = random_tensor({n, g.in_h, g.in_w, g.in_c}, 1);
  Tensor kernel = random_tensor({g.kernel_h, g.kernel_w, g.in_c / g.groups, g.out_c}, 2);
  Tensor bias = random_tensor({g.out_c}, 3);
  Tensor y = random_tensor({n, g.out_h, g.out_w, g.out_c}, 4);
  set_num_threads(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    if (pass == Pass::forward) conv2d<float>(g, x.view(), kernel.view(), bias.view(), y.view(), true);
    if (pass == Pass::dx) conv2d_dx<float>(g, y.view(), kernel.view(), x.view());
    if (pass == Pass::dkernel) conv2d_dkernel<float>(g, x.view(), y.view(), kernel.view());
    benchmark::ClobberMemory();
  }
  const double flops = 2. * double(n * g.out_h * g.out_w) * double(g.kernel_h * g.kernel_w) *
                       double(g.in_c / g.groups) * double(g.out_c);
  const double rate = flops * double(state.iterations());
  const double peak = benchmarks::peak_gflops() * double(state.range(0));
  state.counters["GFLOP/s"] = benchmark::Counter(rate * 1e-9, benchmark::Counter::kIsRate);
  state.counters["% of peak"] = benchmark::Counter(rate * 1e-7 / peak, benchmark::Counter::kIsRate);
}

/// The model's batch, and 2 images as a slice of it that stays in the cache.
const int registered = [] {
  for (const auto& named : benchmarks::kConvs)
    for (const auto& [pass, name] :
         {std::pair{Pass::forward, "forward"}, {Pass::dx, "dx"}, {Pass::dkernel, "dkernel"}})
      benchmark::RegisterBenchmark((std::string(named.name) + "/" + name).c_str(), run, named, pass)
          ->ArgNames({"threads", "n"})
          ->Args({1, 2})
          ->Args({1, named.batch})
          ->Args({2, named.batch})
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
  return 0;
}();

}  // namespace
