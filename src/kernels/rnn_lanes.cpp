#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rnn_lanes.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/highway.h>

#include <cstring>

#include "kernels/dispatch.hpp"
#include "kernels/rnn_lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vec = hn::Vec<Floats>;
constexpr Floats kTag;

inline Index lanes() { return static_cast<Index>(hn::Lanes(kTag)); }
HWY_INLINE Vec set(float value) { return hn::Set(kTag, value); }

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
  /// In pieces: AMD's cores before AVX-512 take twenty cycles for a masked store.
  HWY_INLINE void store(Vec v, float* to) const {
    HWY_ALIGN float values[hn::MaxLanes(kTag)];
    hn::Store(v, kTag, values);
    const float* from = values;
    if constexpr (hn::MaxLanes(kTag) > 8) piece<8>(from, to);
    if constexpr (hn::MaxLanes(kTag) > 4) piece<4>(from, to);
    if constexpr (hn::MaxLanes(kTag) > 2) piece<2>(from, to);
    if constexpr (hn::MaxLanes(kTag) > 1) piece<1>(from, to);
  }
  template <std::size_t kCount>
  HWY_INLINE void piece(const float*& from, float*& to) const {
    if ((count & kCount) == 0) return;
    std::memcpy(to, from, kCount * sizeof(float));
    from += kCount, to += kCount;
  }
};

/// The sums of kRows rows times kVectors vectors: of units of one gate each. Members, not arrays: an array
/// that a loop indexes would live in memory, and these have to live in registers.
template <int kRows, int kVectors>
struct Sums {
  Sums<kRows - 1, kVectors> above;
  Vec s0, s1, s2, s3;

  HWY_INLINE void add(const float* h, Index units, Vec b0, Vec b1, Vec b2, Vec b3) {
    above.add(h, units, b0, b1, b2, b3);
    const Vec one = hn::Set(kTag, h[(kRows - 1) * units]);
    s0 = hn::MulAdd(one, b0, s0);
    if constexpr (kVectors > 1) s1 = hn::MulAdd(one, b1, s1);
    if constexpr (kVectors > 2) s2 = hn::MulAdd(one, b2, s2);
    if constexpr (kVectors > 3) s3 = hn::MulAdd(one, b3, s3);
  }
  template <class Form>
  HWY_INLINE void start(const Form& form, const CellStep<float>& step, Index row, Index unit) {
    above.start(form, step, row, unit);
    form.start(*this, step, row + kRows - 1, unit);
  }
  template <class Form>
  HWY_INLINE void finish(const Form& form, const CellStep<float>& step, Index row, Index unit) const {
    above.finish(form, step, row, unit);
    form.finish(*this, step, row + kRows - 1, unit);
  }
};
template <int kVectors>
struct Sums<0, kVectors> {
  HWY_INLINE void add(const float*, Index, Vec, Vec, Vec, Vec) {}
  template <class Form>
  HWY_INLINE void start(const Form&, const CellStep<float>&, Index, Index) {}
  template <class Form>
  HWY_INLINE void finish(const Form&, const CellStep<float>&, Index, Index) const {}
};

template <class Memory>
struct Lstm {
  static constexpr int kGates = 4, kRows = 3;  // 12 sums, 3 numbers of h and a vector: 16 registers
  Memory memory;
  bool keep;

  template <class S>
  HWY_INLINE void start(S& sums, const CellStep<float>& step, Index row, Index unit) const {
    const float* gate = step.gates + row * step.gates_stride + unit;
    sums.s0 = memory.load(gate), gate += step.units;
    sums.s1 = memory.load(gate), gate += step.units;
    sums.s2 = memory.load(gate), gate += step.units;
    sums.s3 = memory.load(gate);
  }
  template <class S>
  HWY_INLINE void finish(const S& sums, const CellStep<float>& step, Index row, Index unit) const {
    const Vec i = sigmoid_of(sums.s0), f = sigmoid_of(sums.s1), g = tanh_of(sums.s2), o = sigmoid_of(sums.s3);
    const Index at = row * step.units + unit;
    const Vec c = hn::MulAdd(f, memory.load(step.c + at), hn::Mul(i, g));
    memory.store(c, step.c_next + at);
    memory.store(hn::Mul(o, tanh_of(c)), step.h_next + at);
    if (!keep) return;
    float* gate = step.gates + row * step.gates_stride + unit;
    memory.store(i, gate), gate += step.units;
    memory.store(f, gate), gate += step.units;
    memory.store(g, gate), gate += step.units;
    memory.store(o, gate);
  }
};

template <class Memory>
struct Gru {
  static constexpr int kGates = 3, kRows = 4;
  Memory memory;
  const float* bias;
  bool keep;

