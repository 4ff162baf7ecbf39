#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rnn_gradient_lanes.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/highway.h>

#include <hwy/cache_control.h>

#include "kernels/dispatch.hpp"
#include "kernels/rnn_lanes.hpp"
#include "kernels/rnn_vectors.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// v (1 - v), the derivative of a sigmoid.
HWY_INLINE Vec sigmoid_slope(Vec v) { return hn::NegMulAdd(v, v, v); }
HWY_INLINE Vec tanh_slope(Vec v) { return hn::NegMulAdd(v, v, set(1.f)); }

/// A vector of units on its way back. Loaded: the four gates, the c (an LSTM's) or the h that the step began
/// with, and the gradients of c and h after it. Stored: the gradients of the gates and of c and h before it.
struct UnitsBackward {
  Vec gates[4], before, dc, dh;

  template <class Memory>
  static HWY_INLINE UnitsBackward load(const Memory& memory, const CellStepBackward<float>& step, Index row,
                                       Index unit) {
    const bool lstm = step.c_before != nullptr;
    const float* const gate = step.gates + row * step.gates_stride + unit;
    const float* const before = lstm ? step.c_before : step.h_before;
    const Index n = step.units, at = row * n + unit;
    const Vec dh = memory.load(step.dh + at);
    return {{memory.load(gate), memory.load(gate + n), memory.load(gate + 2 * n), memory.load(gate + 3 * n)},
            memory.load(before + row * step.before_stride + unit),
            lstm ? memory.load(step.dc + at) : hn::Zero(kTag),
            step.dy ? hn::Add(dh, memory.load(step.dy + row * step.dy_stride + unit)) : dh};
  }
  template <class Memory>
  HWY_INLINE void store(const Memory& memory, const CellStepBackward<float>& step, Index row,
                        Index unit) const {
    float* const gate = step.gates + row * step.gates_stride + unit;
    const Index n = step.units, at = row * n + unit;
    memory.store(gates[0], gate);
    memory.store(gates[1], gate + n);
    memory.store(gates[2], gate + 2 * n);
    memory.store(gates[3], gate + 3 * n);
    if (step.c_before) memory.store(dc, step.dc + at);
    memory.store(dh, step.dh + at);
  }
};

HWY_INLINE UnitsBackward lstm_gradient(const UnitsBackward& u) {
  const Vec i = u.gates[0], f = u.gates[1], g = u.gates[2], o = u.gates[3];
  const Vec t = tanh_of(hn::MulAdd(f, u.before, hn::Mul(i, g)));
  const Vec dc = hn::MulAdd(hn::Mul(u.dh, o), tanh_slope(t), u.dc);
  return {{hn::Mul(hn::Mul(dc, g), sigmoid_slope(i)), hn::Mul(hn::Mul(dc, u.before), sigmoid_slope(f)),
           hn::Mul(hn::Mul(dc, i), tanh_slope(g)), hn::Mul(hn::Mul(u.dh, t), sigmoid_slope(o))},
          u.before,
          hn::Mul(dc, f),
          hn::Zero(kTag)};
}

HWY_INLINE UnitsBackward gru_gradient(const UnitsBackward& u) {
  const Vec z = u.gates[0], r = u.gates[1], n = u.gates[2], inner = u.gates[3];
  const Vec dn = hn::Mul(hn::Mul(u.dh, hn::Sub(set(1.f), z)), tanh_slope(n));
  return {{hn::Mul(hn::Mul(u.dh, hn::Sub(u.before, n)), sigmoid_slope(z)),
           hn::Mul(hn::Mul(dn, inner), sigmoid_slope(r)), dn, hn::Mul(dn, r)},
          u.before,
          u.dc,
          hn::Mul(u.dh, z)};
}

/// Asks for what the next step reads, a row at a time: all of it at once would be more than a core waits for.
HWY_INLINE void fetch(const CellStepBackward<float>& step, Index row) {
  const Index next = row + step.next;
  const auto ask = [](const float* from, Index count) {
    constexpr Index kLine = 16;  // floats of a cache line
    for (Index i = 0; i < count; i += kLine) hwy::Prefetch(from + i);
  };
  ask(step.gates + next * step.gates_stride, 4 * step.units);
  ask((step.c_before ? step.c_before : step.h_before) + next * step.before_stride, step.units);
  const bool more_dy = step.dy && step.dy_stride > step.units;  // not only one of the last step
  if (more_dy) ask(step.dy + row * step.dy_stride - step.units, step.units);
}

/// The last units are computed as part of a whole vector, before the units that it shares with the vector
/// before it are overwritten: those come out the same twice.
template <UnitsBackward (*kGradient)(const UnitsBackward&)>
void backward(const CellStepBackward<float>& step) {
  const Index n = lanes(), last = step.units - n;
  const Part few{static_cast<std::size_t>(step.units)};
  for (Index row = 0; row < step.rows; ++row) {
    if (step.next != 0) fetch(step, row);
    if (last < 0) {
      kGradient(UnitsBackward::load(few, step, row, 0)).store(few, step, row, 0);
      continue;
    }
    const UnitsBackward end = kGradient(UnitsBackward::load(Whole{}, step, row, last));
    for (Index unit = 0; unit < last; unit += n)
      kGradient(UnitsBackward::load(Whole{}, step, row, unit)).store(Whole{}, step, row, unit);
    end.store(Whole{}, step, row, last);
  }
}

const CellGradientLanes* cell_gradient_table() {
  static const CellGradientLanes table{backward<lstm_gradient>, backward<gru_gradient>};
  return &table;
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {
const CellGradientLanes& cell_gradient_lanes() { return *CORNU_DISPATCH(cell_gradient_table)(); }
}  // namespace cornu::kernels
#endif
