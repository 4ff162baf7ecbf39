#include "cornu/kernels/rnn.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "core/parallel.hpp"
#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/gemm.hpp"
#include "kernels/blocking.hpp"
#include "kernels/reference/rnn.hpp"
#include "kernels/rnn_lanes.hpp"
#include "kernels/rnn_memory.hpp"
#include "kernels/tile.hpp"

namespace cornu::kernels {

namespace {

constexpr Index kMostRows = 48;  ///< samples that go through the steps together

template <class T>
bool fast(const RecurrentCell& cell, const T* recurrent_drop) {
  return std::is_same_v<T, float> && recurrent_drop == nullptr &&
         cell.activation.fn() == ActivationFn::tanh &&
         cell.recurrent_activation.fn() == ActivationFn::sigmoid &&
         (cell.kind == CellKind::lstm || (cell.kind == CellKind::gru && cell.reset_after));
}

/// Samples that one thread takes at a time. No bit depends on it: samples are independent, and every number
/// is a sum in one order.
Index part_rows(const RecurrentCell& cell, const RecurrentRun& run) {
  const Index work = run.samples * run.steps * cell.gates() * cell.units * (cell.units + cell.features);
  return spreads(work) ? std::clamp<Index>(ceil_div(run.samples, num_threads()), 1, kMostRows) : kMostRows;
}

template <class T>
struct Job {
  const RecurrentCell& cell;
  const RecurrentRun& run;
  StepOrder order;
  RecurrentMemory<T> memory;
  RecurrentScratch<T> scratch;
  Index units, slots, states_row;  ///< slots: values of a step in gates; states_row: of a sample in h_before

  template <class Call>
  static Job make(const RecurrentCell& cell, const RecurrentRun& run, const Call& call) {
    Job job{cell, run, {run}, {}, {}, cell.units, slots_of(cell), run.steps * cell.units};
    if (call.saved != nullptr) {
      Carver<T> saved(call.saved);
      job.memory = saved_memory(cell, run, saved);
    }
    Carver<T> scratch(call.scratch);
    job.scratch = scratch_memory(cell, run, scratch);
    return job;
  }
  static Index slots_of(const RecurrentCell& cell) { return kernels::slots(cell) * cell.units; }
  Index pre_row() const { return cell.gates() * units; }
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
template <class T>
void start_state(const T* from, T* to, Index count) {
  if (from)
    std::copy(from, from + count, to);
  else
    std::fill(to, to + count, T(0));
}

/// Samples first .. first + rows - 1 through all steps.
template <class T>
struct ForwardPart {
  const Job<T>& job;
  const RecurrentForward<T>& call;
  Index first, rows;
  T *h, *h_next, *c, *c_next;
  T* gates = nullptr;        ///< of the steps at hand
  Index block, block_first;  ///< how many, and the position of the first

  ForwardPart(const Job<T>& j, const RecurrentForward<T>& f, Index sample, Index count)
      : job(j), call(f), first(sample), rows(count), block(0), block_first(0) {
    const Index at = first * job.units;
    h = job.scratch.h + at, h_next = job.scratch.h_next + at;
    c = job.scratch.c + at, c_next = job.scratch.c_next + at;
  }

  void run() {
    const Index u = job.units, steps = job.run.steps, at = first * u;
    start_state(call.h0 ? call.h0 + at : nullptr, h, rows * u);
    start_state(call.c0 ? call.c0 + at : nullptr, c, rows * u);
    if (call.mask || steps == 0) {
      const Index sample = (job.run.return_sequences ? steps : 1) * u;
      std::fill(call.y + first * sample, call.y + (first + rows) * sample, T(0));
    }
    const Index most = job.memory.gates ? steps : block_steps(job.cell, job.run);
    for (Index done = 0; done < steps; done += block) {
      block = std::min(most, steps - done);
      block_first = job.run.go_backwards ? steps - done - block : done;
      project();
      for (Index step = done; step < done + block; ++step) this->step(step);
    }
    if (call.h) std::copy(h, h + rows * u, call.h + at);
    if (call.c && job.cell.kind == CellKind::lstm) std::copy(c, c + rows * u, call.c + at);
  }

