#pragma once
#include <algorithm>
#include <type_traits>

#include <hwy/cache_control.h>

#include "core/parallel.hpp"
#include "kernels/blocking.hpp"
#include "kernels/reference/rnn.hpp"
#include "kernels/rnn_lanes.hpp"
#include "kernels/rnn_memory.hpp"

// What the forward and the backward pass of the recurrent layers share.
namespace cornu::kernels {

template <class T>
bool fast(const RecurrentCell& cell, const T* recurrent_drop) {
  return std::is_same_v<T, float> && recurrent_drop == nullptr && cell.conv == nullptr &&
         cell.activation.fn() == ActivationFn::tanh &&
         cell.recurrent_activation.fn() == ActivationFn::sigmoid &&
         (cell.kind == CellKind::lstm || (cell.kind == CellKind::gru && cell.reset_after));
}

/// Whether the cell itself reads and writes what the layer keeps, with no mask to undo a step.
template <class Call>
bool direct(const RecurrentCell& cell, const Call& call) {
  return call.mask == nullptr && fast(cell, call.recurrent_drop);
}

/// Whether the cell of this call multiplies x: joins() wishes it, and no mask or other activation is in the
/// way.
template <class Call>
bool joined(const RecurrentCell& cell, const RecurrentRun& run, const Call& call) {
  return joins(cell, run) && direct(cell, call);
}

/// Samples that one thread takes at a time. No bit depends on it: samples are independent, and every number
/// is a sum in one order.
inline Index part_rows(const RecurrentCell& cell, const RecurrentRun& run) {
  const Index work = run.samples * run.steps * cell.gates() * cell.state() * (cell.units + cell.features);
  return spreads(work) ? std::clamp<Index>(ceil_div(run.samples, num_threads()), 1, kMostRows) : kMostRows;
}

template <class T>
struct Job {
  const RecurrentCell& cell;
  const RecurrentRun& run;
  StepOrder order;
  RecurrentMemory<T> memory;
  RecurrentScratch<T> scratch;
  Index units, slots;  ///< slots: values of a step in gates

  template <class Call>
  static Job make(const RecurrentCell& cell, const RecurrentRun& run, const Call& call) {
    Job job{cell, run, {run}, {}, {}, cell.state(), slots_of(cell)};
    if (call.saved != nullptr) {
      Carver<T> saved(call.saved);
      job.memory = saved_memory(cell, run, saved);
    }
    Carver<T> scratch(call.scratch);
    job.scratch = scratch_memory(cell, run, scratch);
    return job;
  }
  static Index slots_of(const RecurrentCell& cell) { return kernels::slots(cell) * cell.state(); }
  Index pre_row() const { return cell.gates() * units; }
  /// Of what is kept of the step at position p of a sample.
  Index place(Index p, Index sample) const { return p * run.samples + sample; }
  reference::CellMemory<T> cell_memory(const RecurrentWeights<T>& w, const T* drop, Index first) const {
    const bool inner = cell.kind == CellKind::gru && cell.reset_after && w.bias != nullptr;
    return {w.recurrent_kernel, inner ? w.bias + 5 * units : nullptr, drop ? drop + first * units : nullptr,
            scratch.rows + first * 4 * units, scratch.line + first * 8 * units};
  }
};

template <class T>
void copy_rows(const T* from, Index from_stride, T* to, Index to_stride, Index rows, Index count) {
  for (Index i = 0; i < rows; ++i)
    std::copy(from + i * from_stride, from + i * from_stride + count, to + i * to_stride);
}
/// Fetches what a next step reads: rows that lie a block of steps apart, where no hardware looks ahead.
/// Nothing when that is more than the cache keeps until then.
template <class T>
void fetch_rows(const T* from, Index stride, Index rows, Index count) {
  constexpr Index kLine = 64 / sizeof(T), kMost = 128 * 1024 / sizeof(T);
  if (rows * count > kMost) return;
  for (Index i = 0; i < rows; ++i, from += stride)
    for (Index j = 0; j < count; j += kLine) hwy::Prefetch(from + j);
}
template <class T>
void start_state(const T* from, T* to, Index count) {
  if (from)
    std::copy(from, from + count, to);
  else
    std::fill(to, to + count, T(0));
}

/// Pictures first .. first + count - 1 of one geometry.
template <class T>
View<T> pictures(T* data, Index count, Index h, Index w, Index channels) {
  return {data, {count, h, w, channels}};
}

inline Shape kernel_shape(const ConvGeometry& g) { return {g.kernel_h, g.kernel_w, g.in_c, g.out_c}; }

}  // namespace cornu::kernels
