#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rnn_lanes.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/highway.h>

#include <cstring>

#include "kernels/dispatch.hpp"
#include "kernels/rnn_lanes.hpp"
#include "kernels/rnn_vectors.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The new h of a row.
template <class Memory>
HWY_INLINE void put_state(const Memory& memory, const CellStep<float>& step, Index row, Index unit, Vec h) {
  memory.store(h, step.h_next + row * step.units + unit);
  if (step.y) memory.store(h, step.y + row * step.y_stride + unit);
}

/// The sums of kRows rows times kVectors vectors: of units of one gate each. Members, not arrays: an array
/// that a loop indexes would live in memory, and these have to live in registers.
template <int kRows, int kVectors>
struct Sums {
  Sums<kRows - 1, kVectors> above;
  Vec s0, s1, s2, s3;

  HWY_INLINE void clear() {
    above.clear();
    s0 = s1 = s2 = s3 = hn::Zero(kTag);
  }
  HWY_INLINE void add_bias(Vec b0, Vec b1, Vec b2, Vec b3) {
    above.add_bias(b0, b1, b2, b3);
    s0 = hn::Add(s0, b0);
    if constexpr (kVectors > 1) s1 = hn::Add(s1, b1);
    if constexpr (kVectors > 2) s2 = hn::Add(s2, b2);
    if constexpr (kVectors > 3) s3 = hn::Add(s3, b3);
  }
  HWY_INLINE void add(const float* a, Index stride, Vec b0, Vec b1, Vec b2, Vec b3) {
    above.add(a, stride, b0, b1, b2, b3);
    const Vec one = hn::Set(kTag, a[(kRows - 1) * stride]);
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
  HWY_INLINE void store(float* to) const {
    above.store(to);
    to += (kRows - 1) * kVectors * lanes();
    hn::Store(s0, kTag, to);
    if constexpr (kVectors > 1) hn::Store(s1, kTag, to + lanes());
    if constexpr (kVectors > 2) hn::Store(s2, kTag, to + 2 * lanes());
    if constexpr (kVectors > 3) hn::Store(s3, kTag, to + 3 * lanes());
  }
  /// One row; its vectors lie `stride` apart.
  static HWY_INLINE Sums load(const float* from, Index stride) {
    static_assert(kRows == 1);
    Sums sums;
    sums.s0 = hn::Load(kTag, from);
    if constexpr (kVectors > 1) sums.s1 = hn::Load(kTag, from + stride);
    if constexpr (kVectors > 2) sums.s2 = hn::Load(kTag, from + 2 * stride);
    if constexpr (kVectors > 3) sums.s3 = hn::Load(kTag, from + 3 * stride);
    return sums;
  }
};
template <int kVectors>
struct Sums<0, kVectors> {
  HWY_INLINE void clear() {}
  HWY_INLINE void add_bias(Vec, Vec, Vec, Vec) {}
  HWY_INLINE void add(const float*, Index, Vec, Vec, Vec, Vec) {}
  template <class Form>
  HWY_INLINE void start(const Form&, const CellStep<float>&, Index, Index) {}
  HWY_INLINE void store(float*) const {}
};

template <class Memory>
struct Lstm {
  static constexpr int kGates = 4,
                       kRows = kManyRegisters ? 4 : 3;  // 12 sums, 3 numbers of h and a vector: 16
  Memory memory;
  bool keep;