  template <class S>
  HWY_INLINE void start(S& sums, const CellStep<float>& step, Index row, Index unit) const {
    const float* gate = step.gates + row * step.gates_stride + unit;
    sums.s0 = memory.load(gate);
    sums.s1 = memory.load(gate + step.units);
    sums.s2 = memory.load(bias + unit);
  }
  template <class S>
  HWY_INLINE void finish(const S& sums, const CellStep<float>& step, Index row, Index unit) const {
    float* gate = step.gates + row * step.gates_stride + unit;
    const Vec z = sigmoid_of(sums.s0), r = sigmoid_of(sums.s1);
    const Vec n = tanh_of(hn::MulAdd(r, sums.s2, memory.load(gate + 2 * step.units)));
    const Index at = row * step.units + unit;
    const Vec h = memory.load(step.h + at);
    memory.store(hn::MulAdd(z, hn::Sub(h, n), n), step.h_next + at);
    if (!keep) return;
    memory.store(z, gate), gate += step.units;
    memory.store(r, gate), gate += step.units;
    memory.store(n, gate), gate += step.units;
    memory.store(sums.s2, gate);
  }
};

/// Vectors that the gates of the last units fill side by side: fewer than there are gates when these units
/// fill little of a vector each. At most 2: more gain too little.
inline Index squeezed_vectors(Index gates, Index units) {
  const Index vectors = (gates * units + lanes() - 1) / lanes();
  return vectors <= 2 ? vectors : gates;
}

/// The last units, the sums of all gates side by side in kVectors vectors.
template <class Form, int kVectors>
struct Squeezed {
  static constexpr int kGates = kVectors, kRows = 4;
  Form form;

  template <class S>
  HWY_INLINE void start(S& sums, const CellStep<float>&, Index, Index) const {
    sums.s0 = sums.s1 = hn::Zero(kTag);
  }
  template <class S>
  HWY_INLINE void finish(const S& squeezed, const CellStep<float>& step, Index row, Index unit) const {
    const Index n = lanes(), count = step.units - unit;
    HWY_ALIGN float values[4 * hn::MaxLanes(kTag)] = {};
    hn::Store(squeezed.s0, kTag, values);
    if constexpr (kVectors > 1) hn::Store(squeezed.s1, kTag, values + n);
    Sums<1, Form::kGates> sums;
    form.start(sums, step, row, unit);
    sums.s0 = hn::Add(sums.s0, hn::LoadU(kTag, values));
    sums.s1 = hn::Add(sums.s1, hn::LoadU(kTag, values + count));
    sums.s2 = hn::Add(sums.s2, hn::LoadU(kTag, values + 2 * count));
    if constexpr (Form::kGates > 3) sums.s3 = hn::Add(sums.s3, hn::LoadU(kTag, values + 3 * count));
    form.finish(sums, step, row, unit);
  }
};

template <int kRows, class Form>
HWY_NOINLINE void tile(const Form& form, const CellStep<float>& step, Index row, Index unit,
                       const float* HWY_RESTRICT b) {
  const Index n = lanes(), units = step.units;
  Sums<kRows, Form::kGates> sums;
  sums.start(form, step, row, unit);
  const float* h = step.h + row * units;
  for (Index k = 0; k < units; ++k, ++h, b += Form::kGates * n) {
    const Vec b0 = hn::Load(kTag, b);
    Vec b1 = b0, b2 = b0, b3 = b0;
    if constexpr (Form::kGates > 1) b1 = hn::Load(kTag, b + n);
    if constexpr (Form::kGates > 2) b2 = hn::Load(kTag, b + 2 * n);
    if constexpr (Form::kGates > 3) b3 = hn::Load(kTag, b + 3 * n);
    sums.add(h, units, b0, b1, b2, b3);
  }
  sums.finish(form, step, row, unit);
}

template <int kRows, class Form>
void tail(const Form& form, const CellStep<float>& step, Index row, Index unit, const float* b) {
  if constexpr (kRows > 0) {
    if (step.rows - row == kRows)
      tile<kRows>(form, step, row, unit, b);
    else
      tail<kRows - 1>(form, step, row, unit, b);
  }
}

template <class Form>
void column(const Form& form, const CellStep<float>& step, Index unit, const float* packed) {
  Index row = 0;
  for (; row + Form::kRows <= step.rows; row += Form::kRows) tile<Form::kRows>(form, step, row, unit, packed);
  tail<Form::kRows - 1>(form, step, row, unit, packed);
}

template <class Form>
void last_column(const Form& form, const CellStep<float>& step, Index unit, const float* packed) {
  if (unit == step.units) return;
  const Index vectors = squeezed_vectors(Form::kGates, step.units - unit);
  if (vectors == 1)
    column(Squeezed<Form, 1>{form}, step, unit, packed);
  else if (vectors == 2)
    column(Squeezed<Form, 2>{form}, step, unit, packed);
  else
    column(form, step, unit, packed);
}

void lstm(const CellStep<float>& step, const float* packed, bool keep) {
  const Index n = lanes();
  Index unit = 0;
  for (; unit + n <= step.units; unit += n, packed += 4 * n * step.units)
    column(Lstm<Whole>{{}, keep}, step, unit, packed);
  last_column(Lstm<Part>{{static_cast<std::size_t>(step.units - unit)}, keep}, step, unit, packed);
}

