#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/few_columns.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/highway.h>

#include <cstring>

#include "kernels/dispatch.hpp"
#include "kernels/few_columns.hpp"
#include "kernels/tile.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Eight = hn::CappedTag<float, 8>;  // a sum has the same bits with AVX2 and AVX-512
using Vec = hn::Vec<Eight>;
constexpr Eight kEight;

HWY_INLINE float sum(Vec v) { return hn::GetLane(hn::SumOfLanes(kEight, v)); }

/// The sums of four rows of a with kCols of b.
template <int kCols>
struct Dots {
  Dots<kCols - 1> others;
  const float* b;
  Vec s0, s1, s2, s3;

  HWY_INLINE void start(const FewColumns& p) {
    others.start(p);
    b = p.b + (kCols - 1) * p.ldb;
    s0 = s1 = s2 = s3 = hn::Zero(kEight);
  }
  template <class Load>
  HWY_INLINE void add(const Load& load, Vec a0, Vec a1, Vec a2, Vec a3) {
    others.add(load, a0, a1, a2, a3);
    const Vec column = load(b);
    s0 = hn::MulAdd(a0, column, s0), s1 = hn::MulAdd(a1, column, s1);
    s2 = hn::MulAdd(a2, column, s2), s3 = hn::MulAdd(a3, column, s3);
  }
  HWY_INLINE void store(const FewColumns& p, Index row, Index count) const {
    others.store(p, row, count);
    const float sums[4] = {sum(s0), sum(s1), sum(s2), sum(s3)};
    float* c = p.c + row * p.ldc + kCols - 1;
    for (Index i = 0; i < count; ++i, c += p.ldc) *c = p.accumulate ? *c + sums[i] : sums[i];
  }
};
template <>
struct Dots<0> {
  HWY_INLINE void start(const FewColumns&) {}
  template <class Load>
  HWY_INLINE void add(const Load&, Vec, Vec, Vec, Vec) {}
  HWY_INLINE void store(const FewColumns&, Index, Index) const {}
};

/// Rows row .. row + count - 1, at most four; of fewer the last is computed again and not stored.
template <int kCols>
HWY_NOINLINE void dots(const FewColumns& p, Index row, Index count) {
  const float* const a0 = p.a + row * p.lda;
  const float* const a1 = count > 1 ? a0 + p.lda : a0;
  const float* const a2 = count > 2 ? a1 + p.lda : a1;
  const float* const a3 = count > 3 ? a2 + p.lda : a2;
  Dots<kCols> sums;
  sums.start(p);
  const auto n = static_cast<Index>(hn::Lanes(kEight));
  Index k = 0;
  for (; k + n <= p.depth; k += n) {
    const auto load = [k](const float* from) HWY_ATTR { return hn::LoadU(kEight, from + k); };
    sums.add(load, load(a0), load(a1), load(a2), load(a3));
  }
  if (k < p.depth) {
    const auto load = [&p, k](const float* from) HWY_ATTR {
      HWY_ALIGN float values[hn::MaxLanes(kEight)] = {};
      std::memcpy(values, from + k, static_cast<std::size_t>(p.depth - k) * sizeof(float));
      return hn::Load(kEight, values);
    };
    sums.add(load, load(a0), load(a1), load(a2), load(a3));
  }
  sums.store(p, row, count);
}

void all_dots(const FewColumns& p) {
  constexpr void (*kDots[kFewColumns])(const FewColumns&, Index, Index) = {dots<1>, dots<2>, dots<3>,
                                                                           dots<4>};
  for (Index row = 0; row < p.rows; row += 4) kDots[p.cols - 1](p, row, p.rows - row < 4 ? p.rows - row : 4);
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {

void multiply(const FewColumns& product) {
  if (product.cols > 0 && product.depth > 0) CORNU_DISPATCH(all_dots)(product);
}

Index few_columns(Index n) {
  const Index lanes = tile_ops().half_panel, rest = n % lanes;
  return rest <= lanes / 4 ? rest : 0;
}

}  // namespace cornu::kernels
#endif
