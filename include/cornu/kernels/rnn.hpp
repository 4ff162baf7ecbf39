#pragma once
#include "cornu/core/shape.hpp"
#include "cornu/kernels/activation_function.hpp"
#include "cornu/kernels/conv.hpp"

namespace cornu::kernels {

/// What one step of a recurrent layer computes from x (features), the state h (units) and its weights W
/// (features, gates * units), U (units, gates * units) and b, with act and rec the two activations:
///
/// simple  h' = act(x W + b + h U)
/// lstm    i, f, o = rec(...), g = act(...) of z = x W + b + h U;  c' = f c + i g;  h' = o act(c');
///         columns are i, f, g, o
/// gru     z, r = rec(...) of x W + h U + b;  h' = z h + (1 - z) n;  columns are z, r, n;  b is (2, 3 units)
///         reset_after:      n = act(x W + b0 + r (h U + b1))
///         not reset_after:  n = act(x W + b + (r h) U);  b is (3 units)
/// Source  Keras 3 LSTMCell, GRUCell, SimpleRNNCell.
enum class CellKind { simple, lstm, gru };

/// The products of a convolutional LSTM: pictures of x, with `input`, and of the state, which has the size of
/// what that gives, with `state`. Kernels as conv2d's, the last axis 4 units.
struct RecurrentConv {
  ConvGeometry input, state;
};

struct RecurrentCell {
  CellKind kind = CellKind::simple;
  Index features = 1, units = 1;
  ActivationFunction activation = tanh, recurrent_activation = sigmoid;
  bool reset_after = true;              ///< gru only
  const RecurrentConv* conv = nullptr;  ///< lstm only; null: matrices. Then features and units are channels

  /// Columns of the kernels over units.
  Index gates() const { return kind == CellKind::lstm ? 4 : kind == CellKind::gru ? 3 : 1; }
  /// Numbers of x in a step of a sample, and of its state: what is (features) and (units) below.
  Index inputs() const { return conv ? conv->input.in_h * conv->input.in_w * features : features; }
  Index pixels() const { return conv ? conv->input.out_h * conv->input.out_w : 1; }
  Index state() const { return pixels() * units; }
};

/// How a cell goes over a batch of sequences.
struct RecurrentRun {
  Index samples = 1, steps = 1;
  bool go_backwards = false;          ///< begins with the last step; outputs come in the order of the work
  bool return_sequences = false;      ///< y is (samples, steps, units), else (samples, units): the last
  bool zero_output_for_mask = false;  ///< where the mask is 0 y is 0, else the y before
  bool reversed_mask = false;         ///< the last step of the mask is that of the first of x
};

/// Weights in Keras' layout; bias may be null.
template <class T>
struct RecurrentWeights {
  const T* kernel = nullptr;
  const T* recurrent_kernel = nullptr;
  const T* bias = nullptr;
};

template <class T>
struct RecurrentForward {
  RecurrentWeights<T> weights;
  const T* x = nullptr;                  ///< (samples, steps, features)
  const T* mask = nullptr;               ///< (samples, steps), 0: the step changes nothing; null: none
  const T* recurrent_drop = nullptr;     ///< (samples, units), multiplies h where U does; null: none
  const T *h0 = nullptr, *c0 = nullptr;  ///< (samples, units); null: zeros
  T* y = nullptr;
  T *h = nullptr, *c = nullptr;  ///< states after the last step; null: not asked. They may be h0 and c0
  T* saved = nullptr;            ///< recurrent_saved() values for backward; null: none
  T* scratch = nullptr;          ///< recurrent_scratch() values
};

template <class T>
struct RecurrentBackward {
  RecurrentWeights<T> weights;
  const T *x = nullptr, *mask = nullptr, *recurrent_drop = nullptr;  ///< as in forward
  const T* dy = nullptr;
  const T *dh = nullptr, *dc = nullptr;  ///< of the states after the last step; null: none
  T* dx = nullptr;                       ///< overwritten; null: not asked, as those below
  T *dh0 = nullptr, *dc0 = nullptr;      ///< overwritten
  T *dkernel = nullptr, *drecurrent_kernel = nullptr, *dbias = nullptr;  ///< added to
  T* saved = nullptr;                                                    ///< is overwritten
  T* scratch = nullptr;
};

/// Values that forward leaves for backward: the gates and states of every step.
Index recurrent_saved(const RecurrentCell& cell, const RecurrentRun& run);
/// Values that either may use.
Index recurrent_scratch(const RecurrentCell& cell, const RecurrentRun& run);

/// A recurrent layer over a batch: one product for the inputs of some steps (a small LSTM's with that of the
/// state), then step by step one product for the state with the gates computed where the sums stand; the
/// gradients of the weights are one product over some steps, while their gates are in the cache. T is float
/// (fast for LSTM, and for GRU with reset_after, with tanh and sigmoid) or double (the slow twin, which is
/// also what other cells in float run). Numerics no bit depends on threads or on how many samples there are.
/// Source   Appleyard, Kocisky, Blunsom 2016, "Optimizing Performance of Recurrent Neural Networks".
template <class T>
void recurrent_forward(const RecurrentCell& cell, const RecurrentRun& run, const RecurrentForward<T>& call);
template <class T>
void recurrent_backward(const RecurrentCell& cell, const RecurrentRun& run, const RecurrentBackward<T>& call);

}  // namespace cornu::kernels
