#include "cornu/kernels/rnn.hpp"

#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/gemm.hpp"
#include "kernels/rnn_job.hpp"

namespace cornu::kernels {

namespace {

/// Samples first .. first + rows - 1 through all steps.
template <class T>
struct ForwardPart {
  const Job<T>& job;
  const RecurrentForward<T>& call;
  Index first, rows;
  T *h, *h_next, *c, *c_next;  ///< the states before and after the step at hand
  bool joined;                 ///< whether the cell multiplies x
  T* gates;                    ///< what x gives to the steps at hand; null when joined
  Index block, block_first;    ///< how many, and the position of the first

  ForwardPart(const Job<T>& j, const RecurrentForward<T>& f, Index sample, Index count)
      : job(j),
        call(f),
        first(sample),
        rows(count),
        joined(kernels::joined(j.cell, j.run, f)),
        gates(joined ? nullptr : j.scratch.gates + sample * block_steps(j.cell, j.run) * j.slots),
        block(0),
        block_first(0) {
    place_states(0);
  }

  void run() {
    const Index u = job.units, steps = job.run.steps, at = first * u;
    start_state(call.h0 ? call.h0 + at : nullptr, h, rows * u);
    start_state(call.c0 ? call.c0 + at : nullptr, c, rows * u);
    if (call.mask || steps == 0) {
      const Index sample = (job.run.return_sequences ? steps : 1) * u;
      std::fill(call.y + first * sample, call.y + (first + rows) * sample, T(0));
    }
    const Index most = joined ? steps : block_steps(job.cell, job.run);
    for (Index done = 0; done < steps; done += block) {
      block = std::min(most, steps - done);
      block_first = job.run.go_backwards ? steps - done - block : done;
      if (!joined) project();
      for (Index step = done; step < done + block; ++step) this->step(step);
    }
    if (call.h) std::copy(h, h + rows * u, call.h + at);
    if (call.c && job.cell.kind == CellKind::lstm) std::copy(c, c + rows * u, call.c + at);
  }

  /// What x gives to the gates of a block of steps.
  void project() {
    const Index f = job.cell.inputs(), steps = job.run.steps, columns = job.cell.gates() * job.units;
    const T* x = call.x + first * steps * f;
    if (block < steps) {  // the steps of a sample lie together, but not those of all samples
      T* to = job.scratch.x + first * block_steps(job.cell, job.run) * f;
      copy_rows(x + block_first * f, steps * f, to, block * f, rows, block * f);
      x = to;
    }
    if (job.cell.conv) return convolve(x);
    gemm<T>(Trans::no, Trans::no, rows * block, columns, f, x, f, call.weights.kernel, columns, gates,
            job.slots, false, {.bias = call.weights.bias ? job.scratch.bias : nullptr});
  }

  void convolve(const T* x) const {
    const ConvGeometry& g = job.cell.conv->input;
    const View<const T> bias(call.weights.bias, {g.out_c}), kernel(call.weights.kernel, kernel_shape(g));
    conv2d<T>(g, pictures(x, rows * block, g.in_h, g.in_w, g.in_c), kernel, bias,
              pictures(gates, rows * block, g.out_h, g.out_w, g.out_c), false);
  }

  void step(Index number) {
    const Index u = job.units, p = job.order.position(number);
    const auto& m = job.memory;
    const bool direct = kernels::direct(job.cell, call);
    place_states(number);
    CellStep<T> s{rows, u, h, c, h_next, c_next};
    joined ? add_input(s, p) : add_gates(s, p - block_first);
    if (m.gates) keep_gates(s, p);
    if (m.pre) s.pre = m.pre + job.place(p, first) * job.pre_row();
    s.pre_stride = job.pre_row();
    if (direct && job.run.return_sequences) {
      s.y = call.y + (first * job.run.steps + number) * u;
      s.y_stride = job.run.steps * u;
    }
    compute(s);
    if (call.mask) hold_masked(job.order.mask_position(number));
    h = h_next, c = c_next;
    if (!s.y) put(number);
  }

