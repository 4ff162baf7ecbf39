// The vectors of floats of one instruction set. Highway's foreach_target includes this once for each, so its
// guard goes on and off.
#if defined(CORNU_KERNELS_VECTORS_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef CORNU_KERNELS_VECTORS_HPP
#undef CORNU_KERNELS_VECTORS_HPP
#else
#define CORNU_KERNELS_VECTORS_HPP
#endif

#include <hwy/highway.h>

#include "cornu/core/shape.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vec = hn::Vec<Floats>;
constexpr Floats kTag;

constexpr bool kManyRegisters = HWY_TARGET <= HWY_AVX3;  // 32 in place of 16

inline Index lanes() { return static_cast<Index>(hn::Lanes(kTag)); }
HWY_INLINE Vec set(float value) { return hn::Set(kTag, value); }

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
