#include <array>

#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/gemm.hpp"
#include "cornu/kernels/rnn.hpp"
#include "kernels/few_columns.hpp"
#include "kernels/rnn_job.hpp"
#include "kernels/tile.hpp"

namespace cornu::kernels {

namespace {

/// Samples first .. first + rows - 1 back through steps begin .. end - 1, the last ones first.
template <class T>
struct BackwardPart {
  const Job<T>& job;
  const RecurrentBackward<T>& call;
  Index first, rows;
  T *dh = job.scratch.h + first * job.units, *dc = job.scratch.c + first * job.units;

  void run(Index begin, Index end) {
    const Index u = job.units, at = first * u;
    if (end == job.run.steps) {
      start_state(call.dh ? call.dh + at : nullptr, dh, rows * u);
      start_state(call.dc ? call.dc + at : nullptr, dc, rows * u);
    }
    const bool direct = kernels::direct(job.cell, call);
    for (Index step = end; step-- > begin;) {
      if (!direct) add_output_gradient(step);
      const Index p = job.order.position(step);
      if (call.mask == nullptr) {
        gates(p, 0, rows, direct && has_output(step) ? output_gradient(step, 0) : nullptr);
      } else {
        for (Index i = 0; i < rows; ++i)
          if (masked(i, job.order.mask_position(step)))
            std::fill(gates_at(p) + i * job.slots, gates_at(p) + (i + 1) * job.slots, T(0));
          else
            gates(p, i, 1);
      }
      if (step > 0 || call.dh0) state(p);
    }
    if (begin > 0) return;
    if (call.dh0) std::copy(dh, dh + rows * u, call.dh0 + at);
    if (call.dc0 && job.cell.kind == CellKind::lstm) std::copy(dc, dc + rows * u, call.dc0 + at);
  }

  bool masked(Index row, Index p) const { return call.mask[(first + row) * job.run.steps + p] == T(0); }
  T* gates_at(Index p) const { return job.memory.gates + job.place(p, first) * job.slots; }

  bool has_output(Index step) const { return job.run.return_sequences || step + 1 == job.run.steps; }
  Index outputs() const { return job.run.return_sequences ? job.run.steps : 1; }
  const T* output_gradient(Index step, Index row) const {
    return call.dy + ((first + row) * outputs() + (job.run.return_sequences ? step : 0)) * job.units;
  }

  /// A masked step passes its gradient on to the last one before it that was not, whose output it repeats.
  void add_output_gradient(Index step) {
    const Index u = job.units, steps = job.run.steps;
    if (!has_output(step)) return;
    for (Index i = 0; i < rows; ++i) {
      if (call.mask && masked(i, job.order.mask_position(step)))
        if (job.run.zero_output_for_mask || step < job.order.first_live(call.mask + (first + i) * steps))
          continue;
      const T* dy = output_gradient(step, i);
      T* to = dh + i * u;
      for (Index j = 0; j < u; ++j) to[j] += dy[j];
    }
  }

