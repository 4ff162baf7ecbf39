#include "cornu/layers/recurrent.hpp"

#include <algorithm>

#include "cornu/layers/random_layer.hpp"
#include "kernels/rnn_memory.hpp"
#include "layers/recurrent_parts.hpp"

namespace cornu::detail {

Recurrent::Recurrent(const Layer& layer, std::vector<CellOptions> cells, const SequenceOptions& options)
    : cells_(std::move(cells)), options_(options) {
  if (options.stateful) store_ = std::make_shared<StateStore>();
  for (const CellOptions& cell : cells_) {
    if (cell.units < 1)
      throw ValueError(concat(layer.who(), ": units is ", cell.units, "; it must be at least 1."));
    check_rate(layer, cell.dropout, RateOne::allowed);
    check_rate(layer, cell.recurrent_dropout, RateOne::allowed);
  }
}

Index Recurrent::states() const {
  Index count = 0;
  for (const CellOptions& cell : cells_) count += cell.states();
  return count;
}

Shapes Recurrent::output_shapes(const Layer& layer, const Shapes& inputs) const {
  const auto count = static_cast<std::size_t>(states());
  if (inputs.size() != 1 && inputs.size() != 1 + count)
    throw ShapeError(concat(layer.who(), ": ", inputs.size(), " inputs were given; ", layer.type(),
                            " takes 1, or ", 1 + count,
                            " with its initial states. Give all of them or none."));
  const Shape& x = inputs[0];
  if (x.rank() != 2)
    throw ShapeError(concat(layer.who(), ": input has ", x.rank() + 1, " axes ", x.batch_text(), "; ",
                            layer.type(),
                            " takes 3: (batch, steps, features). Reshape the data, or put a Reshape or "
                            "return_sequences = true before it."));
  Shapes outputs{options_.return_sequences ? Shape{x[0], cells_.back().units} : Shape{cells_.back().units}};
  Shapes states;
  for (const CellOptions& cell : cells_)
    states.insert(states.end(), static_cast<std::size_t>(cell.states()), Shape{cell.units});
  for (std::size_t i = 1; i < inputs.size(); ++i)
    if (inputs[i] != states[i - 1])
      throw ShapeError(concat(layer.who(), ": initial state ", i - 1, " is ", inputs[i].batch_text(),
                              "; it must be ", states[i - 1].batch_text(), ", one number a unit."));
  if (options_.return_state) outputs.insert(outputs.end(), states.begin(), states.end());
  return outputs;
}

void Recurrent::set_forget_bias(std::span<Weight> weights) const {
  std::size_t at = 0;
  for (const CellOptions& cell : cells_) {
    at += cell.weights();
    if (!cell.use_bias || !cell.unit_forget_bias) continue;
    float* const bias = weights[at - 1].value.data();
    std::fill(bias + cell.units, bias + 2 * cell.units, 1.f);
  }
}

kernels::RecurrentRun Recurrent::run_of(std::size_t k, const Shape& x, Index samples) const {
  const bool last = k + 1 == cells_.size();
  return {
      .samples = samples,
      .steps = x[0],
      .go_backwards = options_.go_backwards && k == 0,  // later cells read what the first has turned round
      .return_sequences = options_.return_sequences || !last,
      .zero_output_for_mask = options_.zero_output_for_mask && last,
      .reversed_mask = options_.go_backwards && k > 0};
}

kernels::RecurrentCell Recurrent::kernel_cell(std::size_t k, const Shape& x) const {
  const CellOptions& cell = cells_[k];
  return {cell.kind,       k == 0 ? x[1] : cells_[k - 1].units, cell.units,
          cell.activation, cell.recurrent_activation,           cell.reset_after};
}

/// Memory of one cell of a call. The saved pieces are null in inference.
template <class T>
struct Recurrent::Memory {
  T* saved = nullptr;              ///< what the kernel keeps
  T *x_sequence, *y_sequence;      ///< of cells in between: what they read and write
  T *x_gradient, *y_gradient;      ///< the same backward
  T *dropped, *drop, *state_drop;  ///< x with dropout; masks of x and of the state
  T* kernel;
};

namespace {
struct Most {
  Index units = 0, features = 0, inner = 0, kernel = 0;
};
}  // namespace

Index Recurrent::saved_values(const Shapes& inputs, Index samples) const {
  Index count = 0;
  for (std::size_t k = 0; k < cells_.size(); ++k) {
    count += kernels::recurrent_saved(kernel_cell(k, inputs[0]), run_of(k, inputs[0], samples));
    if (k + 1 < cells_.size()) count += samples * inputs[0][0] * cells_[k].units;
  }
  return count;
}

/// Cuts saved and scratch memory up for cell k; null memory counts the scratch.
template <class T>
std::pair<Recurrent::Memory<T>, Index> Recurrent::memory(std::size_t k, const Shape& x, Index samples,
                                                         T* saved, T* scratch) const {
  Most most;
  Memory<T> m{};
  bool drops = false, state_drops = false;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const kernels::RecurrentCell cell = kernel_cell(i, x);
    const kernels::RecurrentRun run = run_of(i, x, samples);
    most.units = std::max(most.units, cell.units);
    most.features = std::max(most.features, cell.features);
    most.kernel = std::max(most.kernel, kernels::recurrent_scratch(cell, run));
    if (i + 1 < cells_.size()) most.inner = std::max(most.inner, samples * x[0] * cell.units);
    drops = drops || cells_[i].dropout > 0;
    state_drops = state_drops || cells_[i].recurrent_dropout > 0;
    if (saved == nullptr) continue;
    if (i == k) m.saved = saved;
    saved += kernels::recurrent_saved(cell, run);
    if (i + 1 == cells_.size()) continue;
    if (i + 1 == k) m.x_sequence = saved;
    if (i == k) m.y_sequence = saved;
    saved += samples * x[0] * cell.units;
  }
  kernels::Carver<T> carver(scratch);
  m.kernel = carver.take(most.kernel);
  T* const even = carver.take(most.inner);
  T* const odd = carver.take(most.inner);
  m.x_gradient = k % 2 == 0 ? odd : even;
  m.y_gradient = k % 2 == 0 ? even : odd;
  if (saved == nullptr) m.x_sequence = m.x_gradient, m.y_sequence = m.y_gradient;
  m.dropped = carver.take(drops ? samples * x[0] * most.features : 0);
  m.drop = carver.take(drops ? samples * most.features : 0);
  m.state_drop = carver.take(state_drops ? samples * most.units : 0);
  return {m, carver.count()};
}

