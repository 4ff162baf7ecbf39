#include <benchmark/benchmark.h>

#include <string>

#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/kernels/activation.hpp"
#include "cornu/kernels/noise.hpp"
#include "cornu/kernels/rectifier.hpp"

using namespace cornu;

namespace {

/// What a dense layer of 512 units gives a batch of 128; it stays in the L2 cache.
struct Batch {
  Tensor x{{128, 512}}, y{{128, 512}}, dx{{128, 512}};
  Batch() {
    fill_normal(x.view(), {.seed = 1}, 0, 2);
    set_num_threads(1);
  }
};

/// body(batch) a number: shown as ns, one thread.
template <class Body>
void measure(benchmark::State& state, const Body& body) {
  Batch b;
  for (auto _ : state) {
    body(b);
    benchmark::ClobberMemory();
  }
  state.counters["per number"] = benchmark::Counter(
      double(state.iterations() * b.x.size()), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void value(benchmark::State& state, ActivationFn fn) {
  measure(state, [fn](Batch& b) { kernels::activation<float>(fn, b.x.view(), b.y.view()); });
}
void gradient(benchmark::State& state, ActivationFn fn) {
  measure(state, [fn](Batch& b) {
    kernels::activation_grad<float>(fn, b.x.view(), b.y.view(), b.x.view(), b.dx.view());
  });
}
void leaky(benchmark::State& state) {
  measure(state, [](Batch& b) { kernels::rectify<float>({.negative_slope = 0.3}, b.x.view(), b.y.view()); });
}
void leaky_gradient(benchmark::State& state) {
  measure(state, [](Batch& b) {
    kernels::rectify_grad<float>({.negative_slope = 0.3}, b.x.view(), b.x.view(), b.dx.view());
  });
}
void dropout(benchmark::State& state) {
  measure(state,
          [](Batch& b) { kernels::drop<float>({.rate = 0.5, .scale = 2}, {}, b.x.view(), b.y.view()); });
}
void gaussian_noise(benchmark::State& state) {
  measure(state, [](Batch& b) { kernels::add_noise<float>(0.5, {}, b.x.view(), b.y.view()); });
}
BENCHMARK(leaky);
BENCHMARK(leaky_gradient);
BENCHMARK(dropout);
BENCHMARK(gaussian_noise);

const int registered = [] {
  for (int i = 1; i < static_cast<int>(ActivationFn::custom); ++i) {
    const auto fn = static_cast<ActivationFn>(i);
    const std::string name(ActivationFunction(fn).name());
    benchmark::RegisterBenchmark((name + "/value").c_str(), value, fn);
    benchmark::RegisterBenchmark((name + "/gradient").c_str(), gradient, fn);
  }
  return 0;
}();

}  // namespace
