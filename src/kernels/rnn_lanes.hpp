#pragma once
#include "cornu/core/shape.hpp"

namespace cornu::kernels {

inline constexpr Index kMostRows = 48;  ///< samples that go through the steps together

/// Some samples at one step of a recurrent layer. Row i of h, h_next, c and c_next is units long and follows
/// row i - 1; rows of gates, pre, h_before and c_before lie their stride apart.
template <class T>
struct CellStep {
  Index rows = 0, units = 0;
  const T *h = nullptr, *c = nullptr;
  T *h_next = nullptr, *c_next = nullptr;
  T* gates = nullptr;  ///< what x gives on entry, but where x is given; as RecurrentMemory says on return
  Index gates_stride = 0;
  T* pre = nullptr;
  Index pre_stride = 0;
  T* y = nullptr;  ///< where h_next is wanted too, rows y_stride apart; only CellLanes fill it
  Index y_stride = 0;
  // Where the packed weights begin with those of x: rows of features numbers, x_stride apart.
  const T* x = nullptr;
  Index x_stride = 0, features = 0;
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
  const T* dy = nullptr;  ///< added to dh first, rows dy_stride apart; only CellGradientLanes read it
  Index dy_stride = 0;
  Index next = 0;  ///< rows from these to the same of the step that comes next, to be fetched; 0: none
};

/// Weights as Keras has them. A null kernel: only those of the state are packed; a null bias: zeros.
struct CellWeights {
  const float *kernel, *bias, *recurrent_kernel;
  Index features, units, gates;
};

/// LSTM, and GRU with reset_after, both with tanh and sigmoid: product with the packed weights and gates in
/// one, in the vectors of one instruction set. At most kMostRows rows. recurrent_bias of gru: units numbers,
/// b1 of n.
struct CellLanes {
  /// Packed: for each vector of units, one vector of each gate: for each row of the kernel and of the bias
  /// where there is a kernel (only lstm reads these), and for each row of the recurrent kernel.
  void (*pack)(const CellWeights& weights, float* packed);
  void (*lstm)(const CellStep<float>& step, const float* packed, bool keep);
  void (*gru)(const CellStep<float>& step, const float* packed, const float* recurrent_bias, bool keep);
};
/// The same cells backward, but for the product with the recurrent kernel.
struct CellGradientLanes {
  void (*lstm)(const CellStepBackward<float>& step);
  void (*gru)(const CellStepBackward<float>& step);
};

/// For the instruction set in use. Errors: ValueError, as isa().
const CellLanes& cell_lanes();
const CellGradientLanes& cell_gradient_lanes();

}  // namespace cornu::kernels
