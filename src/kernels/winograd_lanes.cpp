#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd_lanes.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/highway.h>

#include "kernels/dispatch.hpp"
#include "kernels/winograd_lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Every function runs over whole vectors and then, with the same arithmetic, over single channels.
using Wide = hn::ScalableTag<float>;
using One = hn::CappedTag<float, 1>;
constexpr int kSide = 6;

/// Each transform is the same 1-D step along the columns, then along the rows. These are the steps.
struct InputStep {  // B^T of the paper
  static constexpr int in = kSide, out = kSide;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V* x, V* y) {
    const auto four = hn::Set(d, 4.f), five = hn::Set(d, 5.f), two = hn::Set(d, 2.f);
    const auto even = hn::NegMulAdd(four, x[2], x[4]), odd = hn::NegMulAdd(four, x[1], x[3]);
    const auto even2 = hn::Sub(x[4], x[2]), odd2 = hn::Mul(two, hn::Sub(x[3], x[1]));
    y[0] = hn::MulAdd(four, x[0], hn::NegMulAdd(five, x[2], x[4]));
    y[1] = hn::Add(even, odd);
    y[2] = hn::Sub(even, odd);
    y[3] = hn::Add(even2, odd2);
    y[4] = hn::Sub(even2, odd2);
    y[5] = hn::MulAdd(four, x[1], hn::NegMulAdd(five, x[3], x[5]));
  }
};

/// Values of a polynomial with kCount coefficients at the six points.
template <int kCount, bool kScaled>
struct EvaluateStep {  // scaled: G, for kernels; else A, for gradients of outputs
  static constexpr int in = kCount, out = kSide;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V* x, V* y) {
    auto even = x[0], odd = x[1], even2 = x[0], odd2 = hn::Add(x[1], x[1]);
    if constexpr (kCount > 2) {
      even = hn::Add(even, x[2]);
      even2 = hn::MulAdd(hn::Set(d, 4.f), x[2], even2);
    }
    if constexpr (kCount > 3) {
      odd = hn::Add(odd, x[3]);
      odd2 = hn::MulAdd(hn::Set(d, 8.f), x[3], odd2);
    }
    y[0] = x[0];
    y[1] = hn::Add(even, odd);
    y[2] = hn::Sub(even, odd);
    y[3] = hn::Add(even2, odd2);
    y[4] = hn::Sub(even2, odd2);
    y[5] = x[kCount - 1];
    if constexpr (kScaled) {
      const auto sixth = hn::Set(d, -1.f / 6), twenty_fourth = hn::Set(d, 1.f / 24);
      y[0] = hn::Mul(y[0], hn::Set(d, 0.25f));
      y[1] = hn::Mul(y[1], sixth);
      y[2] = hn::Mul(y[2], sixth);
      y[3] = hn::Mul(y[3], twenty_fourth);
      y[4] = hn::Mul(y[4], twenty_fourth);
    }
  }
};

/// The transpose of EvaluateStep: weights the six values back to kCount coefficients.
template <int kCount, bool kScaled>
struct CollectStep {  // scaled: G^T, for gradients of kernels; else A^T, for outputs
  static constexpr int in = kSide, out = kCount;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V* x, V* y) {
    auto first = x[0], sum = hn::Add(x[1], x[2]), difference = hn::Sub(x[1], x[2]);
    auto sum2 = hn::Add(x[3], x[4]), difference2 = hn::Sub(x[3], x[4]);
    if constexpr (kScaled) {
      const auto sixth = hn::Set(d, -1.f / 6), twenty_fourth = hn::Set(d, 1.f / 24);
      first = hn::Mul(first, hn::Set(d, 0.25f));
      sum = hn::Mul(sum, sixth), difference = hn::Mul(difference, sixth);
      sum2 = hn::Mul(sum2, twenty_fourth), difference2 = hn::Mul(difference2, twenty_fourth);
    }
    y[0] = hn::Add(first, hn::Add(sum, sum2));
    y[1] = hn::MulAdd(hn::Set(d, 2.f), difference2, difference);
    if constexpr (kCount > 2) y[2] = hn::MulAdd(hn::Set(d, 4.f), sum2, sum);
    if constexpr (kCount > 3) y[3] = hn::MulAdd(hn::Set(d, 8.f), difference2, difference);
    y[kCount - 1] = hn::Add(y[kCount - 1], x[5]);
  }
};