void gru(const CellStep<float>& step, const float* packed, const float* recurrent_bias, bool keep) {
  const Index n = lanes();
  Index unit = 0;
  for (; unit + n <= step.units; unit += n, packed += 3 * n * step.units)
    column(Gru<Whole>{{}, recurrent_bias, keep}, step, unit, packed);
  last_column(Gru<Part>{{static_cast<std::size_t>(step.units - unit)}, recurrent_bias, keep}, step, unit,
              packed);
}

void pack(const float* kernel, Index units, Index gates, float* packed) {
  const Index n = lanes();
  for (Index unit = 0; unit < units; unit += n) {
    const Index count = units - unit < n ? units - unit : n, squeezed = squeezed_vectors(gates, count);
    const Index step = squeezed < gates ? count : n;  // from one gate to the next
    const Index size = squeezed < gates ? squeezed * n : gates * n;
    for (Index k = 0; k < units; ++k, packed += size) {
      std::memset(packed, 0, static_cast<std::size_t>(size) * sizeof(float));
      for (Index g = 0; g < gates; ++g)
        std::memcpy(packed + g * step, kernel + (k * gates + g) * units + unit,
                    static_cast<std::size_t>(count) * sizeof(float));
    }
  }
}

/// v (1 - v), the derivative of a sigmoid.
HWY_INLINE Vec sigmoid_slope(Vec v) { return hn::NegMulAdd(v, v, v); }
HWY_INLINE Vec tanh_slope(Vec v) { return hn::NegMulAdd(v, v, set(1.f)); }

template <class Memory>
HWY_INLINE void lstm_gradient(const Memory& memory, const CellStepBackward<float>& step, Index row,
                              Index unit) {
  float *const gi = step.gates + row * step.gates_stride + unit, *const gf = gi + step.units,
               *const gg = gf + step.units, *const go = gg + step.units;
  const Vec i = memory.load(gi), f = memory.load(gf), g = memory.load(gg), o = memory.load(go);
  const Vec before = memory.load(step.c_before + row * step.before_stride + unit);
  const Index at = row * step.units + unit;
  const Vec dh = memory.load(step.dh + at);
  const Vec t = tanh_of(hn::MulAdd(f, before, hn::Mul(i, g)));
  const Vec dc = hn::MulAdd(hn::Mul(dh, o), tanh_slope(t), memory.load(step.dc + at));
  memory.store(hn::Mul(hn::Mul(dc, g), sigmoid_slope(i)), gi);
  memory.store(hn::Mul(hn::Mul(dc, before), sigmoid_slope(f)), gf);
  memory.store(hn::Mul(hn::Mul(dc, i), tanh_slope(g)), gg);
  memory.store(hn::Mul(hn::Mul(dh, t), sigmoid_slope(o)), go);
  memory.store(hn::Mul(dc, f), step.dc + at);
  memory.store(hn::Zero(kTag), step.dh + at);
}

template <class Memory>
HWY_INLINE void gru_gradient(const Memory& memory, const CellStepBackward<float>& step, Index row,
                             Index unit) {
  float *const gz = step.gates + row * step.gates_stride + unit, *const gr = gz + step.units,
               *const gn = gr + step.units, *const gh = gn + step.units;
  const Vec z = memory.load(gz), r = memory.load(gr), n = memory.load(gn), inner = memory.load(gh);
  const Vec before = memory.load(step.h_before + row * step.before_stride + unit);
  const Index at = row * step.units + unit;
  const Vec dh = memory.load(step.dh + at);
  const Vec dn = hn::Mul(hn::Mul(dh, hn::Sub(set(1.f), z)), tanh_slope(n));
  memory.store(hn::Mul(hn::Mul(dh, hn::Sub(before, n)), sigmoid_slope(z)), gz);
  memory.store(hn::Mul(hn::Mul(dn, inner), sigmoid_slope(r)), gr);
  memory.store(dn, gn);
  memory.store(hn::Mul(dn, r), gh);
  memory.store(hn::Mul(dh, z), step.dh + at);
}

void lstm_backward(const CellStepBackward<float>& step) {
  const Index n = lanes();
  for (Index row = 0; row < step.rows; ++row) {
    Index unit = 0;
    for (; unit + n <= step.units; unit += n) lstm_gradient(Whole{}, step, row, unit);
    if (unit < step.units) lstm_gradient(Part{static_cast<std::size_t>(step.units - unit)}, step, row, unit);
  }
}
void gru_backward(const CellStepBackward<float>& step) {
  const Index n = lanes();
  for (Index row = 0; row < step.rows; ++row) {
    Index unit = 0;
    for (; unit + n <= step.units; unit += n) gru_gradient(Whole{}, step, row, unit);
    if (unit < step.units) gru_gradient(Part{static_cast<std::size_t>(step.units - unit)}, step, row, unit);
  }
}

const CellLanes* cell_table() {
  static const CellLanes table{pack, lstm, gru, lstm_backward, gru_backward};
  return &table;
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {
const CellLanes& cell_lanes() { return *CORNU_DISPATCH(cell_table)(); }
}  // namespace cornu::kernels
#endif
