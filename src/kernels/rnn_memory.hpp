#pragma once
#include <algorithm>
#include <cstdint>

#include "cornu/kernels/rnn.hpp"
#include "kernels/blocking.hpp"

namespace cornu::kernels {

/// Cuts a piece of memory up; with no memory it counts what that takes.
template <class T>
class Carver {
 public:
  explicit Carver(T* memory) : memory_(memory) {
    if (memory == nullptr) return;
    while (reinterpret_cast<std::uintptr_t>(memory_) % kAlign != 0) ++memory_;
  }
  /// 64-byte aligned; null when counting.
  T* take(Index count) {
    T* piece = memory_ == nullptr ? nullptr : memory_ + used_;
    used_ += (count + kUnit - 1) / kUnit * kUnit;
    return piece;
  }
  /// With room for the alignment of any memory.
  Index count() const { return used_ + kUnit; }

 private:
  static constexpr std::uintptr_t kAlign = 64;
  static constexpr Index kUnit = 16;  // 64 bytes of floats
  T* memory_;
  Index used_ = 0;
};

/// What forward keeps of a step p of sample i: numbers at (p * samples + i) of each array. What a step reads
/// and writes of all samples lies together: backward is 10 % faster than with the steps of a sample together.
///
/// gates     simple: h'.  lstm: i, f, g, o.  gru: z, r, n and h U + b1 (reset_after) or r h.
///           Backward puts the gradients before the activations there: simple, lstm: as they are; gru: of z,
///           r, n and of h U + b1; not reset_after: r h stays.
/// h_before  the state that the step starts from, c_before likewise
/// pre       gates before their activation, where a derivative needs these
template <class T>
struct RecurrentMemory {
  T *gates = nullptr, *h_before = nullptr, *c_before = nullptr, *pre = nullptr;
};

/// Gates that are kept, which is one more for gru than it computes from x.
inline Index slots(const RecurrentCell& cell) { return cell.kind == CellKind::gru ? 4 : cell.gates(); }
inline bool keeps_pre(const RecurrentCell& cell) {
  return cell.activation.needs_input() ||
         (cell.kind != CellKind::simple && cell.recurrent_activation.needs_input());
}
template <class T>
RecurrentMemory<T> saved_memory(const RecurrentCell& cell, const RecurrentRun& run, Carver<T>& carver) {
  const Index steps = run.samples * run.steps, units = cell.state();
  RecurrentMemory<T> m;
  m.gates = carver.take(steps * slots(cell) * units);
  m.h_before = carver.take(steps * units);
  if (cell.kind == CellKind::lstm) m.c_before = carver.take(steps * units);
  if (keeps_pre(cell)) m.pre = carver.take(steps * cell.gates() * units);
  return m;
}

/// Scratch of either pass.
template <class T>
struct RecurrentScratch {
  T *h, *h_next, *c, *c_next;  ///< (samples, units)
  T* rows;                     ///< (samples, 4 units)
  T* line;                     ///< (samples, 8 units), of which a row of samples takes one at a time
  T* packed;                   ///< the recurrent kernel; before it that of x and the bias, where x is joined
  T* bias;                     ///< 4 units
  T *x, *gates;                ///< forward: (samples, block, features) and (samples, block, slots, units);
                               ///< backward: x or dx of gradient_steps() steps, (steps, samples, features)
};
/// Whether an LSTM's cell multiplies x itself, beside the state, and not one product all steps before: the
/// gates make one way less through memory, and what is packed stays in L1. Few samples alone are faster with
/// all their steps as rows.
inline bool joins(const RecurrentCell& cell, const RecurrentRun& run) {
  return cell.kind == CellKind::lstm && cell.conv == nullptr && cell.features + cell.units <= 128 &&
         run.samples >= 4;
}

// Packed kernels end in a part of a vector or of two: no more than this many columns each.
inline constexpr Index kPackedColumns = 32;

/// Steps whose gates are computed from x at once: what they take stays in the cache.
inline Index block_steps(const RecurrentCell& cell, const RecurrentRun& run) {
  constexpr Index kValues = 65536;
  const Index step = std::max<Index>(1, run.samples * slots(cell) * cell.state());
  return std::clamp<Index>(kValues / step, 1, std::max<Index>(1, run.steps));
}

/// Steps whose gradients of the weights and of x are computed at once: enough rows for a product, and little
/// of x and dx to bring into the order of the gates and back.
inline Index gradient_steps(const RecurrentCell& cell, const RecurrentRun& run) {
  constexpr Index kGradientRows = 512;
  const Index rows = std::max<Index>(1, run.samples * (cell.conv ? cell.pixels() : 1));
  return even_part(run.steps, ceil_div(kGradientRows, rows));
}

template <class T>
RecurrentScratch<T> scratch_memory(const RecurrentCell& cell, const RecurrentRun& run, Carver<T>& carver) {
  const Index states = run.samples * cell.state(), block = block_steps(cell, run);
  const Index padded = (cell.units + kPackedColumns - 1) / kPackedColumns * kPackedColumns;
  RecurrentScratch<T> s{};
  s.h = carver.take(states), s.h_next = carver.take(states);
  s.c = carver.take(states), s.c_next = carver.take(states);
  s.rows = carver.take(4 * states);
  s.line = carver.take(8 * states);
  s.packed =
      carver.take(cell.conv ? 0 : 4 * padded * (cell.units + (joins(cell, run) ? cell.features + 1 : 0)));
  s.bias = carver.take(4 * cell.units);
  s.x = carver.take(run.samples * std::max(block, gradient_steps(cell, run)) * cell.inputs());
  s.gates = carver.take(states * block * slots(cell));
  return s;
}

/// Where the steps of a run are.
struct StepOrder {
  RecurrentRun run;
  Index position(Index step) const { return run.go_backwards ? run.steps - 1 - step : step; }
  Index mask_position(Index step) const {
    return run.go_backwards != run.reversed_mask ? run.steps - 1 - step : step;
  }
  /// Whether the mask (of one sample) lets the step through.
  template <class T>
  bool live(const T* mask, Index step) const {
    return mask == nullptr || mask[mask_position(step)] != T(0);
  }
  /// The first step that changes anything; steps when there is none.
  template <class T>
  Index first_live(const T* mask) const {
    Index step = 0;
    while (step < run.steps && !live(mask, step)) ++step;
    return step;
  }
};

}  // namespace cornu::kernels
