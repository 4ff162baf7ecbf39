#pragma once
#include "cornu/core/shape.hpp"

namespace cornu::kernels {

/// Some samples at one step of a recurrent layer. Row i of h, h_next, c and c_next is units long and follows
/// row i - 1; rows of gates, pre, h_before and c_before lie their stride apart.
template <class T>
struct CellStep {
  Index rows = 0, units = 0;
  const T *h = nullptr, *c = nullptr;
  T *h_next = nullptr, *c_next = nullptr;
  T* gates = nullptr;  ///< forward: what x gives on entry, as RecurrentMemory says on return
  Index gates_stride = 0;
  T* pre = nullptr;
  Index pre_stride = 0;
  // Where h_next and c_next are wanted too, rows their stride apart; only CellLanes fill these.
  T *h_kept = nullptr, *c_kept = nullptr, *y = nullptr;
  Index kept_stride = 0, y_stride = 0;
};

/// The same backward: gates become gradients. dh holds the gradient of h_next on entry, and on return what
/// goes past the gates to h; dc that of c_next and then of c.
template <class T>
struct CellStepBackward {
  Index rows = 0, units = 0;
  T* gates = nullptr;
  Index gates_stride = 0;
  const T *h_before = nullptr, *c_before = nullptr;
  Index before_stride = 0;
  const T* pre = nullptr;
  Index pre_stride = 0;
  T *dh = nullptr, *dc = nullptr;
  const T* dy = nullptr;  ///< added to dh first, rows dy_stride apart; only CellLanes read it
  Index dy_stride = 0;
};

/// LSTM, and GRU with reset_after, both with tanh and sigmoid: product with the packed recurrent kernel and
/// gates in one, in the vectors of one instruction set. recurrent_bias of gru: units numbers, b1 of n.
struct CellLanes {
  /// Packed: for each vector of units, for each row of the kernel, one vector of each gate.
  void (*pack)(const float* kernel, Index units, Index gates, float* packed);
  void (*lstm)(const CellStep<float>& step, const float* packed, bool keep);
  void (*gru)(const CellStep<float>& step, const float* packed, const float* recurrent_bias, bool keep);
  void (*lstm_backward)(const CellStepBackward<float>& step);
  void (*gru_backward)(const CellStepBackward<float>& step);
};

/// For the instruction set in use. Errors: ValueError, as isa().
const CellLanes& cell_lanes();

}  // namespace cornu::kernels
