// Vectors of a cell's units and their activations, for one instruction set, as vectors.hpp.
#if defined(CORNU_KERNELS_RNN_VECTORS_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef CORNU_KERNELS_RNN_VECTORS_HPP
#undef CORNU_KERNELS_RNN_VECTORS_HPP
#else
#define CORNU_KERNELS_RNN_VECTORS_HPP
#endif

#include <cstring>

#include "kernels/vectors.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// x P(x^2) / Q(x^2), within 3e-7 of tanh; beyond 7.9 it is 1 to the last bits. A NaN stays: it comes second
/// in Min and Max. Source: Eigen's generic tanh for float.
HWY_INLINE Vec tanh_of(Vec v) {
  const Vec x = hn::Max(set(-7.90531110763549805f), hn::Min(set(7.90531110763549805f), v));
  const Vec s = hn::Mul(x, x);
  Vec p = hn::MulAdd(s, set(-2.76076847742355e-16f), set(2.00018790482477e-13f));
  p = hn::MulAdd(s, p, set(-8.60467152213735e-11f));
  p = hn::MulAdd(s, p, set(5.12229709037114e-08f));
  p = hn::MulAdd(s, p, set(1.48572235717979e-05f));
  p = hn::MulAdd(s, p, set(6.37261928875436e-04f));
  p = hn::MulAdd(s, p, set(4.89352455891786e-03f));
  Vec q = hn::MulAdd(s, set(1.19825839466702e-06f), set(1.18534705686654e-04f));
  q = hn::MulAdd(s, q, set(2.26843463243900e-03f));
  q = hn::MulAdd(s, q, set(4.89352518554385e-03f));
  return hn::Div(hn::Mul(x, p), q);
}
HWY_INLINE Vec sigmoid_of(Vec x) {
  const Vec half = set(0.5f);
  return hn::MulAdd(half, tanh_of(hn::Mul(half, x)), half);
}

/// The bits of count one by one: fewer than kMost * 2 floats.
template <std::size_t kMost = hn::MaxLanes(kTag) / 2>
HWY_INLINE void copy_part(const float* from, std::size_t count, float* to) {
  if constexpr (kMost > 0) {
    const std::size_t here = count & kMost;
    if (here != 0) std::memcpy(to, from, kMost * sizeof(float));
    copy_part<kMost / 2>(from + here, count, to + here);
  }
}

/// A vector of units, or the last ones of them: fewer, where no memory beyond may be touched.
struct Whole {
  HWY_INLINE Vec load(const float* from) const { return hn::LoadU(kTag, from); }
  HWY_INLINE void store(Vec v, float* to) const { hn::StoreU(v, kTag, to); }
};
struct Part {
  std::size_t count;
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_INLINE Vec load(const float* from) const {
    HWY_ALIGN float values[hn::MaxLanes(kTag)] = {};
    std::memcpy(values, from, count * sizeof(float));
    return hn::Load(kTag, values);
  }
#else
  HWY_INLINE Vec load(const float* from) const { return hn::MaskedLoad(hn::FirstN(kTag, count), kTag, from); }
#endif
  HWY_INLINE void store(Vec v, float* to) const {
#if HWY_TARGET <= HWY_AVX3
    hn::BlendedStore(v, hn::FirstN(kTag, count), kTag, to);
#else  // in pieces: AMD's cores before AVX-512 take twenty cycles for a masked store
    HWY_ALIGN float values[hn::MaxLanes(kTag)];
    hn::Store(v, kTag, values);
    copy_part(values, count, to);
#endif
  }
};

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