  /// Where the states before and after a step are.
  void place_states(Index number) {
    const auto& m = job.memory;
    const auto& scratch = job.scratch;
    h = state(m.h_before, scratch.h, scratch.h_next, number);
    c = state(m.c_before, scratch.c, scratch.c_next, number);
    h_next = state(m.h_before, scratch.h, scratch.h_next, number + 1);
    c_next = state(m.c_before, scratch.c, scratch.c_next, number + 1);
  }
  /// Where backward wants the state that a step starts from, or in scratch, to and fro.
  T* state(T* kept, T* even, T* odd, Index number) const {
    if (kept && number < job.run.steps)
      return kept + job.place(job.order.position(number), first) * job.units;
    return (number % 2 == 0 ? even : odd) + first * job.units;
  }

  /// The gates of step `at` of the block.
  void add_gates(CellStep<T>& s, Index at) const {
    const Index next = at + (job.run.go_backwards ? -1 : 1);
    s.gates = gates + at * job.slots;
    s.gates_stride = block * job.slots;
    if (next >= 0 && next < block) fetch_rows(gates + next * job.slots, s.gates_stride, rows, job.slots);
  }

  /// Where the gates are kept, with what x gives where the cell does not multiply it.
  void keep_gates(CellStep<T>& s, Index p) const {
    T* const to = job.memory.gates + job.place(p, first) * job.slots;
    if (!joined) copy_rows(s.gates, s.gates_stride, to, job.slots, rows, job.slots);
    s.gates = to;
    s.gates_stride = job.slots;
  }

  /// What the cell itself multiplies.
  void add_input(CellStep<T>& s, Index p) const {
    s.features = job.cell.features;
    s.x = call.x + (first * job.run.steps + p) * s.features;
    s.x_stride = job.run.steps * s.features;
  }

  void compute(const CellStep<T>& s) const {
    if constexpr (std::is_same_v<T, float>)
      if (fast(job.cell, call.recurrent_drop)) {
        const bool keep = job.memory.gates != nullptr;
        if (job.cell.kind == CellKind::lstm) return cell_lanes().lstm(s, job.scratch.packed, keep);
        return cell_lanes().gru(s, job.scratch.packed, job.scratch.bias + 3 * job.units, keep);
      }
    if (job.cell.conv) return convolution_step(s);
    reference::cell_forward(job.cell, s, job.cell_memory(call.weights, call.recurrent_drop, first));
  }

  void convolution_step(const CellStep<T>& s) const {
    const ConvGeometry& g = job.cell.conv->state;
    const auto memory = job.cell_memory(call.weights, call.recurrent_drop, first);
    const T* const state = reference::dropped(s, memory);
    const View<const T> kernel(call.weights.recurrent_kernel, kernel_shape(g));
    T* const product = memory.line;  // 4 of its 8 states a sample
    conv2d<T>(g, pictures(state, rows, g.in_h, g.in_w, g.in_c), kernel, View<const T>(),
              pictures(product, rows, g.out_h, g.out_w, g.out_c), false);
    for (Index i = 0; i < rows; ++i) {
      T* const to = s.gates + i * s.gates_stride;
      for (Index j = 0; j < job.slots; ++j) to[j] += product[i * job.slots + j];
      CellStep<T> picture{job.cell.pixels(),   job.cell.units,           s.h + i * job.units,
                          s.c + i * job.units, s.h_next + i * job.units, s.c_next + i * job.units};
      picture.gates = to;
      picture.gates_stride = picture.pre_stride = 4 * job.cell.units;
      if (s.pre) picture.pre = s.pre + i * s.pre_stride;
      reference::lstm_gates(job.cell, picture);
    }
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
  if (bias == nullptr || job.cell.conv) return;
  std::copy(bias, bias + columns, to);
  if (!two) return;
  for (Index j = 0; j < 2 * u; ++j) to[j] += bias[3 * u + j];
  std::copy(bias + 5 * u, bias + 6 * u, to + 3 * u);
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
      cell_lanes().pack({joined(cell, run, call) ? call.weights.kernel : nullptr, call.weights.bias,
                         call.weights.recurrent_kernel, cell.features, cell.units, cell.gates()},
                        job.scratch.packed);
  detail::parallel_chunks(run.samples, part_rows(cell, run), [&](Index first, Index last) {
    ForwardPart<T>(job, call, first, last - first).run();
  });
}

template void recurrent_forward(const RecurrentCell&, const RecurrentRun&, const RecurrentForward<float>&);
template void recurrent_forward(const RecurrentCell&, const RecurrentRun&, const RecurrentForward<double>&);

}  // namespace cornu::kernels