  Lstm<Whole> whole() const { return {{}, true}; }
  /// What the sums of a gate start from.
  HWY_INLINE const float* input(const CellStep<float>& step, Index row, Index unit, int gate) const {
    return step.gates + row * step.gates_stride + gate * step.units + unit;
  }
  template <class S>
  HWY_INLINE void start(S& sums, const CellStep<float>& step, Index row, Index unit) const {
    sums.s0 = memory.load(input(step, row, unit, 0)), sums.s1 = memory.load(input(step, row, unit, 1));
    sums.s2 = memory.load(input(step, row, unit, 2)), sums.s3 = memory.load(input(step, row, unit, 3));
  }
  template <class S>
  HWY_INLINE void finish(const S& sums, const CellStep<float>& step, Index row, Index unit) const {
    const Vec i = sigmoid_of(sums.s0), f = sigmoid_of(sums.s1), g = tanh_of(sums.s2), o = sigmoid_of(sums.s3);
    const Index at = row * step.units + unit;
    const Vec c = hn::MulAdd(f, memory.load(step.c + at), hn::Mul(i, g));
    memory.store(c, step.c_next + at);
    put_state(memory, step, row, unit, hn::Mul(o, tanh_of(c)));
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

  Gru<Whole> whole() const { return {{}, nullptr, true}; }
  HWY_INLINE const float* input(const CellStep<float>& step, Index row, Index unit, int gate) const {
    return gate == 2 ? bias + unit : step.gates + row * step.gates_stride + gate * step.units + unit;
  }
  template <class S>
  HWY_INLINE void start(S& sums, const CellStep<float>& step, Index row, Index unit) const {
    sums.s0 = memory.load(input(step, row, unit, 0)), sums.s1 = memory.load(input(step, row, unit, 1));
    sums.s2 = memory.load(input(step, row, unit, 2));
  }
  template <class S>
  HWY_INLINE void finish(const S& sums, const CellStep<float>& step, Index row, Index unit) const {
    float* gate = step.gates + row * step.gates_stride + unit;
    const Vec z = sigmoid_of(sums.s0), r = sigmoid_of(sums.s1);
    const Vec n = tanh_of(hn::MulAdd(r, sums.s2, memory.load(gate + 2 * step.units)));
    const Index at = row * step.units + unit;
    const Vec h = memory.load(step.h + at);
    put_state(memory, step, row, unit, hn::MulAdd(z, hn::Sub(h, n), n));
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
  static constexpr int kGates = kVectors, kRows = kVectors == 1 ? 8 : 4;
  Form form;

  template <class S>
  HWY_INLINE void start(S& sums, const CellStep<float>& step, Index row, Index unit) const {
    const Index count = step.units - unit;
    HWY_ALIGN float line[kVectors * hn::MaxLanes(kTag)] = {};
    for (int g = 0; g < Form::kGates; ++g)
      copy_part(form.input(step, row, unit, g), std::size_t(count), line + g * count);
    sums.s0 = hn::Load(kTag, line);
    if constexpr (kVectors > 1) sums.s1 = hn::Load(kTag, line + lanes());
  }
};

/// The last units of all rows side by side, so that they fill vectors: what a form takes as one row.
template <int kGates, int kVectors>
struct SideBySide {
  static constexpr Index kLanes = hn::MaxLanes(kTag),
                         kMost = kMostRows * (kVectors * kLanes / kGates) + kLanes;
  Index count, width;  ///< units of a row; of all rows, whole vectors
  HWY_ALIGN float sums[kGates * kMost], gates[4 * kMost];
  HWY_ALIGN float h[kMost], c[kMost], h_next[kMost], c_next[kMost];

  SideBySide(Index rows, Index units)
      : count(units), width((rows * units + lanes() - 1) / lanes() * lanes()) {
    // Zeros in the lanes that nobody wants: what memory held before may be denormal, and then these take most
    // of the time.
    const Index last = width - lanes();
    for (Index g = 0; g < 4; ++g) hn::Store(hn::Zero(kTag), kTag, gates + g * width + last);
    for (Index g = 0; g < kGates; ++g) hn::Store(hn::Zero(kTag), kTag, sums + g * width + last);
    hn::Store(hn::Zero(kTag), kTag, h + last);
    hn::Store(hn::Zero(kTag), kTag, c + last);
  }
  CellStep<float> step() {
    CellStep<float> s;
    s.rows = 1, s.units = width;
    s.h = h, s.c = c, s.h_next = h_next, s.c_next = c_next, s.gates = gates;
    return s;
  }
  /// line: the sums of a row, all gates in turn.
  HWY_INLINE void take(const CellStep<float>& from, Index row, const float* line) {
    const Index unit = from.units - count, place = row * from.units + unit, to = row * count;
    const auto n = static_cast<std::size_t>(count);
    for (Index g = 0; g < kGates; ++g) copy_part(line + g * count, n, sums + g * width + to);
    if constexpr (kGates == 4) {
      copy_part(from.c + place, n, c + to);
    } else {
      copy_part(from.h + place, n, h + to);
      copy_part(from.gates + row * from.gates_stride + 2 * from.units + unit, n, gates + 2 * width + to);
    }
  }
  HWY_INLINE void give(const CellStep<float>& to, Index row, bool keep) const {
    const Index unit = to.units - count, place = row * to.units + unit, from = row * count;
    const auto n = static_cast<std::size_t>(count);
    copy_part(h_next + from, n, to.h_next + place);
    if (to.y) copy_part(h_next + from, n, to.y + row * to.y_stride + unit);
    if (kGates == 4) copy_part(c_next + from, n, to.c_next + place);
    if (!keep) return;
    float* const gate = to.gates + row * to.gates_stride + unit;
    for (Index g = 0; g < 4; ++g) copy_part(gates + g * width + from, n, gate + g * to.units);
  }
};

/// Vectors of the gates, kVectors of them, at b.
template <int kVectors, class Use>
HWY_INLINE void with_gates(const float* b, const Use& use) {
  const Index n = lanes();
  const Vec b0 = hn::Load(kTag, b);
  Vec b1 = b0, b2 = b0, b3 = b0;
  if constexpr (kVectors > 1) b1 = hn::Load(kTag, b + n);
  if constexpr (kVectors > 2) b2 = hn::Load(kTag, b + 2 * n);
  if constexpr (kVectors > 3) b3 = hn::Load(kTag, b + 3 * n);
  use(b0, b1, b2, b3);
}

/// Rows of a, stride apart, times the packed rows at b.
template <int kRows, int kVectors>
HWY_INLINE void add_products(Sums<kRows, kVectors>& sums, const float* a, Index stride, Index count,
                             const float* HWY_RESTRICT b) {
  for (const float* const end = a + count; a != end; ++a, b += kVectors * lanes())
    with_gates<kVectors>(
        b, [&](Vec b0, Vec b1, Vec b2, Vec b3) HWY_ATTR { sums.add(a, stride, b0, b1, b2, b3); });
}

/// What x gives to the gates, bias and all, in the order of gemm, so that no bit depends on who computes it.
template <int kRows, int kVectors>
HWY_INLINE void add_input(Sums<kRows, kVectors>& sums, const CellStep<float>& step, Index row,
                          const float* b) {
  sums.clear();
  add_products(sums, step.x + row * step.x_stride, step.x_stride, step.features, b);
  with_gates<kVectors>(b + kVectors * lanes() * step.features,
                       [&](Vec b0, Vec b1, Vec b2, Vec b3) HWY_ATTR { sums.add_bias(b0, b1, b2, b3); });
}

/// The sums of kRows rows, in turn in `sums`.
template <int kRows, class Form>
HWY_NOINLINE void tile(const Form& form, const CellStep<float>& step, Index row, Index unit,
                       const float* HWY_RESTRICT b, float* sums) {
  constexpr int kVectors = Form::kGates;
  Sums<kRows, kVectors> s;
  if (step.x) {
    add_input(s, step, row, b);
    b += kVectors * lanes() * (step.features + 1);
  } else {
    s.start(form, step, row, unit);
  }
  add_products(s, step.h + row * step.units, step.units, step.units, b);
  s.store(sums + row * kVectors * lanes());
}

template <int kRows, class Form>
void tail(const Form& form, const CellStep<float>& step, Index row, Index unit, const float* b, float* sums) {
  if constexpr (kRows > 0) {
    if (step.rows - row == kRows)
      tile<kRows>(form, step, row, unit, b, sums);
    else
      tail<kRows - 1>(form, step, row, unit, b, sums);
  }
}

template <class Form>
HWY_NOINLINE void finish(const Form& form, const CellStep<float>& step, Index unit, const float* sums) {
  const Index n = lanes();
  for (Index row = 0; row < step.rows; ++row, sums += Form::kGates * n)
    form.finish(Sums<1, Form::kGates>::load(sums, n), step, row, unit);
}
template <class Form, int kVectors>
HWY_NOINLINE void finish(const Squeezed<Form, kVectors>& squeezed, const CellStep<float>& step, Index unit,
                         const float* sums) {
  const Index n = lanes();
  SideBySide<Form::kGates, kVectors> rows(step.rows, step.units - unit);
  for (Index row = 0; row < step.rows; ++row) rows.take(step, row, sums + row * kVectors * n);
  const CellStep<float> flat = rows.step();
  for (Index at = 0; at < flat.units; at += n)
    squeezed.form.whole().finish(Sums<1, Form::kGates>::load(rows.sums + at, flat.units), flat, 0, at);
  for (Index row = 0; row < step.rows; ++row) rows.give(step, row, squeezed.form.keep);
}

/// Products first, then the gates of all rows: these wait for each other, and many wait together.
template <class Form>
void column(const Form& form, const CellStep<float>& step, Index unit, const float* packed) {
  HWY_ALIGN float sums[kMostRows * Form::kGates * hn::MaxLanes(kTag)];
  Index row = 0;
  for (; row + Form::kRows <= step.rows; row += Form::kRows)
    tile<Form::kRows>(form, step, row, unit, packed, sums);
  tail<Form::kRows - 1>(form, step, row, unit, packed, sums);
  finish(form, step, unit, sums);
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
  const Index n = lanes(), rows = step.units + (step.x ? 1 + step.features : 0);
  Index unit = 0;
  for (; unit + n <= step.units; unit += n, packed += 4 * n * rows)
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

void pack(const CellWeights& w, float* packed) {
  const Index n = lanes();
  for (Index unit = 0; unit < w.units; unit += n) {
    const Index count = w.units - unit < n ? w.units - unit : n, squeezed = squeezed_vectors(w.gates, count);
    const Index step = squeezed < w.gates ? count : n;  // from one gate to the next
    const Index size = squeezed < w.gates ? squeezed * n : w.gates * n;
    const auto pack_rows = [&](const float* from, Index rows) {
      for (Index k = 0; k < rows; ++k, packed += size) {
        std::memset(packed, 0, static_cast<std::size_t>(size) * sizeof(float));
        for (Index g = 0; from && g < w.gates; ++g)
          std::memcpy(packed + g * step, from + (k * w.gates + g) * w.units + unit,
                      static_cast<std::size_t>(count) * sizeof(float));
      }
    };
    if (w.kernel) pack_rows(w.kernel, w.features), pack_rows(w.bias, 1);
    pack_rows(w.recurrent_kernel, w.units);
  }
}

const CellLanes* cell_table() {
  static const CellLanes table{pack, lstm, gru};
  return &table;
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {
const CellLanes& cell_lanes() { return *CORNU_DISPATCH(cell_table)(); }
}  // namespace cornu::kernels
#endif