  CellStepBackward<T> at(Index p, Index row, Index count) const {
    const Index u = job.units, place = job.place(p, first + row);
    const auto& m = job.memory;
    return {.rows = count,
            .units = u,
            .gates = gates_at(p) + row * job.slots,
            .gates_stride = job.slots,
            .h_before = m.h_before + place * u,
            .c_before = m.c_before ? m.c_before + place * u : nullptr,
            .before_stride = u,
            .pre = m.pre ? m.pre + place * job.pre_row() : nullptr,
            .pre_stride = job.pre_row(),
            .dh = dh + row * u,
            .dc = dc + row * u};
  }
  /// dy: what the cell adds to dh itself, or null.
  void gates(Index p, Index row, Index count, const T* dy = nullptr) const {
    CellStepBackward<T> s = at(p, row, count);
    s.dy = dy;
    s.dy_stride = outputs() * job.units;
    if (call.mask == nullptr && p != job.order.position(0))
      s.next = job.run.go_backwards ? job.run.samples : -job.run.samples;
    if constexpr (std::is_same_v<T, float>)
      if (fast(job.cell, call.recurrent_drop)) {
        const CellGradientLanes& lanes = cell_gradient_lanes();
        return job.cell.kind == CellKind::lstm ? lanes.lstm(s) : lanes.gru(s);
      }
    if (job.cell.conv) return convolution_gates(s);
    reference::cell_backward(job.cell, s, job.cell_memory(call.weights, call.recurrent_drop, first + row));
  }
  /// A row is a pixel here; those of the next sample follow.
  void convolution_gates(CellStepBackward<T> s) const {
    s.rows *= job.cell.pixels();
    s.units = s.before_stride = job.cell.units;
    s.gates_stride = s.pre_stride = 4 * job.cell.units;
    reference::lstm_backward(job.cell, s, job.cell_memory(call.weights, call.recurrent_drop, first));
  }
  void convolution_state(const CellStepBackward<T>& s) const {
    const ConvGeometry& g = job.cell.conv->state;
    const auto memory = job.cell_memory(call.weights, call.recurrent_drop, first);
    conv2d_dx<T>(g, pictures<const T>(s.gates, s.rows, g.out_h, g.out_w, g.out_c),
                 View<const T>(call.weights.recurrent_kernel, kernel_shape(g)),
                 pictures(memory.rows, s.rows, g.in_h, g.in_w, g.in_c));
    for (Index i = 0; i < s.rows * job.units; ++i)
      s.dh[i] += memory.drop ? memory.rows[i] * memory.drop[i] : memory.rows[i];
  }
  /// The gradient that goes through the recurrent kernel to the state before.
  void state(Index p) const {
    const CellStepBackward<T> s = at(p, 0, rows);
    if constexpr (std::is_same_v<T, float>)
      if (fast(job.cell, call.recurrent_drop)) {
        const Index u = job.units, depth = job.cell.gates() * u, few = few_columns(u), whole = u - few;
        const bool gru = job.cell.kind == CellKind::gru;
        const std::array<Piece, 2> pieces{Piece{0, gru ? 2 * u : 4 * u}, Piece{3 * u, gru ? u : 0}};
        std::array<Index, kMostRows> from, to;
        for (Index i = 0; i < rows; ++i)
          from[std::size_t(i)] = i * s.gates_stride, to[std::size_t(i)] = i * u;
        tile_ops().multiply({s.gates, from.data(), 1, pieces.data(), gru ? 2 : 1, depth, rows, whole,
                             job.scratch.packed, dh, to.data(), true, nullptr, false});
        const T* kernel = call.weights.recurrent_kernel + whole * depth;
        for (const Piece& piece : pieces) {
          multiply({rows, few, piece.length, s.gates + piece.offset, s.gates_stride, kernel, depth,
                    dh + whole, u, true});
          kernel += piece.length;
        }
        return;
      }
    if (job.cell.conv) return convolution_state(s);
    reference::add_state_gradient(job.cell, s, job.cell_memory(call.weights, call.recurrent_drop, first));
  }
};

/// Gradients of the weights and of x over some steps at once.
template <class T>
struct StepGradients {
  const Job<T>& job;
  const RecurrentBackward<T>& call;
  Index first, steps;  ///< positions

  void run() const {
    const Index f = job.cell.inputs(), all = job.run.steps;
    T* const x = job.scratch.x;
    if (call.dkernel)
      each_sample([&](Index i) {
        copy_rows(call.x + (i * all + first) * f, f, x + i * f, job.run.samples * f, steps, f);
      });
    if (call.recurrent_drop && call.drecurrent_kernel) drop_states();
    job.cell.conv ? convolution(x) : matrices(x);
    if (call.dx)
      each_sample([&](Index i) {
        copy_rows(x + i * f, job.run.samples * f, call.dx + (i * all + first) * f, f, steps, f);
      });
  }

 private:
  Index rows() const { return steps * job.run.samples; }
  T* gates() const { return job.memory.gates + job.place(first, 0) * job.slots; }
  T* h() const { return job.memory.h_before + job.place(first, 0) * job.units; }

  template <class Use>
  void each_sample(const Use& use) const {
    const Index n = job.run.samples, work = rows() * job.cell.inputs() * job.slots;
    detail::parallel_chunks(n, spreads(work) ? ceil_div(n, num_threads()) : n, [&](Index i, Index last) {
      for (; i < last; ++i) use(i);
    });
  }

  /// The states as the products saw them.
  void drop_states() const {
    const Index u = job.units;
    for (Index i = 0; i < rows(); ++i)
      for (Index j = 0; j < u; ++j) h()[i * u + j] *= call.recurrent_drop[i % job.run.samples * u + j];
  }

