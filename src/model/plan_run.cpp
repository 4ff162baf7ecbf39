#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/float_mode.hpp"
#include "core/parallel.hpp"
#include "cornu/kernels/activation.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "model/plan.hpp"

namespace cornu::detail {

namespace {
std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// Adds the time that it lives to times[node][pass], where there are times.
class Stopwatch {
 public:
  Stopwatch(std::vector<std::array<double, 2>>* times, std::size_t node, std::size_t pass)
      : sum_(times ? &(*times)[node][pass] : nullptr) {
    if (sum_) start_ = std::chrono::steady_clock::now();
  }
  ~Stopwatch() {
    if (sum_) *sum_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double* sum_;
  std::chrono::steady_clock::time_point start_;
};
}  // namespace

float* Plan::memory(int buffer, const Slice& slice) const {
  const Buffer& b = buffers_[at(buffer)];
  if (b.scope == Scope::external)  // only read: in_place never lets anybody write to the caller's data
    return const_cast<float*>(inputs_[at(b.input)].data) +
           slice.first * (b.sample_bytes / Index(sizeof(float)));
  const Index bytes = b.scope == Scope::slice ? batch_bytes_ + slice.slot * slot_bytes_ + b.offset
                                              : b.offset + slice.first * b.sample_bytes;
  return const_cast<float*>(arena_.data()) + bytes / Index(sizeof(float));
}

View<float> Plan::view(int buffer, const Shape& sample, const Slice& slice) const {
  return {memory(buffer, slice), sample.with_front(slice.count)};
}

Index Plan::sums_size(int weight) const {
  const Weight& w = *trainable_[at(weight)];
  return w.value.size() * (w.sparse ? 2 : 1);
}

/// The gradient of a weight, and after it the squares if it is sparse.
View<float> Plan::lane_sums(int weight, int lane) const {
  const int early = early_buffer_[at(weight)];
  float* data = lane >= 0    ? memory(lane_buffer_, Slice{}) + lane * lane_size_ + lane_offset_[at(weight)]
                : early >= 0 ? memory(early, Slice{})
                             : const_cast<float*>(gradients_.data()) + gradient_offset_[at(weight)];
  return {data, Shape{sums_size(weight)}};
}

View<float> Plan::lane_gradient(int weight, int lane) const {
  return {lane_sums(weight, lane).data, trainable_[at(weight)]->value.shape()};
}

View<float> Plan::lane_squares(int weight, int lane) const {
  const Weight& w = *trainable_[at(weight)];
  if (!w.sparse) return {};
  return {lane_sums(weight, lane).data + w.value.size(), w.value.shape()};
}

void Plan::check_weights() const {
  for (std::size_t l = 0; l < graph_.layers.size(); ++l)
    for (std::size_t k = 0; k < graph_.weight_shapes[l].size(); ++k) {
      const Weight& w = graph_.layers[l]->weights()[k];
      const Shape& built = graph_.weight_shapes[l][k];
      if (w.value.shape() != built)
        throw ShapeError(concat(graph_.layers[l]->who(), ": its ", w.name, " was replaced by one of shape ",
                                w.value.shape().text(), "; it must stay ", built.text(),
                                ". Put a tensor of that shape there."));
    }
}

void Plan::refresh_weights() {
  check_weights();
  for (std::size_t l = 0; l < graph_.layers.size(); ++l) {
    auto& weights = graph_.layers[l]->weights();
    for (std::size_t k = 0; k < weights.size(); ++k) weight_views_[l][k] = weights[k].value.view();
  }
}

// Exceptions may not leave a parallel region: each lane keeps its own, the first is thrown on.
template <class Body>
void Plan::run(const Segment& segment, const Body& body) {
  const Index samples = segment.sliced ? slice_samples(segment, n_) : n_;
  const Index slices = samples == 0 ? 1 : (n_ + samples - 1) / samples;
  if (slices <= 1) {
    body(Slice{.first = 0, .count = n_, .index = 0, .slot = 0, .lane = -1}, true);
    return;
  }
  const Index lanes = std::min(kLanes, slices);
  parallel_for_slots(lanes, [&](Index lane, int slot) {
    try {
      const Index begin = lane * slices / lanes, end = (lane + 1) * slices / lanes;
      for (Index i = begin; i < end; ++i) {
        const Index first = i * samples;
        body(Slice{first, std::min(samples, n_ - first), i, slot, int(lane)}, i == begin);
      }
    } catch (...) {
      failures_[std::size_t(lane)] = std::current_exception();
    }
  });
  std::exception_ptr first;
  for (std::exception_ptr& failure : failures_) {
    if (!first) first = failure;
    failure = nullptr;
  }
  if (first) std::rethrow_exception(first);
}

void Plan::forward(Index n, const RandomKey& random) {
  const DenormalsAreZero mode;
  if (slots_ < num_threads()) place();
  n_ = n;
  random_ = random;
  refresh_weights();
  for (Step& step : steps_) std::fill(step.penalty.begin(), step.penalty.end(), 0.0);
  for (const Segment& segment : segments_)
    run(segment, [&](const Slice& slice, bool) {
      for (int k = segment.first_node; k < segment.last_node; ++k) run_forward(at(k), slice);
    });
}

void Plan::fill_call(Call<float>& call, const Step& step, const Slice& slice, int scratch) {
  call.weights = weight_views_[step.layer_index];
  call.training = options_.training;
  call.trainable = step.trainable;
  call.logits = step.logits;
  call.random = random_.child(std::uint64_t(&step - steps_.data()));
  call.first_sample = slice.first;
  if (step.saved >= 0)
    call.saved = {reinterpret_cast<std::byte*>(memory(step.saved, slice)),
                  std::size_t(step.layer->saved_bytes(step.input_shapes, slice.count, sizeof(float)))};
  if (scratch >= 0)
    call.scratch = {memory(scratch, slice), std::size_t(buffers_[at(scratch)].fixed_bytes) / sizeof(float)};
}

void Plan::fill_masks(Call<float>& call, const ExecNode& node, const Slice& slice) {
  Workspace& w = workspaces_[std::size_t(slice.slot)];
  for (std::size_t i = 0; i < node.masks.size(); ++i) {
    const int v = node.masks[i];
    w.masks[i] = v < 0 ? View<const float>() : view(value_buffer_[at(v)], graph_.values[at(v)], slice);
  }
  call.masks = std::span(w.masks).first(node.masks.size());
}

void Plan::run_forward(std::size_t k, const Slice& slice, bool again) {
  const Stopwatch watch(times_, k, again ? 1 : 0);
  Step& step = steps_[k];
  const ExecNode& node = graph_.nodes[k];
  Workspace& w = workspaces_[std::size_t(slice.slot)];
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    w.x[i] = view(value_buffer_[at(node.inputs[i])], step.input_shapes[i], slice);
  for (std::size_t o = 0; o < node.outputs.size(); ++o)
    w.out[o] = view(again ? step.again : value_buffer_[at(node.outputs[o])],
                    graph_.values[at(node.outputs[o])], slice);
  ForwardCall<float> call;
  fill_call(call, step, slice, again ? step.scratch_backward : step.scratch);
  fill_masks(call, node, slice);
  call.x = std::span(w.x).first(node.inputs.size());
  call.y = std::span(w.out).first(node.outputs.size());
  step.layer->forward(call);
  if (step.relu) kernels::activation<float>(ActivationFn::relu, w.out[0], w.out[0]);
  if (!step.penalty.empty())
    for (std::size_t o = 0; o < node.outputs.size(); ++o)
      step.penalty[std::size_t(slice.index)] += step.layer->activity_regularizer().penalty(w.out[o]);
}

void Plan::begin_gradients(const EarlyGradients& early) {
  for (const int weight : early.begin) kernels::fill(lane_sums(weight, -1), 0.f);
}

void Plan::backward(const std::function<void(std::size_t)>& ready) {
  const auto give = [&](const EarlyGradients& early) {
    for (const int weight : early.ready) ready(at(weight));
  };
  gradients_.fill(0.f);
  for (std::size_t i = 0; i < output_gradient_.size(); ++i) {  // a value that is an output twice
    const int v = graph_.outputs[i], sum = gradient_buffer_[at(v)];
    if (output_gradient_[i] == sum) continue;
    kernels::add_to<float>(output_gradient(i), view(sum, graph_.values[at(v)], Slice{0, n_, 0, 0, -1}));
  }
  for (std::size_t s = segments_.size(); s-- > 0;) {
    const Segment& segment = segments_[s];
    const bool any = std::any_of(steps_.begin() + segment.first_node, steps_.begin() + segment.last_node,
                                 [](const Step& step) { return step.backward; });
    if (!any) continue;
    Index lanes = 0;
    begin_gradients(segment.early);
    run(segment, [&](const Slice& slice, bool first_of_lane) {
      if (slice.lane >= 0 && first_of_lane)
        for (const int weight : segment.weights) kernels::fill(lane_sums(weight, slice.lane), 0.f);
      for (int k = segment.first_node; k < segment.last_node; ++k)
        if (steps_[at(k)].again >= 0) run_forward(at(k), slice, true);
      for (int k = segment.last_node; k-- > segment.first_node;) {
        const Step& step = steps_[at(k)];
        if (!step.backward) continue;
        begin_gradients(step.early);
        run_backward(at(k), slice);
        give(step.early);
      }
    });
    if (segment.sliced) {
      const Index samples = slice_samples(segment, n_), slices = (n_ + samples - 1) / samples;
      lanes = slices > 1 ? std::min(kLanes, slices) : 0;
    }
    if (lanes > 0) reduce_lanes(segment, lanes);
    give(segment.early);
  }
}

void Plan::run_backward(std::size_t k, const Slice& slice) {
  const Stopwatch watch(times_, k, 1);
  const Step& step = steps_[k];
  const ExecNode& node = graph_.nodes[k];
  Workspace& w = workspaces_[std::size_t(slice.slot)];
  const Regularizer& activity = step.layer->activity_regularizer();
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Shape shape = step.input_shapes[i].with_front(slice.count);
    w.x[i] = {step.needs.input ? memory(backward_buffer(node.inputs[i]), slice) : nullptr, shape};
    const int to = step.temporary[i] >= 0 ? step.temporary[i] : step.dx[i];
    w.dx[i] = {to >= 0 ? memory(to, slice) : nullptr, shape};
  }
  for (std::size_t o = 0; o < node.outputs.size(); ++o) {
    const Shape& shape = graph_.values[at(node.outputs[o])];
    w.dy[o] = view(step.dy[o], shape, slice);
    if (step.zero_dy[o]) kernels::fill(w.dy[o], 0.f);
    w.y[o] = {nullptr, w.dy[o].shape};
    if (!step.needs.output && !activity) continue;
    const View<const float> y = view(backward_buffer(node.outputs[o]), shape, slice);
    if (activity) activity.add_gradient(y, w.dy[o], 1.f / static_cast<float>(n_));
    if (step.needs.output) w.y[o] = y;
  }
  for (std::size_t i = 0; i < step.gradients.size(); ++i) {
    w.dweights[i] = step.gradients[i] >= 0 ? lane_gradient(step.gradients[i], slice.lane) : View<float>();
    w.dsquares[i] = step.gradients[i] >= 0 ? lane_squares(step.gradients[i], slice.lane) : View<float>();
  }
  if (step.relu) kernels::activation_grad<float>(ActivationFn::relu, {}, w.y[0], w.dy[0], w.dy[0]);
  BackwardCall<float> call;
  fill_call(call, step, slice, step.scratch_backward);
  fill_masks(call, node, slice);
  call.x = std::span(w.x).first(node.inputs.size());
  call.y = std::span(w.y).first(node.outputs.size());
  call.dy = std::span(w.dy).first(node.outputs.size());
  call.dx = std::span(w.dx).first(node.inputs.size());
  call.dweights = std::span(w.dweights).first(step.gradients.size());
  call.dsquares = std::span(w.dsquares).first(step.gradients.size());
  step.layer->backward(call);
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    if (step.temporary[i] >= 0)
      kernels::add_to<float>(w.dx[i], view(step.dx[i], step.input_shapes[i], slice));
}

void Plan::reduce_lanes(const Segment& segment, Index lanes) {
  for (const int weight : segment.weights) {
    const View<float> sum = lane_sums(weight, -1), first = lane_sums(weight, 0);
    parallel_chunks(sum.size(), 4096, [&](Index begin, Index end) {
      for (Index lane = 0; lane < lanes; ++lane) {
        const float* from = first.data + lane * lane_size_;
        for (Index i = begin; i < end; ++i) sum[i] += from[i];
      }
    });
  }
}

View<const float> Plan::output(std::size_t i) const {
  const int v = graph_.outputs[i];
  return view(value_buffer_[at(v)], graph_.values[at(v)], Slice{0, n_, 0, 0, -1});
}

View<const float> Plan::output_mask(std::size_t i) const {
  const int v = graph_.mask(graph_.outputs[i]);
  if (v < 0) return {};
  return view(value_buffer_[at(v)], graph_.values[at(v)], Slice{0, n_, 0, 0, -1});
}

View<float> Plan::output_gradient(std::size_t i) const {
  const int v = graph_.outputs[i];
  return view(output_gradient_[i], graph_.values[at(v)], Slice{0, n_, 0, 0, -1});
}

View<float> Plan::gradient(std::size_t i) const { return lane_gradient(int(i), -1); }
View<float> Plan::squares(std::size_t i) const { return lane_squares(int(i), -1); }

double Plan::activity_penalty() const {
  double sum = 0;
  for (const Step& step : steps_)
    for (const double p : step.penalty) sum += p;
  return n_ == 0 ? 0 : sum / double(n_);
}

const Layer* Plan::first_not_finite() const {
  for (std::size_t k = 0; k < steps_.size(); ++k)
    for (const int v : graph_.nodes[k].outputs) {
      if (buffers_[at(value_buffer_[at(v)])].scope == Scope::slice) continue;
      const View<float> y = view(value_buffer_[at(v)], graph_.values[at(v)], Slice{0, n_, 0, 0, -1});
      if (!std::all_of(y.begin(), y.end(), [](float x) { return std::isfinite(x); })) return steps_[k].layer;
    }
  return nullptr;
}

}  // namespace cornu::detail
