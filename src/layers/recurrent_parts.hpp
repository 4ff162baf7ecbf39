#pragma once
#include <algorithm>
#include <mutex>
#include <vector>

#include "core/parallel.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/kernels/noise.hpp"
#include "cornu/kernels/rnn.hpp"
#include "cornu/layers/random_layer.hpp"
#include "cornu/layers/recurrent.hpp"

// What the recurrent layers share around their kernels.
namespace cornu::detail {

/// Keras drops only below 1.
inline bool drops(float rate, bool training) { return training && rate > 0 && rate < 1; }

/// The same numbers fall at every step, as Keras': mask (samples, width) of 0 and 1 / (1 - rate).
template <class T>
void draw_drop(const Call<T>& c, const Seed& seed, std::uint64_t part, float rate, Index samples, Index width,
               T* mask) {
  kernels::SampleStreams streams = detail::streams(c, seed);
  streams.key = streams.key.child(part);
  const View<T> view(mask, {samples, width});
  kernels::fill<T>(view, T(1));
  kernels::drop<T>({.rate = rate, .scale = 1 / (1 - double(rate))}, streams, view, view);
}

/// y = x * mask, x (samples, steps, width).
template <class T>
void times_mask(const T* x, const T* mask, T* y, Index samples, Index steps, Index width) {
  const Index chunk = std::max<Index>(1, kElementChunk / std::max<Index>(1, steps * width));
  parallel_chunks(samples, chunk, [&](Index first, Index last) {
    for (Index row = first * steps; row < last * steps; ++row)
      for (Index j = 0; j < width; ++j)
        y[row * width + j] = x[row * width + j] * mask[row / steps * width + j];
  });
}

/// Where draw_drops puts its masks, (samples, features) and (samples, units), and the inputs that are left.
template <class T>
struct DropMemory {
  T *inputs, *state, *dropped;
};

/// Dropout of the inputs and of the state, for a forward or backward kernel call: x becomes the dropped
/// inputs. Options has dropout, recurrent_dropout and seed; part numbers the cell.
template <class T, class Options, class KernelCall>
void draw_drops(const Call<T>& c, const Options& options, std::uint64_t part,
                const kernels::RecurrentRun& run, Index features, Index units, const DropMemory<T>& memory,
                KernelCall& call) {
  if (drops(options.dropout, c.training)) {
    draw_drop(c, options.seed, 2 * part, options.dropout, run.samples, features, memory.inputs);
    times_mask(call.x, memory.inputs, memory.dropped, run.samples, run.steps, features);
    call.x = memory.dropped;
  }
  if (drops(options.recurrent_dropout, c.training)) {
    draw_drop(c, options.seed, 2 * part + 1, options.recurrent_dropout, run.samples, units, memory.state);
    call.recurrent_drop = memory.state;
  }
}

struct StateStore {
  std::mutex mutex;
  std::vector<float> values;
  Index samples = -1;

  void reset() {
    const std::lock_guard lock(mutex);
    samples = -1;
  }
  /// The states of so many samples, zeros at first. Errors: ShapeError for another number than before.
  float* open(const Layer& layer, Index n, Index units) {
    if (samples < 0) {
      values.assign(static_cast<std::size_t>(n * units), 0.f);
      samples = n;
    }
    if (samples != n)
      throw ShapeError(concat(layer.who(), ": the batch has ", n,
                              " samples, but the layer is stateful and keeps "
                              "the states of ",
                              samples,
                              ". Give batches of that size, or call reset_states() "
                              "first."));
    return values.data();
  }
};

/// Runs a forward call from the states at `kept` and puts the new ones there; returns where the next are.
/// Without kept states it just runs.
template <class T, class Run>
T* with_kept_states(kernels::RecurrentForward<T>& f, T* kept, Index size, bool cell, const Run& run) {
  if (kept == nullptr) {
    run();
    return nullptr;
  }
  T* const c = kept + size;
  T *const asked_h = f.h, *const asked_c = f.c;
  if (!f.h0) f.h0 = kept, f.c0 = cell ? c : nullptr;
  f.h = kept, f.c = cell ? c : nullptr;
  run();
  if (asked_h) std::copy(kept, kept + size, asked_h);
  if (asked_c && cell) std::copy(c, c + size, asked_c);
  return cell ? c + size : c;
}

}  // namespace cornu::detail