  /// From x of these steps; leaves dx in its place.
  void convolution(T* x) const {
    const ConvGeometry &in = job.cell.conv->input, &state = job.cell.conv->state;
    const View<const T> dgates = pictures<const T>(gates(), rows(), in.out_h, in.out_w, in.out_c);
    const View<T> images = pictures(x, rows(), in.in_h, in.in_w, in.in_c);
    if (call.dkernel) conv2d_dkernel<T>(in, images, dgates, View<T>(call.dkernel, kernel_shape(in)));
    if (call.drecurrent_kernel)
      conv2d_dkernel<T>(state, pictures<const T>(h(), rows(), state.in_h, state.in_w, state.in_c), dgates,
                        View<T>(call.drecurrent_kernel, kernel_shape(state)));
    if (call.dbias) add_column_sums<T>(dgates, View<T>(call.dbias, {in.out_c}));
    if (call.dx) conv2d_dx<T>(in, dgates, View<const T>(call.weights.kernel, kernel_shape(in)), images);
  }

  /// The same for matrices.
  void matrices(T* x) const {
    const Index u = job.units, f = job.cell.features, columns = job.cell.gates() * u;
    const bool gru = job.cell.kind == CellKind::gru, two = gru && job.cell.reset_after;
    const auto product = [&](const T* a, Index lda, Index count, Index gate, T* c) {
      gemm<T>(Trans::yes, Trans::no, count, u, rows(), a, lda, gates() + gate, job.slots, c + 2 * u, columns,
              true);
    };
    add_gradients<T>(gru ? 2 * u : columns, rows(), gates(), job.slots,
                     {x, f, call.dkernel ? f : 0, call.dkernel, columns},
                     {h(), u, call.drecurrent_kernel ? u : 0, call.drecurrent_kernel, columns});
    if (gru && call.dkernel) product(x, f, f, 2 * u, call.dkernel);
    if (gru && call.drecurrent_kernel) {
      if (two)
        product(h(), u, u, 3 * u, call.drecurrent_kernel);
      else  // the last slot holds r h
        product(gates() + 3 * u, job.slots, u, 2 * u, call.drecurrent_kernel);
    }
    if (call.dbias) bias(two);
    if (call.dx) input(x);
  }

  void bias(bool two) const {
    const Index u = job.units, columns = job.cell.gates() * u;
    T* const sums = job.scratch.bias;
    std::fill(sums, sums + job.slots, T(0));
    add_column_sums<T>(View<const T>(gates(), {rows(), job.slots}), View<T>(sums, {job.slots}));
    for (Index j = 0; j < columns; ++j) call.dbias[j] += sums[j];
    if (two)
      for (Index j = 0; j < columns; ++j) call.dbias[columns + j] += sums[j < 2 * u ? j : j + u];
  }

  void input(T* dx) const {
    const Index f = job.cell.features, columns = job.cell.gates() * job.units, n = rows();
    const T *const dgates = gates(), *const kernel = call.weights.kernel;
    Index whole = f;
    if constexpr (std::is_same_v<T, float>)
      if (const Index few = few_columns(f)) {
        whole -= few;
        detail::parallel_chunks(n, spreads(n * few * columns) ? 256 : n, [&](Index from, Index last) {
          multiply({last - from, few, columns, dgates + from * job.slots, job.slots, kernel + whole * columns,
                    columns, dx + from * f + whole, f, false});
        });
      }
    gemm<T>(Trans::no, Trans::yes, n, whole, columns, dgates, job.slots, kernel, columns, dx, f, false);
  }
};

}  // namespace

template <class T>
void recurrent_backward(const RecurrentCell& cell, const RecurrentRun& run,
                        const RecurrentBackward<T>& call) {
  if (run.samples == 0) return;
  const Job<T> job = Job<T>::make(cell, run, call);
  if constexpr (std::is_same_v<T, float>)
    if (fast(cell, call.recurrent_drop)) {
      const Index depth = cell.gates() * cell.units;
      tile_ops().pack_b({call.weights.recurrent_kernel, 1, depth}, 0, depth, depth,
                        cell.units - few_columns(cell.units), job.scratch.packed);
    }
  // The gradients of some steps are used while they are in the cache.
  const Index most = gradient_steps(cell, run);
  Index begin = run.steps;
  do {
    const Index end = begin;
    begin = std::max<Index>(0, end - most);
    detail::parallel_chunks(run.samples, part_rows(cell, run), [&](Index first, Index last) {
      BackwardPart<T>{job, call, first, last - first}.run(begin, end);
    });
    if (end > begin)
      StepGradients<T>{job, call, job.order.position(run.go_backwards ? end - 1 : begin), end - begin}.run();
  } while (begin > 0);
}

template void recurrent_backward(const RecurrentCell&, const RecurrentRun&, const RecurrentBackward<float>&);
template void recurrent_backward(const RecurrentCell&, const RecurrentRun&, const RecurrentBackward<double>&);

}  // namespace cornu::kernels
