#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/plane_lanes.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/highway.h>

#include "kernels/dispatch.hpp"
#include "kernels/plane_lanes.hpp"
#include "kernels/transpose_lanes.hpp"
#include "kernels/vectors.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// One vector of positions, kOuts sums of it. Members, not arrays, so that they live in registers.
template <int kOuts>
struct OutSums {
  OutSums<kOuts - 1> before;
  Vec sum;

  HWY_INLINE void start() {
    before.start();
    sum = hn::Zero(kTag);
  }
  HWY_INLINE void add(const float* HWY_RESTRICT weights, Vec x) {
    before.add(weights, x);
    sum = hn::MulAdd(hn::Set(kTag, weights[kOuts - 1]), x, sum);
  }
  HWY_INLINE void store(float* to, Index stride, bool accumulate) const {
    before.store(to, stride, accumulate);
    to += (kOuts - 1) * stride;
    hn::StoreU(accumulate ? hn::Add(sum, hn::LoadU(kTag, to)) : sum, kTag, to);
  }
};
template <>
struct OutSums<0> {
  HWY_INLINE void start() {}
  HWY_INLINE void add(const float*, Vec) {}
  HWY_INLINE void store(float*, Index, bool) const {}
};

/// kVecs neighbouring vectors of positions.
template <int kOuts, int kVecs>
struct PlaneSums {
  PlaneSums<kOuts, kVecs - 1> before;
  OutSums<kOuts> last;

  HWY_INLINE void start() {
    before.start();
    last.start();
  }
  HWY_INLINE void add(const float* HWY_RESTRICT weights, const float* source) {
    before.add(weights, source);
    last.add(weights, hn::LoadU(kTag, source + (kVecs - 1) * lanes()));
  }
  HWY_INLINE void store(float* to, Index stride, bool accumulate) const {
    before.store(to, stride, accumulate);
    last.store(to + (kVecs - 1) * lanes(), stride, accumulate);
  }
};
template <int kOuts>
struct PlaneSums<kOuts, 0> {
  HWY_INLINE void start() {}
  HWY_INLINE void add(const float*, const float*) {}
  HWY_INLINE void store(float*, Index, bool) const {}
};

/// Positions first .., as many whole groups of kVecs vectors as there are. Returns the first position left.
template <int kOuts, int kVecs>
HWY_NOINLINE Index sum_groups(const PlaneSum& s, Index first) {
  const Index group = kVecs * lanes();
  for (; first < s.positions && (kVecs == 1 || first + group <= s.positions); first += group) {
    PlaneSums<kOuts, kVecs> sums;
    sums.start();
    const float* source = s.source + first;
    const float* weights = s.weights;
    for (Index k = 0; k < s.steps; ++k, weights += kOuts) sums.add(weights, source + s.offset[k]);
    sums.store(s.sums + first, s.stride, s.accumulate);
  }
  return first;
}

/// Some eight sums at a time keep both units busy.
template <int kOuts>
void sum_outs(const PlaneSum& s) {
  Index first = 0;
  if constexpr (kOuts == 1) first = sum_groups<kOuts, 8>(s, first);
  if constexpr (kOuts <= 3 || kManyRegisters) first = sum_groups<kOuts, 4>(s, first);
  first = sum_groups<kOuts, 2>(s, first);
  sum_groups<kOuts, 1>(s, first);
}

void sum(const PlaneSum& s) {
  if (s.outs == 1) return sum_outs<1>(s);
  if (s.outs == 2) return sum_outs<2>(s);
  if (s.outs == 3) return sum_outs<3>(s);
  return sum_outs<4>(s);
}

void split(const float* from, Index pixel, Index count, Index channels, float* to, Index plane) {
  Index c = 0;
  for (; c + 4 <= channels; c += 4) {
    Index p = 0;
    for (; p + 4 <= count; p += 4) transpose_4(from + p * pixel + c, pixel, to + c * plane + p, plane);
    for (; p < count; ++p)
      for (Index i = c; i < c + 4; ++i) to[i * plane + p] = from[p * pixel + i];
  }
  for (; c < channels; ++c)
    for (Index p = 0; p < count; ++p) to[c * plane + p] = from[p * pixel + c];
}

const PlaneOps* plane_table() {
  static const PlaneOps ops{lanes() > kMostPlaneOuts ? kMostPlaneOuts : lanes() - 1, sum, split};
  return &ops;
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {
const PlaneOps& plane_ops() { return *CORNU_DISPATCH(plane_table)(); }
}  // namespace cornu::kernels
#endif
