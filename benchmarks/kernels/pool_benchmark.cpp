#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/pool.hpp"

using namespace cornu;
using namespace cornu::kernels;

namespace {

/// The poolings of catdog64: 2 x 2 after conv1 and conv2. Rates count each byte that must be read or written
/// once.
PoolGeometry geometry(Index which) {
  return which == 1 ? PoolGeometry{62, 62, 32, 31, 31, 2, 2, 2, 2}
                    : PoolGeometry{29, 29, 32, 14, 14, 2, 2, 2, 2};
}

struct Data {
  Tensor x, y;
  std::vector<std::uint8_t> argmax;
  Data(const PoolGeometry& g, Index n)
      : x({n, g.in_h, g.in_w, g.channels}),
        y({n, g.out_h, g.out_w, g.channels}),
        argmax(std::size_t(y.size() * max_pool2d_argmax_bytes(g))) {
    fill_uniform(x.view(), RandomKey{1, 1}, -1.f, 1.f);
    max_pool2d<float>(g, x.view(), y.view(), argmax.data());
  }
  double bytes() const { return double(4 * x.size() + 5 * y.size()); }
};

template <class Body>
void measure(benchmark::State& state, double bytes, const Body& body) {
  set_num_threads(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    body();
    benchmark::ClobberMemory();
  }
  state.counters["GB/s"] =
      benchmark::Counter(bytes * 1e-9 * double(state.iterations()), benchmark::Counter::kIsRate);
}

void max_forward(benchmark::State& state) {
  const PoolGeometry g = geometry(state.range(2));
  Data d(g, state.range(1));
  measure(state, d.bytes(), [&] { max_pool2d<float>(g, d.x.view(), d.y.view(), d.argmax.data()); });
}

void max_dx(benchmark::State& state) {
  const PoolGeometry g = geometry(state.range(2));
  Data d(g, state.range(1));
  measure(state, d.bytes(), [&] { max_pool2d_grad<float>(g, d.argmax.data(), d.y.view(), d.x.view()); });
}

void column_sums(benchmark::State& state) {
  const PoolGeometry g = geometry(state.range(2));
  Data d(g, state.range(1));
  Tensor sums({g.channels});
  measure(state, 4. * double(d.x.size()), [&] { add_column_sums<float>(d.x.view(), sums.view()); });
}

/// What the memory gives at most: a plain copy of x.
void copy(benchmark::State& state) {
  const PoolGeometry g = geometry(state.range(2));
  Data d(g, state.range(1));
  Tensor to(d.x.shape());
  measure(state, 8. * double(d.x.size()),
          [&] { std::memcpy(to.data(), d.x.data(), std::size_t(d.x.size()) * sizeof(float)); });
}

void arguments(benchmark::internal::Benchmark* b) {
  b->ArgNames({"threads", "n", "layer"})->UseRealTime()->Unit(benchmark::kMicrosecond);
  for (const int layer : {1, 2})
    for (const auto& [threads, n] : {std::pair{1, 2}, {1, 32}, {2, 32}}) b->Args({threads, n, layer});
}

BENCHMARK(max_forward)->Apply(arguments);
BENCHMARK(max_dx)->Apply(arguments);
BENCHMARK(column_sums)->Apply(arguments);
BENCHMARK(copy)->Apply(arguments);

}  // namespace
