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

/// tanh(x) with k = 1, tanh(x / 2) / 2 with k = 4, within 3e-7: x P(x^2) / Q(x^2), where the powers of k in
/// the coefficients cost no operation and no bit; at the limit it is 1 (or 1/2) to the last bits. A NaN
/// stays: it comes second in Min and Max. Source: a fit of degrees 4 and 4 with the least relative error,
/// 6e-9, up to 7.9.
template <int k>
HWY_INLINE Vec tanh_ratio(Vec v) {
  constexpr float kLimit = k == 1 ? 7.9f : 15.8f;
  const Vec x = hn::Max(set(-kLimit), hn::Min(set(kLimit), v));
  const Vec s = hn::Mul(x, x);
  Vec p = hn::MulAdd(s, set(0.017942070960998535f / k), set(25.612030029296875f));
  p = hn::MulAdd(s, p, set(4162.19873046875f * k));
  p = hn::MulAdd(s, p, set(156424.265625f * k * k));
  p = hn::MulAdd(s, p, set(1162951.875f * k * k * k));
  Vec q = hn::Add(s, set(398.1546325683594f * k));
  q = hn::MulAdd(s, q, set(30460.32421875f * k * k));
  q = hn::MulAdd(s, q, set(544074.8125f * k * k * k));
  q = hn::MulAdd(s, q, set(1162951.875f * k * k * k * k));
  return hn::Div(hn::Mul(x, p), q);
}
HWY_INLINE Vec tanh_of(Vec x) { return tanh_ratio<1>(x); }
HWY_INLINE Vec sigmoid_of(Vec x) { return hn::Add(tanh_ratio<4>(x), set(0.5f)); }

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