/// Where channel c of element k of a square comes from, or goes.
struct FromCells {
  const float* const* cells;
  template <class D>
  HWY_INLINE hn::Vec<D> load(D d, int k, Index c) const {
    return hn::LoadU(d, cells[k] + c);
  }
};
struct FromFrequencies {
  const float* from;
  Index stride;
  template <class D>
  HWY_INLINE hn::Vec<D> load(D d, int k, Index c) const {
    return hn::LoadU(d, from + k * stride + c);
  }
};
struct ToFrequencies {
  float* to;
  Index stride;
  template <class D, class V>
  HWY_INLINE void store(D d, int k, Index c, V v) const {
    hn::StoreU(v, d, to + k * stride + c);
  }
};
struct ToOutputs {
  float* const* cells;
  const float* bias;
  bool relu;
  template <class D, class V>
  HWY_INLINE void store(D d, int k, Index c, V v) const {
    if (!cells[k]) return;
    if (bias) v = hn::Add(v, hn::LoadU(d, bias + c));
    if (relu) v = hn::IfThenZeroElse(hn::Lt(v, hn::Zero(d)), v);  // a NaN stays
    hn::StoreU(v, d, cells[k] + c);
  }
};
struct AddToCells {
  float* const* cells;
  template <class D, class V>
  HWY_INLINE void store(D d, int k, Index c, V v) const {
    hn::StoreU(hn::Add(v, hn::LoadU(d, cells[k] + c)), d, cells[k] + c);
  }
};

template <class Step, class D, class From, class To>
HWY_INLINE void transform_at(D d, Index c, const From& from, const To& to) {
  using V = hn::Vec<D>;
  V middle[Step::out][Step::in];
  for (int j = 0; j < Step::in; ++j) {
    V x[Step::in], y[Step::out];
    for (int i = 0; i < Step::in; ++i) x[i] = from.load(d, i * Step::in + j, c);
    Step::apply(d, x, y);
    for (int i = 0; i < Step::out; ++i) middle[i][j] = y[i];
  }
  for (int i = 0; i < Step::out; ++i) {
    V y[Step::out];
    Step::apply(d, middle[i], y);
    for (int j = 0; j < Step::out; ++j) to.store(d, i * Step::out + j, c, y[j]);
  }
}

template <class Step, class From, class To>
HWY_INLINE void transform(Index count, const From& from, const To& to) {
  const Index n = static_cast<Index>(hn::Lanes(Wide()));
  Index c = 0;
  for (; c + n <= count; c += n) transform_at<Step>(Wide(), c, from, to);
  for (; c < count; ++c) transform_at<Step>(One(), c, from, to);
}

void input(const float* const* cells, Index count, float* to, Index stride) {
  transform<InputStep>(count, FromCells{cells}, ToFrequencies{to, stride});
}

template <int kTaps>
struct Ops {
  static constexpr int kOutputs = kSide + 1 - kTaps;

  static void kernel(const float* const* cells, Index count, float* to, Index stride) {
    transform<EvaluateStep<kTaps, true>>(count, FromCells{cells}, ToFrequencies{to, stride});
  }
  static void output(const float* from, Index stride, Index count, const float* bias, bool relu,
                     float* const* cells) {
    transform<CollectStep<kOutputs, false>>(count, FromFrequencies{from, stride},
                                            ToOutputs{cells, bias, relu});
  }
  static void output_gradient(const float* const* cells, Index count, float* to, Index stride) {
    transform<EvaluateStep<kOutputs, false>>(count, FromCells{cells}, ToFrequencies{to, stride});
  }
  static void kernel_gradient(const float* from, Index stride, Index count, float* const* cells) {
    transform<CollectStep<kTaps, true>>(count, FromFrequencies{from, stride}, AddToCells{cells});
  }
  static constexpr WinogradOps table{input, kernel, output, output_gradient, kernel_gradient};
};

const WinogradOps* winograd_table(Index taps) { return taps == 3 ? &Ops<3>::table : &Ops<4>::table; }

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {

const WinogradOps& winograd_ops(Index taps) { return *CORNU_DISPATCH(winograd_table)(taps); }

}  // namespace cornu::kernels
#endif