  /// What x gives to the gates of a block of steps.
  void project() {
    const Index f = job.cell.features, steps = job.run.steps, columns = job.cell.gates() * job.units;
    const T* x = call.x + first * steps * f;
    if (block < steps) {  // the steps of a sample lie together, but not those of all samples
      T* to = job.scratch.x + first * block_steps(job.cell, job.run) * f;
      copy_rows(x + block_first * f, steps * f, to, block * f, rows, block * f);
      x = to;
    }
    gates = job.memory.gates ? job.memory.gates + first * steps * job.slots
                             : job.scratch.gates + first * block_steps(job.cell, job.run) * job.slots;
    gemm<T>(Trans::no, Trans::no, rows * block, columns, f, x, f, call.weights.kernel, columns, gates,
            job.slots, false, {.bias = call.weights.bias ? job.scratch.bias : nullptr});
  }

  void step(Index number) {
    const Index u = job.units, p = job.order.position(number);
    const auto& m = job.memory;
    if (m.gates) {
      const Index at = (first * job.run.steps + p) * u;
      copy_rows(h, u, m.h_before + at, job.states_row, rows, u);
      if (m.c_before) copy_rows(c, u, m.c_before + at, job.states_row, rows, u);
    }
    CellStep<T> s{rows, u, h, c, h_next, c_next};
    s.gates = gates + (p - block_first) * job.slots;
    s.gates_stride = block * job.slots;
    if (m.pre) s.pre = m.pre + (first * job.run.steps + p) * job.pre_row();
    s.pre_stride = job.run.steps * job.pre_row();
    compute(s);
    if (call.mask) hold_masked(job.order.mask_position(number));
    std::swap(h, h_next);
    std::swap(c, c_next);
    put(number);
  }

  void compute(const CellStep<T>& s) const {
    if constexpr (std::is_same_v<T, float>)
      if (fast(job.cell, call.recurrent_drop)) {
        const bool keep = job.memory.gates != nullptr;
        if (job.cell.kind == CellKind::lstm) return cell_lanes().lstm(s, job.scratch.packed, keep);
        return cell_lanes().gru(s, job.scratch.packed, job.scratch.bias + 3 * job.units, keep);
      }
    reference::cell_forward(job.cell, s, job.cell_memory(call.weights, call.recurrent_drop, first));
  }

  bool masked(Index row, Index p) const {
    return call.mask && call.mask[(first + row) * job.run.steps + p] == T(0);
  }
  /// A masked step leaves the states as they are.
  void hold_masked(Index p) {
    const Index u = job.units;
    for (Index i = 0; i < rows; ++i)
      if (masked(i, p)) {
        std::copy(h + i * u, h + (i + 1) * u, h_next + i * u);
        std::copy(c + i * u, c + (i + 1) * u, c_next + i * u);
      }
  }
  /// The output of a step, from h.
  void put(Index number) const {
    const Index u = job.units, steps = job.run.steps;
    const bool sequences = job.run.return_sequences;
    if (!sequences && call.mask == nullptr && number + 1 < steps) return;
    for (Index i = 0; i < rows; ++i) {
      T* y = call.y + ((first + i) * (sequences ? steps : 1) + (sequences ? number : 0)) * u;
      if (!masked(i, job.order.mask_position(number)))
        std::copy(h + i * u, h + (i + 1) * u, y);
      else if (job.run.zero_output_for_mask)
        std::fill(y, y + u, T(0));
      else if (sequences && number > 0)
        std::copy(y - u, y, y);
    }
  }
};

/// b0 and what of b1 is added to the same sums, then b1 of n.
template <class T>
void combine_bias(const Job<T>& job, const T* bias) {
  const Index u = job.units, columns = job.cell.gates() * u;
  T* to = job.scratch.bias;
  const bool two = job.cell.kind == CellKind::gru && job.cell.reset_after;
  if (two) std::fill(to + 3 * u, to + 4 * u, T(0));
  if (bias == nullptr) return;
  std::copy(bias, bias + columns, to);
  if (!two) return;
  for (Index j = 0; j < 2 * u; ++j) to[j] += bias[3 * u + j];
  std::copy(bias + 5 * u, bias + 6 * u, to + 3 * u);
}

/// Samples first .. first + rows - 1 back through all steps.
template <class T>
struct BackwardPart {
  const Job<T>& job;
  const RecurrentBackward<T>& call;
  Index first, rows;
  T *dh, *dc;

