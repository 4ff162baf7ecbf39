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

/// kOuts sums of products of one x. Members, not arrays, so that they live in registers.
template <int kOuts>
struct OutSums {
  OutSums<kOuts - 1> before;
  Vec sum;

  HWY_INLINE void start() {
    before.start();
    sum = hn::Zero(kTag);
  }
  template <class Factor>
  HWY_INLINE void add(const Factor& factor, Vec x) {
    before.add(factor, x);
    sum = hn::MulAdd(factor(kOuts - 1), x, sum);
  }
  HWY_INLINE void store(float* to, Index stride, bool accumulate) const {
    before.store(to, stride, accumulate);
    to += (kOuts - 1) * stride;
    hn::StoreU(accumulate ? hn::Add(sum, hn::LoadU(kTag, to)) : sum, kTag, to);
  }
  HWY_INLINE void store_totals(float* to) const {
    before.store_totals(to);
    to[kOuts - 1] = hn::GetLane(hn::SumOfLanes(kTag, sum));
  }
};
template <>
struct OutSums<0> {
  HWY_INLINE void start() {}
  template <class Factor>
  HWY_INLINE void add(const Factor&, Vec) {}
  HWY_INLINE void store(float*, Index, bool) const {}
  HWY_INLINE void store_totals(float*) const {}
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
  template <class Factor>
  HWY_INLINE void add(const Factor& factor, const float* source) {
    before.add(factor, source);
    last.add(factor, hn::LoadU(kTag, source + (kVecs - 1) * lanes()));
  }
  HWY_INLINE void store(float* to, Index stride, bool accumulate) const {
    before.store(to, stride, accumulate);
    last.store(to + (kVecs - 1) * lanes(), stride, accumulate);
  }
};
template <int kOuts>
struct PlaneSums<kOuts, 0> {
  HWY_INLINE void start() {}
  template <class Factor>
  HWY_INLINE void add(const Factor&, const float*) {}
  HWY_INLINE void store(float*, Index, bool) const {}
};

/// Positions first .., as many whole groups of kVecs vectors as there are; the last single vector may reach
/// beyond. Returns the first position left.
template <int kOuts, int kVecs>
HWY_NOINLINE Index sum_groups(const PlaneSum& s, Index first) {
  const Index group = kVecs * lanes();
  for (; first < s.positions && (kVecs == 1 || first + group <= s.positions); first += group) {
    PlaneSums<kOuts, kVecs> sums;
    sums.start();
    const float* source = s.source + first;
    const float* weights = s.weights;
    for (Index k = 0; k < s.steps; ++k, weights += kOuts)
      sums.add([&](int o) { return hn::Set(kTag, weights[o]); }, source + s.offset[k]);
    sums.store(s.sums + first, s.stride, s.accumulate);
  }
  return first;
}

/// All groups: as many as leave the registers full, some eight to sixteen sums, then what is left. `groups`
/// runs those of one size from a place on and returns where it stopped.
template <int kOuts, class Groups>
void all_groups(const Groups& groups) {
  Index first = 0;
  if constexpr (kOuts == 1) first = groups.template operator()<kOuts, 8>(first);
  if constexpr (kOuts <= 3 || kManyRegisters) first = groups.template operator()<kOuts, 4>(first);
  first = groups.template operator()<kOuts, 2>(first);
  groups.template operator()<kOuts, 1>(first);
}
template <class Groups>
void all_groups(Index outs, const Groups& groups) {
  if (outs == 1) return all_groups<1>(groups);
  if (outs == 2) return all_groups<2>(groups);
  if (outs == 3) return all_groups<3>(groups);
  return all_groups<4>(groups);
}

void sum(const PlaneSum& s) {
  all_groups(s.outs, [&]<int kOuts, int kVecs>(Index first) { return sum_groups<kOuts, kVecs>(s, first); });
}

/// kSteps steps of the sum of a kernel gradient: where each reads the source, and its sums.
template <int kOuts, int kSteps>
struct DotSums {
  DotSums<kOuts, kSteps - 1> before;
  const float* from;
  OutSums<kOuts> last;

  HWY_INLINE void start(const float* source, const Index* offset) {
    before.start(source, offset);
    from = source + offset[kSteps - 1];
    last.start();
  }
  template <class Factor>
  HWY_INLINE void add(const Factor& factor, Index p) {
    before.add(factor, p);
    last.add(factor, hn::LoadU(kTag, from + p));
  }
  HWY_INLINE void store_totals(float* to) const {
    before.store_totals(to);
    last.store_totals(to + (kSteps - 1) * kOuts);
  }
};
template <int kOuts>
struct DotSums<kOuts, 0> {
  HWY_INLINE void start(const float*, const Index*) {}
  template <class Factor>
  HWY_INLINE void add(const Factor&, Index) {}
  HWY_INLINE void store_totals(float*) const {}
};

/// As many whole groups of kSteps steps as there are from `first` on. Returns the first step left.
template <int kOuts, int kSteps>
HWY_NOINLINE Index dot_groups(const PlaneDots& d, Index first) {
  const Index n = lanes();
  for (; first + kSteps <= d.steps; first += kSteps) {
    DotSums<kOuts, kSteps> sums;
    sums.start(d.source, d.offset + first);
    for (Index p = 0; p < d.positions; p += n)
      sums.add([&](int o) { return hn::LoadU(kTag, d.dy + o * d.dy_plane + p); }, p);
    sums.store_totals(d.out + first * kOuts);
  }
  return first;
}

void dots(const PlaneDots& d) {
  all_groups(d.outs, [&]<int kOuts, int kSteps>(Index first) { return dot_groups<kOuts, kSteps>(d, first); });
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
  static const PlaneOps ops{lanes() > kMostPlaneOuts ? kMostPlaneOuts : lanes() - 1, sum, dots, split};
  return &ops;
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {
const PlaneOps& plane_ops() { return *CORNU_DISPATCH(plane_table)(); }
}  // namespace cornu::kernels
#endif
