#pragma once
#include <algorithm>

#include "cornu/kernels/activation.hpp"
#include "cornu/kernels/gemm.hpp"
#include "cornu/kernels/rnn.hpp"
#include "kernels/rnn_lanes.hpp"

// The slow twins of the cells, for any activation: one gate of one sample after the other. Read these first.
namespace cornu::kernels::reference {

/// Memory of a cell on `rows` samples: `rows` 4 units a sample, `line` 8 units in all.
template <class T>
struct CellMemory {
  const T* recurrent_kernel;
  const T* bias;  ///< gru with reset_after: b1 of n, or null
  const T* drop;  ///< rows of units numbers that multiply h in products; null: none
  T *rows, *line;
};

/// y = fn(y) for one gate of one sample.
template <class T>
void activate(const ActivationFunction& fn, T* y, Index units) {
  activation<T>(fn, View<const T>(y, {units}), View<T>(y, {units}));
}
/// dy becomes the gradient before the activation.
template <class T>
void activate_backward(const ActivationFunction& fn, const T* before, const T* y, T* dy, Index units) {
  const Shape shape{units};
  activation_grad<T>(fn, View<const T>(before, shape), View<const T>(y, shape), View<const T>(dy, shape),
                     View<T>(dy, shape));
}

/// The state as products see it: h, or h times the drop in m.rows.
template <class T>
const T* dropped(const CellStep<T>& step, const CellMemory<T>& m) {
  if (m.drop == nullptr) return step.h;
  for (Index i = 0; i < step.rows * step.units; ++i) m.rows[i] = step.h[i] * m.drop[i];
  return m.rows;
}

/// c (rows, count) += h (rows, units) U[:, first : first + count].
template <class T>
void add_product(const RecurrentCell& cell, const CellMemory<T>& m, Index rows, const T* h, Index h_stride,
                 Index first, Index count, T* c, Index c_stride) {
  gemm<T>(Trans::no, Trans::no, rows, count, cell.units, h, h_stride, m.recurrent_kernel + first,
          cell.gates() * cell.units, c, c_stride, true);
}

template <class T>
void keep_pre(const CellStep<T>& step, Index row, Index first, Index count) {
  if (step.pre == nullptr) return;
  const T* from = step.gates + row * step.gates_stride + first;
  std::copy(from, from + count, step.pre + row * step.pre_stride + first);
}

template <class T>
void simple(const RecurrentCell& cell, const CellStep<T>& step, const CellMemory<T>& m) {
  const Index u = step.units;
  add_product(cell, m, step.rows, dropped(step, m), u, 0, u, step.gates, step.gates_stride);
  for (Index row = 0; row < step.rows; ++row) {
    T* h = step.gates + row * step.gates_stride;
    keep_pre(step, row, 0, u);
    activate(cell.activation, h, u);
    std::copy(h, h + u, step.h_next + row * u);
  }
}

/// What follows the product.
template <class T>
void lstm_gates(const RecurrentCell& cell, const CellStep<T>& step) {
  const Index u = step.units;
  for (Index row = 0; row < step.rows; ++row) {
    T *const i = step.gates + row * step.gates_stride, *const f = i + u, *const g = f + u, *const o = g + u;
    keep_pre(step, row, 0, 4 * u);
    for (T* gate : {i, f, o}) activate(cell.recurrent_activation, gate, u);
    activate(cell.activation, g, u);
    const T* before = step.c + row * u;
    T *const c = step.c_next + row * u, *const h = step.h_next + row * u;
    for (Index j = 0; j < u; ++j) h[j] = c[j] = f[j] * before[j] + i[j] * g[j];
    activate(cell.activation, h, u);
    for (Index j = 0; j < u; ++j) h[j] *= o[j];
  }
}

template <class T>
void lstm(const RecurrentCell& cell, const CellStep<T>& step, const CellMemory<T>& m) {
  add_product(cell, m, step.rows, dropped(step, m), step.units, 0, 4 * step.units, step.gates,
              step.gates_stride);
  lstm_gates(cell, step);
}

template <class T>
void gru(const RecurrentCell& cell, const CellStep<T>& step, const CellMemory<T>& m) {
  const Index u = step.units;
  const T* h = dropped(step, m);
  add_product(cell, m, step.rows, h, u, 0, 2 * u, step.gates, step.gates_stride);
  for (Index row = 0; row < step.rows; ++row) {
    T *const z = step.gates + row * step.gates_stride, *const r = z + u, *const inner = z + 3 * u;
    keep_pre(step, row, 0, 2 * u);
    activate(cell.recurrent_activation, z, u);
    activate(cell.recurrent_activation, r, u);
    for (Index j = 0; j < u; ++j)
      inner[j] = !cell.reset_after ? r[j] * h[row * u + j] : m.bias != nullptr ? m.bias[j] : T(0);
  }
  T *const n = step.gates + 2 * u, *const inner = n + u;
  if (cell.reset_after)
    add_product(cell, m, step.rows, h, u, 2 * u, u, inner, step.gates_stride);
  else
    add_product(cell, m, step.rows, inner, step.gates_stride, 2 * u, u, n, step.gates_stride);
  for (Index row = 0; row < step.rows; ++row) {
    T *const z = step.gates + row * step.gates_stride, *const r = z + u, *const candidate = r + u;
    if (cell.reset_after)
      for (Index j = 0; j < u; ++j) candidate[j] += r[j] * candidate[u + j];
    keep_pre(step, row, 2 * u, u);
    activate(cell.activation, candidate, u);
    for (Index j = 0; j < u; ++j)
      step.h_next[row * u + j] = z[j] * step.h[row * u + j] + (T(1) - z[j]) * candidate[j];
  }
}

template <class T>
void cell_forward(const RecurrentCell& cell, const CellStep<T>& step, const CellMemory<T>& m) {
  if (cell.kind == CellKind::simple) return simple(cell, step, m);
  if (cell.kind == CellKind::lstm) return lstm(cell, step, m);
  gru(cell, step, m);
}

template <class T>
void simple_backward(const RecurrentCell& cell, const CellStepBackward<T>& step) {
  const Index u = step.units;
  for (Index row = 0; row < step.rows; ++row) {
    T *const y = step.gates + row * step.gates_stride, *const dh = step.dh + row * u;
    activate_backward<T>(cell.activation, step.pre ? step.pre + row * step.pre_stride : nullptr, y, dh, u);
    std::copy(dh, dh + u, y);
    std::fill(dh, dh + u, T(0));
  }
}

template <class T>
void lstm_backward(const RecurrentCell& cell, const CellStepBackward<T>& step, const CellMemory<T>& m) {
  const Index u = step.units;
  T *const c = m.line, *const t = c + u, *const d = t + u;  // d: gradients of i, f, g, o
  for (Index row = 0; row < step.rows; ++row) {
    T *const i = step.gates + row * step.gates_stride, *const f = i + u, *const g = f + u, *const o = g + u;
    T *const dh = step.dh + row * u, *const dc = step.dc + row * u;
    const T* before = step.c_before + row * step.before_stride;
    for (Index j = 0; j < u; ++j) t[j] = c[j] = f[j] * before[j] + i[j] * g[j];
    activate(cell.activation, t, u);
    for (Index j = 0; j < u; ++j) d[3 * u + j] = dh[j] * t[j], dh[j] *= o[j];
    activate_backward<T>(cell.activation, c, t, dh, u);
    for (Index j = 0; j < u; ++j) {
      const T gradient = dc[j] + dh[j];
      d[j] = gradient * g[j], d[u + j] = gradient * before[j], d[2 * u + j] = gradient * i[j];
      dc[j] = gradient * f[j];
      dh[j] = 0;
    }
    const T* pre = step.pre ? step.pre + row * step.pre_stride : nullptr;
    for (Index k = 0; k < 4; ++k)
      activate_backward<T>(k == 2 ? cell.activation : cell.recurrent_activation, pre ? pre + k * u : nullptr,
                           i + k * u, d + k * u, u);
    std::copy(d, d + 4 * u, i);
  }
}

/// The product with U of n's part, when the reset gate comes before it, is in here: m.rows gets d(r h).
template <class T>
void gru_backward(const RecurrentCell& cell, const CellStepBackward<T>& step, const CellMemory<T>& m) {
  const Index u = step.units;
  for (Index row = 0; row < step.rows; ++row) {
    T *const z = step.gates + row * step.gates_stride, *const n = z + 2 * u, *const d = m.line;
    T* const dh = step.dh + row * u;
    const T *const before = step.h_before + row * step.before_stride, *const pre =
                                                                          step.pre ? step.pre +
                                                                                         row * step.pre_stride
                                                                                   : nullptr;
    for (Index j = 0; j < u; ++j) {
      d[j] = dh[j] * (before[j] - n[j]), d[u + j] = dh[j] * (T(1) - z[j]);
      dh[j] *= z[j];
    }
    activate_backward<T>(cell.recurrent_activation, pre, z, d, u);
    activate_backward<T>(cell.activation, pre ? pre + 2 * u : nullptr, n, d + u, u);
    std::copy(d, d + u, z);
    std::copy(d + u, d + 2 * u, n);
  }
  if (!cell.reset_after)
    gemm<T>(Trans::no, Trans::yes, step.rows, u, u, step.gates + 2 * u, step.gates_stride,
            m.recurrent_kernel + 2 * u, 3 * u, m.rows, u, false);
  for (Index row = 0; row < step.rows; ++row) {
    T *const r = step.gates + row * step.gates_stride + u, *const n = r + u, *const inner = n + u,
             *const d = m.line;
    const T *const before = step.h_before + row * step.before_stride, *const pre =
                                                                          step.pre
                                                                              ? step.pre +
                                                                                    row * step.pre_stride + u
                                                                              : nullptr;
    for (Index j = 0; j < u; ++j) {
      if (cell.reset_after) {
        d[j] = n[j] * inner[j], inner[j] = n[j] * r[j];
        continue;
      }
      const T scale = m.drop ? m.drop[row * u + j] : T(1), drh = m.rows[row * u + j];
      d[j] = drh * before[j] * scale;
      step.dh[row * u + j] += drh * r[j] * scale;
    }
    activate_backward<T>(cell.recurrent_activation, pre, r, d, u);
    std::copy(d, d + u, r);
  }
}

template <class T>
void cell_backward(const RecurrentCell& cell, const CellStepBackward<T>& step, const CellMemory<T>& m) {
  if (cell.kind == CellKind::simple) return simple_backward(cell, step);
  if (cell.kind == CellKind::lstm) return lstm_backward(cell, step, m);
  gru_backward(cell, step, m);
}

/// dh += gradients before the gates times the transposed recurrent kernel, times the drop.
template <class T>
void add_state_gradient(const RecurrentCell& cell, const CellStepBackward<T>& step, const CellMemory<T>& m) {
  const Index u = step.units, columns = cell.gates() * u;
  const bool gru = cell.kind == CellKind::gru;
  gemm<T>(Trans::no, Trans::yes, step.rows, u, gru ? 2 * u : columns, step.gates, step.gates_stride,
          m.recurrent_kernel, columns, m.rows, u, false);
  if (gru && cell.reset_after)
    gemm<T>(Trans::no, Trans::yes, step.rows, u, u, step.gates + 3 * u, step.gates_stride,
            m.recurrent_kernel + 2 * u, columns, m.rows, u, true);
  for (Index i = 0; i < step.rows * u; ++i) step.dh[i] += m.drop ? m.rows[i] * m.drop[i] : m.rows[i];
}

}  // namespace cornu::kernels::reference