  void run() {
    const Index u = job.units, at = first * u;
    dh = job.scratch.h + at, dc = job.scratch.c + at;
    start_state(call.dh ? call.dh + at : nullptr, dh, rows * u);
    start_state(call.dc ? call.dc + at : nullptr, dc, rows * u);
    for (Index step = job.run.steps; step-- > 0;) {
      add_output_gradient(step);
      const Index p = job.order.position(step);
      if (call.mask == nullptr) {
        gates(p, 0, rows);
      } else {
        for (Index i = 0; i < rows; ++i)
          if (masked(i, job.order.mask_position(step)))
            std::fill(gates_at(p) + i * job.run.steps * job.slots,
                      gates_at(p) + i * job.run.steps * job.slots + job.slots, T(0));
          else
            gates(p, i, 1);
      }
      if (step > 0 || call.dh0) state(p);
    }
    if (call.dh0) std::copy(dh, dh + rows * u, call.dh0 + at);
    if (call.dc0 && job.cell.kind == CellKind::lstm) std::copy(dc, dc + rows * u, call.dc0 + at);
  }

  bool masked(Index row, Index p) const { return call.mask[(first + row) * job.run.steps + p] == T(0); }
  T* gates_at(Index p) const { return job.memory.gates + (first * job.run.steps + p) * job.slots; }

  /// A masked step passes its gradient on to the last one before it that was not, whose output it repeats.
  void add_output_gradient(Index step) {
    const Index u = job.units, steps = job.run.steps;
    const bool sequences = job.run.return_sequences;
    if (!sequences && step + 1 < steps) return;
    for (Index i = 0; i < rows; ++i) {
      if (call.mask && masked(i, job.order.mask_position(step)))
        if (job.run.zero_output_for_mask || step < job.order.first_live(call.mask + (first + i) * steps))
          continue;
      const T* dy = call.dy + ((first + i) * (sequences ? steps : 1) + (sequences ? step : 0)) * u;
      T* to = dh + i * u;
      for (Index j = 0; j < u; ++j) to[j] += dy[j];
    }
  }

