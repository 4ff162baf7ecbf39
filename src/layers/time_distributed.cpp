#include "cornu/layers/time_distributed.hpp"

#include "cornu/layers/activation.hpp"

namespace cornu {

namespace {
/// (steps, ...) without steps, as the inner layer sees one of its samples. Asked for every batch, so the list
/// is kept: nothing may allocate then.
const Shapes& inner_inputs(const Shapes& inputs) {
  thread_local Shapes kept;
  kept.assign(1, inputs[0].without_front());
  return kept;
}

template <class V>
V merged(const V& view) {  // (n, steps, ...) as (n * steps, ...)
  const Index n = view.shape[0], steps = view.shape[1];
  return view.reshaped(view.shape.without_front().without_front().with_front(n * steps));
}
}  // namespace

TimeDistributed TimeDistributed::blank() { return {.layer = Activation{.activation = linear}}; }

TimeDistributedLayer::TimeDistributedLayer(TimeDistributed spec)
    : LayerOf(std::move(spec)), inner_(spec_.layer.pointer()) {
  detail::check_inner(*this, inner_.layer());
}

Shape TimeDistributedLayer::output_shape(const Shape& input) const {
  if (input.rank() < 1)
    throw ShapeError(who() +
                     ": the input is (batch,); TimeDistributed takes (batch, steps, ...). Reshape it.");
  try {
    const Shapes outputs = inner_.layer().output_shapes({input.without_front()});
    if (outputs.size() != 1)
      throw ValueError(detail::concat(who(), ": its ", inner_.layer().type(), " has ", outputs.size(),
                                      " outputs; it must have one. Leave return_state out."));
    return outputs[0].with_front(input[0]);
  } catch (const ShapeError& error) {
    throw ShapeError(who() + ", for each step: " + error.what());
  }
}

void TimeDistributedLayer::build(const Shapes& inputs) { inner_.build(inner_inputs(inputs), weights(), ""); }

void TimeDistributedLayer::finish_weights(std::span<Weight> all) const { inner_.layer().finish_weights(all); }

Index TimeDistributedLayer::saved_bytes(const Shapes& inputs, Index samples, Index value_size) const {
  return inner_.layer().saved_bytes(inner_inputs(inputs), samples * inputs[0][0], value_size);
}
Index TimeDistributedLayer::scratch_values(const Shapes& inputs, Index samples) const {
  return inner_.layer().scratch_values(inner_inputs(inputs), samples * inputs[0][0]);
}
Slicing TimeDistributedLayer::slicing(const Shapes& inputs, bool training) const {
  return inner_.layer().slicing(inner_inputs(inputs), training);
}

template <class T>
void TimeDistributedLayer::compute(const ForwardCall<T>& c) const {
  const View<const T> x = merged(c.x[0]);
  const View<T> y = merged(c.y[0]);
  auto call = inner_.call<ForwardCall<T>>(c, 0);
  call.x = {&x, 1};
  call.y = {&y, 1};
  call.first_sample = c.first_sample * c.x[0].shape[1];
  call.saved = c.saved;
  call.scratch = c.scratch;
  inner_.layer().forward(call);
}

template <class T>
void TimeDistributedLayer::gradient(const BackwardCall<T>& c) const {
  const View<const T> x = merged(c.x[0]), y = merged(c.y[0]);
  const View<T> dy = merged(c.dy[0]), dx = merged(c.dx[0]);
  auto call = inner_.call<BackwardCall<T>>(c, 0);
  call.x = {&x, 1};
  call.y = {&y, 1};
  call.dy = {&dy, 1};
  call.dx = {&dx, 1};
  call.first_sample = c.first_sample * c.x[0].shape[1];
  call.saved = c.saved;
  call.scratch = c.scratch;
  inner_.layer().backward(call);
}

template void TimeDistributedLayer::compute(const ForwardCall<float>&) const;
template void TimeDistributedLayer::compute(const ForwardCall<double>&) const;
template void TimeDistributedLayer::gradient(const BackwardCall<float>&) const;
template void TimeDistributedLayer::gradient(const BackwardCall<double>&) const;

}  // namespace cornu
