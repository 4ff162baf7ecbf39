#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/peak.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/highway.h>

#include "kernels/dispatch.hpp"
#include "kernels/peak.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::benchmarks::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Flops done; twelve chains keep two units busy at a latency of up to six cycles.
double spin(long rounds, float* out) {
  const hn::ScalableTag<float> d;
  const auto a = hn::Set(d, out[0]), b = hn::Set(d, out[1]);
  // different starts, or the compiler makes one chain of the twelve
  auto s0 = a, s1 = hn::Add(s0, b), s2 = hn::Add(s1, b), s3 = hn::Add(s2, b), s4 = hn::Add(s3, b);
  auto s5 = hn::Add(s4, b), s6 = hn::Add(s5, b), s7 = hn::Add(s6, b), s8 = hn::Add(s7, b),
       s9 = hn::Add(s8, b);
  auto s10 = hn::Add(s9, b), s11 = hn::Add(s10, b);
  for (long i = 0; i < rounds; ++i) {
    s0 = hn::MulAdd(s0, a, b), s1 = hn::MulAdd(s1, a, b), s2 = hn::MulAdd(s2, a, b),
    s3 = hn::MulAdd(s3, a, b);
    s4 = hn::MulAdd(s4, a, b), s5 = hn::MulAdd(s5, a, b), s6 = hn::MulAdd(s6, a, b),
    s7 = hn::MulAdd(s7, a, b);
    s8 = hn::MulAdd(s8, a, b), s9 = hn::MulAdd(s9, a, b), s10 = hn::MulAdd(s10, a, b),
    s11 = hn::MulAdd(s11, a, b);
  }
  const auto sum = hn::Add(
      hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)),
      hn::Add(hn::Add(hn::Add(s4, s5), hn::Add(s6, s7)), hn::Add(hn::Add(s8, s9), hn::Add(s10, s11))));
  out[0] += hn::GetLane(sum) * 0.f;
  return 2. * 12. * double(hn::Lanes(d)) * double(rounds);
}

}  // namespace cornu::benchmarks::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::benchmarks {
using kernels::isa_index;

double peak_gflops() {
  static const double peak = [] {
    double best = 0;
    float numbers[2] = {0.999f, 0.001f};
    for (int run = 0; run < 8; ++run) {
      const auto start = std::chrono::steady_clock::now();
      const double flops = CORNU_DISPATCH(spin)(2'000'000, numbers);
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
      if (flops / time.count() * 1e-9 > best) best = flops / time.count() * 1e-9;
    }
    return best;
  }();
  return peak;
}
}  // namespace cornu::benchmarks
#endif