Index Recurrent::scratch_values(const Shapes& inputs, Index samples) const {
  return memory<float>(0, inputs[0], samples, nullptr, nullptr).second;
}

void Recurrent::reset_states() {
  if (store_) store_->reset();
}

template <class T>
void Recurrent::compute(const Layer& layer, const ForwardCall<T>& c) const {
  if constexpr (std::is_same_v<T, float>)
    if (store_) {
      Index units = 0;
      for (const CellOptions& cell : cells_) units += cell.states() * cell.units;
      const std::lock_guard lock(store_->mutex);
      return run(c, store_->open(layer, c.samples(), units));
    }
  run<T>(c, nullptr);
}

/// kept: the states of a stateful layer, one whole state after the other, read and written.
template <class T>
void Recurrent::run(const ForwardCall<T>& c, T* kept) const {
  const Shape x_shape = c.x[0].shape.without_front();
  const Index samples = c.samples();
  const bool given = c.x.size() > 1;
  std::size_t weight = 0, state = 1;
  for (std::size_t k = 0; k < cells_.size(); ++k) {
    const CellOptions& options = cells_[k];
    const kernels::RecurrentCell cell = kernel_cell(k, x_shape);
    const kernels::RecurrentRun run = run_of(k, x_shape, samples);
    const auto m = memory<T>(k, x_shape, samples, c.template saved_as<T>(), c.scratch.data()).first;
    kernels::RecurrentForward<T> f{.weights = {c.weights[weight].data, c.weights[weight + 1].data,
                                               options.use_bias ? c.weights[weight + 2].data : nullptr},
                                   .x = k == 0 ? c.x[0].data : m.x_sequence,
                                   .mask = c.mask(0),
                                   .y = k + 1 == cells_.size() ? c.y[0].data : m.y_sequence,
                                   .saved = m.saved,
                                   .scratch = m.kernel};
    draw_drops<T>(c, options, k, run, cell.features, cell.units, {m.drop, m.state_drop, m.dropped}, f);
    const bool lstm = options.states() == 2;
    if (given) f.h0 = c.x[state].data, f.c0 = lstm ? c.x[state + 1].data : nullptr;
    if (options_.return_state) f.h = c.y[state].data, f.c = lstm ? c.y[state + 1].data : nullptr;
    kept = with_kept_states(f, kept, samples * cell.units, lstm,
                            [&] { kernels::recurrent_forward(cell, run, f); });
    weight += options.weights();
    state += static_cast<std::size_t>(options.states());
  }
}

