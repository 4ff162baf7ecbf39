#include <benchmark/benchmark.h>

#include <vector>

#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/gemm.hpp"
#include "cornu/kernels/pool.hpp"
#include "shapes.hpp"

using namespace cornu;
using namespace cornu::kernels;

namespace {

constexpr Index kBatch = 32, kSlice = 4;

Tensor numbers(const Shape& shape) {
  Tensor t(shape);
  fill_uniform(t.view(), RandomKey{7, 1}, -0.1f, 0.1f);
  return t;
}

/// One convolution, relu and 2 x 2 pooling of catdog64, with what its backward pass needs.
struct Stage {
  ConvGeometry conv;
  PoolGeometry pool;
  Tensor kernel, bias, y, pooled, dpooled, dy;
  std::vector<std::uint8_t> argmax;
  std::vector<Tensor> dkernel, dbias;  // one a slice, so that slices may run at the same time

  explicit Stage(const ConvGeometry& g)
      : conv(g),
        pool{g.out_h, g.out_w, g.out_c, g.out_h / 2, g.out_w / 2, 2, 2, 2, 2},
        kernel(numbers({g.kernel_h, g.kernel_w, g.in_c, g.out_c})),
        bias(numbers({g.out_c})),
        y({kBatch, g.out_h, g.out_w, g.out_c}),
        pooled({kBatch, pool.out_h, pool.out_w, g.out_c}),
        dpooled(pooled.shape()),
        dy(y.shape()),
        argmax(std::size_t(pooled.size())) {
    dkernel.assign(std::size_t(kBatch / kSlice), Tensor(kernel.shape()));
    dbias.assign(std::size_t(kBatch / kSlice), Tensor(bias.shape()));
  }
  std::uint8_t* positions(Index first) { return argmax.data() + first * (pooled.size() / kBatch); }

  void forward(View<const float> x, Index first) {
    const View<float> out = y.view().samples(first, kSlice);
    conv2d<float>(conv, x, kernel.view(), bias.view(), out, true);
    max_pool2d<float>(pool, out, pooled.view().samples(first, kSlice), positions(first));
  }
  void backward(View<const float> x, Index first, View<float> dx) {
    const View<float> dp = dpooled.view().samples(first, kSlice), p = pooled.view().samples(first, kSlice);
    // relu before pooling is 0 where the pooled value is 0, which is a quarter of the cells to look at
    for (Index i = 0; i < dp.size(); ++i) dp[i] = p[i] > 0.f ? dp[i] : 0.f;
    const View<float> d = dy.view().samples(first, kSlice);
    max_pool2d_grad<float>(pool, positions(first), dp, d);
    conv2d_dkernel<float>(conv, x, d, dkernel[std::size_t(first / kSlice)].view());
    add_column_sums<float>(d, dbias[std::size_t(first / kSlice)].view());
    if (dx) conv2d_dx<float>(conv, d, kernel.view(), dx);
  }
};

/// Forward and backward of catdog64 at batch 32, without loss and optimizer: what the kernels cost in a
/// training step when the convolutions run in slices of four images.
void catdog64_step(benchmark::State& state) {
  Stage one(benchmarks::kConvs[0].geometry), two(benchmarks::kConvs[1].geometry);
  const Tensor x = numbers({kBatch, 64, 64, 3});
  const Index in = 6272, units = 128;
  Tensor w = numbers({in, units}), b = numbers({units}), h({kBatch, units}), dh({kBatch, units}),
         dw(w.shape());
  Tensor v = numbers({units, 1}), out({kBatch, 1}), dout = numbers({kBatch, 1}), dv(v.shape());
  set_num_threads(static_cast<int>(state.range(0)));
  detail::warm_thread_scratch();
  for (auto _ : state) {
    detail::parallel_for(kBatch / kSlice, [&](Index s) {
      one.forward(x.view().samples(s * kSlice, kSlice), s * kSlice);
      two.forward(one.pooled.view().samples(s * kSlice, kSlice), s * kSlice);
    });
    gemm<float>(Trans::no, Trans::no, kBatch, units, in, two.pooled.data(), in, w.data(), units, h.data(),
                units, false, {b.data(), true});
    gemm<float>(Trans::no, Trans::no, kBatch, 1, units, h.data(), units, v.data(), 1, out.data(), 1, false);
    gemm<float>(Trans::yes, Trans::no, units, 1, kBatch, h.data(), units, dout.data(), 1, dv.data(), 1, true);
    gemm<float>(Trans::no, Trans::yes, kBatch, units, 1, dout.data(), 1, v.data(), 1, dh.data(), units,
                false);
    for (Index i = 0; i < h.size(); ++i) dh.at(i) = h.at(i) > 0.f ? dh.at(i) : 0.f;
    gemm<float>(Trans::yes, Trans::no, in, units, kBatch, two.pooled.data(), in, dh.data(), units, dw.data(),
                units, true);
    gemm<float>(Trans::no, Trans::yes, kBatch, in, units, dh.data(), units, w.data(), units,
                two.dpooled.data(), in, false);
    detail::parallel_for(kBatch / kSlice, [&](Index s) {
      two.backward(one.pooled.view().samples(s * kSlice, kSlice), s * kSlice,
                   one.dpooled.view().samples(s * kSlice, kSlice));
      one.backward(x.view().samples(s * kSlice, kSlice), s * kSlice, {});
    });
    benchmark::ClobberMemory();
  }
  state.counters["images/s"] =
      benchmark::Counter(double(kBatch * state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(catdog64_step)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
