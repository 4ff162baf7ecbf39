#include "cornu/layers/bidirectional.hpp"

#include <algorithm>

#include "cornu/kernels/direction.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/recurrent.hpp"
#include "cornu/layers/simple_rnn.hpp"
#include "kernels/rnn_memory.hpp"

namespace cornu {

namespace {
using detail::InnerLayer;
using detail::RecurrentOptions;

const RecurrentOptions& recurrent(const Layer& outer, const Layer& inner) {
  const auto* options = dynamic_cast<const RecurrentOptions*>(&inner);
  if (options == nullptr)
    throw ValueError(
        detail::concat(outer.who(), ": its layer is a ", inner.type(),
                       ", which is not recurrent. Give LSTM, GRU, SimpleRNN, RNN or ConvLSTM2D."));
  return *options;
}

kernels::Pairing pairing(MergeMode mode) {
  switch (mode) {
    case MergeMode::sum:
      return kernels::Pairing::sum;
    case MergeMode::ave:
      return kernels::Pairing::ave;
    case MergeMode::mul:
      return kernels::Pairing::mul;
    default:
      return kernels::Pairing::concat;
  }
}
}  // namespace

Bidirectional Bidirectional::blank() { return {.layer = SimpleRNN{.units = 1}}; }

BidirectionalLayer::BidirectionalLayer(Bidirectional spec) : LayerOf(std::move(spec)) {
  const RecurrentOptions& first = recurrent(*this, spec_.layer.layer());
  detail::SequenceOptions options = first.sequence();
  const bool given = spec_.backward_layer.has_value();
  const RecurrentOptions& second = given ? recurrent(*this, spec_.backward_layer->layer()) : first;
  detail::SequenceOptions back = second.sequence();
  if (!given) back.go_backwards = true;
  const auto differ = [&](const char* field, bool a, bool b) {
    if (a != b)
      throw ValueError(detail::concat(who(), ": ", field, " is ", a ? "true" : "false", " in its layer and ",
                                      b ? "true" : "false", " in its backward_layer. Give both the same."));
  };
  differ("return_sequences", options.return_sequences, back.return_sequences);
  differ("return_state", options.return_state, back.return_state);
  differ("stateful", options.stateful, back.stateful);
  if (options.go_backwards == back.go_backwards)
    throw ValueError(detail::concat(who(), ": go_backwards is ", options.go_backwards ? "true" : "false",
                                    " in both layers; they must go opposite ways. Set it in the "
                                    "backward_layer alone."));
  options.zero_output_for_mask = back.zero_output_for_mask = options.return_sequences;
  forward_ = InnerLayer(first.copy(options));
  backward_ = InnerLayer(second.copy(back));
  detail::check_inner(*this, forward_.layer());
  detail::check_inner(*this, backward_.layer());
  forward_options_ = &recurrent(*this, forward_.layer());
  backward_options_ = &recurrent(*this, backward_.layer());
  states_ = static_cast<std::size_t>(first.state_count());
  if (states_ != static_cast<std::size_t>(second.state_count()) || 2 * states_ + 2 > InnerLayer::kMost)
    throw ValueError(detail::concat(who(), ": its layers have ", Index(states_), " and ",
                                    second.state_count(), " states; they must have the same number, at most ",
                                    Index(InnerLayer::kMost / 2 - 1), "."));
  sequences_ = options.return_sequences;
  return_state_ = options.return_state;
}

// Called for every batch, so the list is kept: nothing may allocate then.
const Shapes& BidirectionalLayer::direction_inputs(const Shapes& inputs, bool backward) const {
  thread_local Shapes kept[2];
  Shapes& own = kept[backward ? 1 : 0];
  own.assign(1, inputs[0]);
  if (inputs.size() > 1)
    own.insert(own.end(), inputs.begin() + 1 + Index(backward ? states_ : 0),
               inputs.begin() + 1 + Index(backward ? 2 * states_ : states_));
  return own;
}

Shapes BidirectionalLayer::output_shapes(const Shapes& inputs) const {
  if (inputs.size() != 1 && inputs.size() != 1 + 2 * states_)
    throw ShapeError(detail::concat(who(), ": ", inputs.size(),
                                    " inputs were given; Bidirectional takes 1, or ", 1 + 2 * states_,
                                    " with the initial states of both directions."));
  const Shapes a = forward_.layer().output_shapes(direction_inputs(inputs, false)),
               b = backward_.layer().output_shapes(direction_inputs(inputs, true));
  if (a[0] != b[0] && spec_.merge_mode != MergeMode::none)
    throw ShapeError(detail::concat(who(), ": the forward layer gives ", a[0].batch_text(),
                                    ", the backward layer ", b[0].batch_text(),
                                    "; merging takes equal shapes. Give both the same units."));
  Shapes outputs{a[0]};
  if (spec_.merge_mode == MergeMode::none) outputs.push_back(b[0]);
  if (spec_.merge_mode == MergeMode::concat) outputs[0] = a[0].with_back(2 * a[0].back());
  outputs.insert(outputs.end(), a.begin() + 1, a.end());
  outputs.insert(outputs.end(), b.begin() + 1, b.end());
  return outputs;
}

void BidirectionalLayer::build(const Shapes& inputs) {
  forward_.build(direction_inputs(inputs, false), weights(), "forward_");
  backward_.build(direction_inputs(inputs, true), weights(), "backward_");
}

void BidirectionalLayer::finish_weights(std::span<Weight> all) const {
  for (const InnerLayer* inner : {&forward_, &backward_})
    inner->layer().finish_weights(all.subspan(inner->first(), inner->count()));
}

void BidirectionalLayer::reset_states() {
  for (const InnerLayer* inner : {&forward_, &backward_}) inner->layer().reset_states();
}

Slicing BidirectionalLayer::slicing(const Shapes& inputs, bool training) const {
  return forward_.layer().slicing(direction_inputs(inputs, false), training);
}

MaskFlow BidirectionalLayer::mask_flow(std::size_t output) const {
  const bool sequence = output == 0 || (output == 1 && spec_.merge_mode == MergeMode::none);
  return sequence && sequences_ ? MaskFlow::pass : MaskFlow::drop;
}

/// saved: what both layers keep, then, for mul, both outputs.
/// scratch: of the larger inner call, three arrays as large as an output, one as large as the input.
template <class T>
struct BidirectionalLayer::Memory {
  std::span<std::byte> forward_saved, backward_saved;
  std::span<T> scratch;
  T *forward, *backward;            ///< outputs
  T *first, *second, *turned, *dx;  ///< scratch: gradients of the outputs, a sequence to turn round
};

Index BidirectionalLayer::output_values(const Shapes& inputs, Index samples) const {
  return samples * std::max(forward_options_->output_of(inputs[0]).count(),
                            backward_options_->output_of(inputs[0]).count());
}

namespace {
Index aligned(Index bytes) { return (bytes + 63) / 64 * 64; }
}  // namespace

Index BidirectionalLayer::saved_bytes(const Shapes& inputs, Index samples, Index value_size) const {
  const Index outputs = spec_.merge_mode == MergeMode::mul ? 2 * output_values(inputs, samples) : 0;
  return aligned(forward_.layer().saved_bytes(direction_inputs(inputs, false), samples, value_size)) +
         aligned(backward_.layer().saved_bytes(direction_inputs(inputs, true), samples, value_size)) +
         outputs * value_size;
}

Index BidirectionalLayer::scratch_values(const Shapes& inputs, Index samples) const {
  return memory<float>({}, {}, inputs, samples).second;
}

template <class T>
std::pair<BidirectionalLayer::Memory<T>, Index> BidirectionalLayer::memory(std::span<std::byte> saved,
                                                                           std::span<T> scratch,
                                                                           const Shapes& inputs,
                                                                           Index samples) const {
  const Shapes &a = direction_inputs(inputs, false), &b = direction_inputs(inputs, true);
  const Index inner =
      std::max(forward_.layer().scratch_values(a, samples), backward_.layer().scratch_values(b, samples));
  const Index output = output_values(inputs, samples);
  kernels::Carver<T> carver(scratch.data());
  Memory<T> m{};
  T* const for_inner = carver.take(inner);
  if (for_inner) m.scratch = {for_inner, static_cast<std::size_t>(inner)};
  m.first = carver.take(output), m.second = carver.take(output), m.turned = carver.take(output);
  m.dx = carver.take(samples * inputs[0].count());
  m.forward = m.first, m.backward = m.second;
  if (saved.empty()) return {m, carver.count()};
  const auto own = [&](const InnerLayer& layer, const Shapes& shapes) {
    return static_cast<std::size_t>(aligned(layer.layer().saved_bytes(shapes, samples, sizeof(T))));
  };
  const std::size_t first = own(forward_, a), second = own(backward_, b);
  m.forward_saved = saved.first(first), m.backward_saved = saved.subspan(first, second);
  if (spec_.merge_mode == MergeMode::mul) {
    m.forward = reinterpret_cast<T*>(saved.data() + first + second);
    m.backward = m.forward + output;
  }
  return {m, carver.count()};
}

namespace {
template <class T>
const Shapes& sample_shapes(std::span<const View<T>> views) {
  thread_local Shapes shapes;
  shapes.clear();
  for (const View<T>& v : views) shapes.push_back(v.shape.without_front());
  return shapes;
}
template <class T>
using Views = std::array<View<T>, InnerLayer::kMost>;
}  // namespace

template <class T>
void BidirectionalLayer::compute(const ForwardCall<T>& c) const {
  const Shapes& inputs = sample_shapes(c.x);
  const Index n = c.samples();
  const Memory<T> m = memory(c.saved, c.scratch, inputs, n).first;
  const bool apart = spec_.merge_mode == MergeMode::none;
  const std::size_t outputs = apart ? 2 : 1;
  const Shape shapes[] = {forward_options_->output_of(inputs[0]).with_front(n),
                          backward_options_->output_of(inputs[0]).with_front(n)};
  const View<T> forward = apart ? c.y[0] : View<T>(m.forward, shapes[0]),
                backward = apart ? c.y[1] : View<T>(m.backward, shapes[1]);
  for (const bool back : {false, true}) {
    const InnerLayer& inner = back ? backward_ : forward_;
    auto call = inner.call<ForwardCall<T>>(c, back ? 1 : 0);
    Views<const T> x;
    Views<T> y;
    const std::size_t skip = back ? states_ : 0, given = c.x.size() > 1 ? states_ : 0;
    x[0] = c.x[0];
    for (std::size_t i = 0; i < given; ++i) x[1 + i] = c.x[1 + skip + i];
    y[0] = !back ? forward : sequences_ ? View<T>(m.turned, shapes[1]) : backward;
    for (std::size_t i = 0; i < states_ && return_state_; ++i) y[1 + i] = c.y[outputs + skip + i];
    call.x = std::span(x).first(1 + given);
    call.masks = c.masks.empty() ? c.masks : c.masks.first(1);
    call.y = std::span(y).first(1 + (return_state_ ? states_ : 0));
    call.saved = back ? m.backward_saved : m.forward_saved;
    call.scratch = m.scratch;
    inner.layer().forward(call);
  }
  if (sequences_) kernels::reverse_steps<T>(View<const T>(m.turned, shapes[1]), backward);
  if (!apart) kernels::join<T>(pairing(spec_.merge_mode), forward, backward, c.y[0]);
}

template <class T>
void BidirectionalLayer::gradient(const BackwardCall<T>& c) const {
  const Shapes& inputs = sample_shapes(c.x);
  const Index n = c.samples();
  const Memory<T> m = memory(c.saved, c.scratch, inputs, n).first;
  const bool apart = spec_.merge_mode == MergeMode::none;
  const std::size_t outputs = apart ? 2 : 1;
  const Shape shapes[] = {forward_options_->output_of(inputs[0]).with_front(n),
                          backward_options_->output_of(inputs[0]).with_front(n)};
  const View<T> first = apart ? c.dy[0] : View<T>(m.first, shapes[0]),
                second = apart ? c.dy[1] : View<T>(m.second, shapes[1]);
  if (!apart)
    kernels::join_grad<T>(pairing(spec_.merge_mode), View<const T>(m.forward, shapes[0]),
                          View<const T>(m.backward, shapes[1]), c.dy[0], first, second);
  if (sequences_) kernels::reverse_steps<T>(second, View<T>(m.turned, shapes[1]));
  const View<T> dx_back(c.dx[0] ? m.dx : nullptr, c.dx[0].shape);
  for (const bool back : {false, true}) {
    const InnerLayer& inner = back ? backward_ : forward_;
    auto call = inner.call<BackwardCall<T>>(c, back ? 1 : 0);
    Views<const T> x, y;
    Views<T> dx, dy;
    const std::size_t skip = back ? states_ : 0, given = c.x.size() > 1 ? states_ : 0;
    x[0] = c.x[0];
    dx[0] = back ? dx_back : c.dx[0];
    for (std::size_t i = 0; i < given; ++i) x[1 + i] = c.x[1 + skip + i], dx[1 + i] = c.dx[1 + skip + i];
    dy[0] = !back ? first : sequences_ ? View<T>(m.turned, shapes[1]) : second;
    for (std::size_t i = 0; i < states_ && return_state_; ++i) dy[1 + i] = c.dy[outputs + skip + i];
    const std::size_t made = 1 + (return_state_ ? states_ : 0);
    for (std::size_t i = 0; i < made; ++i) y[i] = {nullptr, dy[i].shape};
    call.x = std::span(x).first(1 + given);
    call.masks = c.masks.empty() ? c.masks : c.masks.first(1);
    call.y = std::span(y).first(made);
    call.dy = std::span(dy).first(made);
    call.dx = std::span(dx).first(1 + given);
    call.saved = back ? m.backward_saved : m.forward_saved;
    call.scratch = m.scratch;
    inner.layer().backward(call);
  }
  if (dx_back) kernels::add_to<T>(dx_back, c.dx[0]);
}

template void BidirectionalLayer::compute(const ForwardCall<float>&) const;
template void BidirectionalLayer::compute(const ForwardCall<double>&) const;
template void BidirectionalLayer::gradient(const BackwardCall<float>&) const;
template void BidirectionalLayer::gradient(const BackwardCall<double>&) const;

}  // namespace cornu
