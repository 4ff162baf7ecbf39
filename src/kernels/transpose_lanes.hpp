// Transposes in registers. Highway's foreach_target includes this once for each instruction set, so its guard
// goes on and off.
#if defined(CORNU_KERNELS_TRANSPOSE_LANES_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef CORNU_KERNELS_TRANSPOSE_LANES_HPP
#undef CORNU_KERNELS_TRANSPOSE_LANES_HPP
#else
#define CORNU_KERNELS_TRANSPOSE_LANES_HPP
#endif

#include <hwy/highway.h>

#include "cornu/core/shape.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// to[i * to_row + j] = from[j * from_row + i] for i, j < 4.
#if HWY_TARGET == HWY_SCALAR
inline void transpose_4(const float* from, Index from_row, float* to, Index to_row) {
  for (Index i = 0; i < 4; ++i)
    for (Index j = 0; j < 4; ++j) to[i * to_row + j] = from[j * from_row + i];
}
#else
HWY_INLINE void transpose_4(const float* from, Index from_row, float* to, Index to_row) {
  const hn::FixedTag<float, 4> d;
  const hn::Repartition<double, decltype(d)> pair;
  const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_row);
  const auto r2 = hn::LoadU(d, from + 2 * from_row), r3 = hn::LoadU(d, from + 3 * from_row);
  const auto low01 = hn::BitCast(pair, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(pair, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(pair, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(pair, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pair, low01, low23)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pair, low01, low23)), d, to + to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pair, high01, high23)), d, to + 2 * to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pair, high01, high23)), d, to + 3 * to_row);
}
#endif

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