  CellStepBackward<T> at(Index p, Index row, Index count) const {
    const Index u = job.units, steps = job.run.steps, place = (first + row) * steps + p;
    const auto& m = job.memory;
    return {.rows = count,
            .units = u,
            .gates = gates_at(p) + row * steps * job.slots,
            .gates_stride = steps * job.slots,
            .h_before = m.h_before + place * u,
            .c_before = m.c_before ? m.c_before + place * u : nullptr,
            .before_stride = job.states_row,
            .pre = m.pre ? m.pre + place * job.pre_row() : nullptr,
            .pre_stride = steps * job.pre_row(),
            .dh = dh + row * u,
            .dc = dc + row * u};
  }
  void gates(Index p, Index row, Index count) const {
    const CellStepBackward<T> s = at(p, row, count);
    if constexpr (std::is_same_v<T, float>)
      if (fast(job.cell, call.recurrent_drop)) {
        const CellLanes& lanes = cell_lanes();
        return job.cell.kind == CellKind::lstm ? lanes.lstm_backward(s) : lanes.gru_backward(s);
      }
    reference::cell_backward(job.cell, s, job.cell_memory(call.weights, call.recurrent_drop, first + row));
  }
  /// The gradient that goes through the recurrent kernel to the state before.
  void state(Index p) const {
    const CellStepBackward<T> s = at(p, 0, rows);
    if constexpr (std::is_same_v<T, float>)
      if (fast(job.cell, call.recurrent_drop)) {
        const Index u = job.units;
        const bool gru = job.cell.kind == CellKind::gru;
        const std::array<Piece, 2> pieces{Piece{0, gru ? 2 * u : 4 * u}, Piece{3 * u, u}};
        std::array<Index, kMostRows> from, to;
        for (Index i = 0; i < rows; ++i)
          from[std::size_t(i)] = i * s.gates_stride, to[std::size_t(i)] = i * u;
        return tile_ops().multiply({s.gates, from.data(), 1, pieces.data(), gru ? 2 : 1, job.cell.gates() * u,
                                    rows, u, job.scratch.packed, dh, to.data(), true, nullptr, false});
      }
    reference::add_state_gradient(job.cell, s, job.cell_memory(call.weights, call.recurrent_drop, first));
  }
};

/// Gradients of the weights and of x, over all steps at once.
template <class T>
void weight_gradients(const Job<T>& job, const RecurrentBackward<T>& call) {
  const Index u = job.units, f = job.cell.features, columns = job.cell.gates() * u;
  const Index n = job.run.samples * job.run.steps;
  const bool gru = job.cell.kind == CellKind::gru, two = gru && job.cell.reset_after;
  T* const gates = job.memory.gates;
  const auto product = [&](const T* a, Index lda, Index rows, Index gate, Index count, T* c) {
    gemm<T>(Trans::yes, Trans::no, rows, count, n, a, lda, gates + gate, job.slots, c, columns, true);
  };
  if (call.dkernel) product(call.x, f, f, 0, columns, call.dkernel);
  if (call.drecurrent_kernel) {
    T* const h = job.memory.h_before;
    if (call.recurrent_drop)
      for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < u; ++j) h[i * u + j] *= call.recurrent_drop[i / job.run.steps * u + j];
    product(h, u, u, 0, gru ? 2 * u : columns, call.drecurrent_kernel);
    if (two) product(h, u, u, 3 * u, u, call.drecurrent_kernel + 2 * u);
    if (gru && !two)  // the last slot holds r h
      product(gates + 3 * u, job.slots, u, 2 * u, u, call.drecurrent_kernel + 2 * u);
  }
  if (call.dbias) {
    T* const sums = job.scratch.bias;
    std::fill(sums, sums + job.slots, T(0));
    add_column_sums<T>(View<const T>(gates, {n, job.slots}), View<T>(sums, {job.slots}));
    for (Index j = 0; j < columns; ++j) call.dbias[j] += sums[j];
    if (two)
      for (Index j = 0; j < columns; ++j) call.dbias[columns + j] += sums[j < 2 * u ? j : j + u];
  }
  if (call.dx)
    gemm<T>(Trans::no, Trans::yes, n, f, columns, gates, job.slots, call.weights.kernel, columns, call.dx, f,
            false);
}

}  // namespace

Index recurrent_saved(const RecurrentCell& cell, const RecurrentRun& run) {
  Carver<float> carver(nullptr);
  (void)saved_memory(cell, run, carver);
  return carver.count();
}
Index recurrent_scratch(const RecurrentCell& cell, const RecurrentRun& run) {
  Carver<float> carver(nullptr);
  (void)scratch_memory(cell, run, carver);
  return carver.count();
}

template <class T>
void recurrent_forward(const RecurrentCell& cell, const RecurrentRun& run, const RecurrentForward<T>& call) {
  if (run.samples == 0) return;
  const Job<T> job = Job<T>::make(cell, run, call);
  combine_bias(job, call.weights.bias);
  if constexpr (std::is_same_v<T, float>)
    if (fast(cell, call.recurrent_drop))
      cell_lanes().pack(call.weights.recurrent_kernel, cell.units, cell.gates(), job.scratch.packed);
  detail::parallel_chunks(run.samples, part_rows(cell, run), [&](Index first, Index last) {
    ForwardPart<T>(job, call, first, last - first).run();
  });
}

template <class T>
void recurrent_backward(const RecurrentCell& cell, const RecurrentRun& run,
                        const RecurrentBackward<T>& call) {
  if (run.samples == 0) return;
  const Job<T> job = Job<T>::make(cell, run, call);
  if constexpr (std::is_same_v<T, float>)
    if (fast(cell, call.recurrent_drop)) {
      const Index depth = cell.gates() * cell.units;
      tile_ops().pack_b({call.weights.recurrent_kernel, 1, depth}, 0, depth, depth, cell.units,
                        job.scratch.packed);
    }
  detail::parallel_chunks(run.samples, part_rows(cell, run), [&](Index first, Index last) {
    BackwardPart<T>{job, call, first, last - first, nullptr, nullptr}.run();
  });
  if (run.steps > 0) weight_gradients(job, call);
}

template void recurrent_forward(const RecurrentCell&, const RecurrentRun&, const RecurrentForward<float>&);
template void recurrent_forward(const RecurrentCell&, const RecurrentRun&, const RecurrentForward<double>&);
template void recurrent_backward(const RecurrentCell&, const RecurrentRun&, const RecurrentBackward<float>&);
template void recurrent_backward(const RecurrentCell&, const RecurrentRun&, const RecurrentBackward<double>&);

}  // namespace cornu::kernels