template <class T>
void Recurrent::gradient(const BackwardCall<T>& c) const {
  const Shape x_shape = c.x[0].shape.without_front();
  const Index samples = c.samples(), steps = x_shape[0];
  const bool given = c.x.size() > 1;
  std::size_t weight = c.weights.size(), state = 1 + static_cast<std::size_t>(states());
  for (std::size_t k = cells_.size(); k-- > 0;) {
    const CellOptions& options = cells_[k];
    weight -= options.weights();
    state -= static_cast<std::size_t>(options.states());
    const kernels::RecurrentCell cell = kernel_cell(k, x_shape);
    const kernels::RecurrentRun run = run_of(k, x_shape, samples);
    const auto m = memory<T>(k, x_shape, samples, c.template saved_as<T>(), c.scratch.data()).first;
    kernels::RecurrentBackward<T> b{.weights = {c.weights[weight].data, c.weights[weight + 1].data,
                                                options.use_bias ? c.weights[weight + 2].data : nullptr},
                                    .x = k == 0 ? c.x[0].data : m.x_sequence,
                                    .mask = c.mask(0),
                                    .dy = k + 1 == cells_.size() ? c.dy[0].data : m.y_gradient,
                                    .dx = k == 0 ? c.dx[0].data : m.x_gradient,
                                    .dkernel = c.dweights[weight].data,
                                    .drecurrent_kernel = c.dweights[weight + 1].data,
                                    .dbias = options.use_bias ? c.dweights[weight + 2].data : nullptr,
                                    .saved = m.saved,
                                    .scratch = m.kernel};
    draw_drops<T>(c, options, k, run, cell.features, cell.units, {m.drop, m.state_drop, m.dropped}, b);
    const bool lstm = options.states() == 2;
    if (given) b.dh0 = c.dx[state].data, b.dc0 = lstm ? c.dx[state + 1].data : nullptr;
    if (options_.return_state) b.dh = c.dy[state].data, b.dc = lstm ? c.dy[state + 1].data : nullptr;
    kernels::recurrent_backward(cell, run, b);
    if (drops(options.dropout, c.training) && b.dx)
      times_mask<T>(b.dx, m.drop, b.dx, samples, steps, cell.features);
  }
}

template void Recurrent::compute(const Layer&, const ForwardCall<float>&) const;
template void Recurrent::compute(const Layer&, const ForwardCall<double>&) const;
template void Recurrent::gradient(const BackwardCall<float>&) const;
template void Recurrent::gradient(const BackwardCall<double>&) const;

}  // namespace cornu::detail
