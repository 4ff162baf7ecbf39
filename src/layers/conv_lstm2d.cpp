#include "cornu/layers/conv_lstm2d.hpp"

#include "kernels/rnn_memory.hpp"
#include "layers/recurrent_parts.hpp"

namespace cornu {

ConvLSTM2DLayer::ConvLSTM2DLayer(ConvLSTM2D spec) : LayerOf(std::move(spec)) {
  detail::check_at_least_1(*this, "filters", spec_.filters);
  window().check(*this);
  detail::check_not_causal(*this, spec_.padding);
  detail::check_rate(*this, spec_.dropout, detail::RateOne::allowed);
  detail::check_rate(*this, spec_.recurrent_dropout, detail::RateOne::allowed);
  if (spec_.stateful) store_ = std::make_shared<detail::StateStore>();
}

detail::ConvWindow ConvLSTM2DLayer::window() const {
  return {spec_.kernel_size, spec_.strides, spec_.dilation_rate, spec_.padding};
}

Shape ConvLSTM2DLayer::state_of(const Shape& x) const {
  return window().output_shape(*this, x.without_front(), spec_.filters);
}

Shape ConvLSTM2DLayer::output_of(const Shape& x) const {
  return spec_.return_sequences ? state_of(x).with_front(x[0]) : state_of(x);
}

Shapes ConvLSTM2DLayer::output_shapes(const Shapes& inputs) const {
  if (inputs.size() != 1 && inputs.size() != 3)
    throw ShapeError(detail::concat(who(), ": ", inputs.size(),
                                    " inputs were given; ConvLSTM2D takes 1, or 3 "
                                    "with its initial states. Give both of them or none."));
  check_rank(inputs[0], 4, "(batch, steps, height, width, channels)");
  const Shape state = state_of(inputs[0]);
  for (std::size_t i = 1; i < inputs.size(); ++i)
    if (inputs[i] != state)
      throw ShapeError(detail::concat(who(), ": initial state ", i - 1, " is ", inputs[i].batch_text(),
                                      "; it must be ", state.batch_text(), ", as a step of the output."));
  Shapes outputs{output_of(inputs[0])};
  if (spec_.return_state) outputs.insert(outputs.end(), 2, state);
  return outputs;
}

void ConvLSTM2DLayer::build(const Shapes& inputs) {
  add_weight("kernel", window().kernel_shape(inputs[0].back(), 4 * spec_.filters), spec_.kernel_initializer,
             spec_.kernel_regularizer, spec_.kernel_constraint);
  add_weight("recurrent_kernel", window().kernel_shape(spec_.filters, 4 * spec_.filters),
             spec_.recurrent_initializer, spec_.recurrent_regularizer, spec_.recurrent_constraint);
  if (spec_.use_bias)
    add_weight("bias", {4 * spec_.filters}, spec_.bias_initializer, spec_.bias_regularizer,
               spec_.bias_constraint);
}

void ConvLSTM2DLayer::finish_weights(std::span<Weight> all) const {
  if (!spec_.use_bias || !spec_.unit_forget_bias) return;
  float* const bias = all[2].value.data();
  std::fill(bias + spec_.filters, bias + 2 * spec_.filters, 1.f);
}

void ConvLSTM2DLayer::reset_states() {
  if (store_) store_->reset();
}

std::shared_ptr<Layer> ConvLSTM2DLayer::copy(const detail::SequenceOptions& options) const {
  ConvLSTM2D spec = spec_;
  detail::set_sequence_options(spec, options);
  return std::make_shared<ConvLSTM2DLayer>(std::move(spec));
}

struct ConvLSTM2DLayer::Plan {
  kernels::RecurrentConv conv;
  kernels::RecurrentCell cell;
  kernels::RecurrentRun run;
};
template <class T>
struct ConvLSTM2DLayer::Memory {
  T *kernel, *dropped, *drop, *state_drop;
  Index count;
};

/// cell.conv is set by the caller: the plan moves.
ConvLSTM2DLayer::Plan ConvLSTM2DLayer::plan(const Shape& x, Index samples) const {
  const Shape state = state_of(x), gates = state.with_back(4 * spec_.filters).with_front(samples);
  const detail::ConvWindow same(spec_.kernel_size, Size2(1), Size2(1), Padding::same);
  return {.conv = {window().geometry(x.without_front().with_front(samples), gates),
                   same.geometry(state.with_front(samples), gates)},
          .cell = {.kind = kernels::CellKind::lstm,
                   .features = x.back(),
                   .units = spec_.filters,
                   .activation = spec_.activation,
                   .recurrent_activation = spec_.recurrent_activation},
          .run = {.samples = samples,
                  .steps = x[0],
                  .go_backwards = spec_.go_backwards,
                  .return_sequences = spec_.return_sequences,
                  .zero_output_for_mask = spec_.zero_output_for_mask}};
}

template <class T>
ConvLSTM2DLayer::Memory<T> ConvLSTM2DLayer::memory(const Plan& p, T* scratch) const {
  kernels::Carver<T> carver(scratch);
  Memory<T> m;
  const Index x = p.run.samples * p.cell.inputs();
  m.kernel = carver.take(kernels::recurrent_scratch(p.cell, p.run));
  m.dropped = carver.take(spec_.dropout > 0 ? x * p.run.steps : 0);
  m.drop = carver.take(spec_.dropout > 0 ? x : 0);
  m.state_drop = carver.take(spec_.recurrent_dropout > 0 ? p.run.samples * p.cell.state() : 0);
  m.count = carver.count();
  return m;
}

Index ConvLSTM2DLayer::saved_bytes(const Shapes& inputs, Index samples, Index value_size) const {
  Plan p = plan(inputs[0], samples);
  p.cell.conv = &p.conv;
  return kernels::recurrent_saved(p.cell, p.run) * value_size;
}
Index ConvLSTM2DLayer::scratch_values(const Shapes& inputs, Index samples) const {
  Plan p = plan(inputs[0], samples);
  p.cell.conv = &p.conv;
  return memory<float>(p, nullptr).count;
}

template <class T>
void ConvLSTM2DLayer::compute(const ForwardCall<T>& c) const {
  if constexpr (std::is_same_v<T, float>)
    if (store_) {
      const std::lock_guard lock(store_->mutex);
      return run(c, store_->open(*this, c.samples(), 2 * state_of(c.x[0].shape.without_front()).count()));
    }
  run<T>(c, nullptr);
}

template <class T>
void ConvLSTM2DLayer::run(const ForwardCall<T>& c, T* kept) const {
  Plan p = plan(c.x[0].shape.without_front(), c.samples());
  p.cell.conv = &p.conv;
  const Memory<T> m = memory(p, c.scratch.data());
  const bool given = c.x.size() > 1;
  const Index n = p.run.samples, state = p.cell.state();
  kernels::RecurrentForward<T> f{
      .weights = {c.weights[0].data, c.weights[1].data, spec_.use_bias ? c.weights[2].data : nullptr},
      .x = c.x[0].data,
      .mask = c.mask(0),
      .y = c.y[0].data,
      .saved = c.template saved_as<T>(),
      .scratch = m.kernel};
  detail::draw_drops<T>(c, spec_, 0, p.run, p.cell.inputs(), state, {m.drop, m.state_drop, m.dropped}, f);
  if (given) f.h0 = c.x[1].data, f.c0 = c.x[2].data;
  if (spec_.return_state) f.h = c.y[1].data, f.c = c.y[2].data;
  detail::with_kept_states(f, kept, n * state, true, [&] { kernels::recurrent_forward(p.cell, p.run, f); });
}

template <class T>
void ConvLSTM2DLayer::gradient(const BackwardCall<T>& c) const {
  Plan p = plan(c.x[0].shape.without_front(), c.samples());
  p.cell.conv = &p.conv;
  const Memory<T> m = memory(p, c.scratch.data());
  const bool given = c.x.size() > 1;
  const Index n = p.run.samples, inputs = p.cell.inputs();
  kernels::RecurrentBackward<T> b{
      .weights = {c.weights[0].data, c.weights[1].data, spec_.use_bias ? c.weights[2].data : nullptr},
      .x = c.x[0].data,
      .mask = c.mask(0),
      .dy = c.dy[0].data,
      .dx = c.dx[0].data,
      .dkernel = c.dweights[0].data,
      .drecurrent_kernel = c.dweights[1].data,
      .dbias = spec_.use_bias ? c.dweights[2].data : nullptr,
      .saved = c.template saved_as<T>(),
      .scratch = m.kernel};
  detail::draw_drops<T>(c, spec_, 0, p.run, inputs, p.cell.state(), {m.drop, m.state_drop, m.dropped}, b);
  if (given) b.dh0 = c.dx[1].data, b.dc0 = c.dx[2].data;
  if (spec_.return_state) b.dh = c.dy[1].data, b.dc = c.dy[2].data;
  kernels::recurrent_backward(p.cell, p.run, b);
  if (detail::drops(spec_.dropout, c.training) && b.dx)
    detail::times_mask<T>(b.dx, m.drop, b.dx, n, p.run.steps, inputs);
}

template void ConvLSTM2DLayer::compute(const ForwardCall<float>&) const;
template void ConvLSTM2DLayer::compute(const ForwardCall<double>&) const;
template void ConvLSTM2DLayer::gradient(const BackwardCall<float>&) const;
template void ConvLSTM2DLayer::gradient(const BackwardCall<double>&) const;

}  // namespace cornu
