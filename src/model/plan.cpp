#include "model/plan.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "cornu/kernels/elementwise.hpp"

namespace cornu::detail {

namespace {
constexpr Index kAlign = 64;
Index aligned(Index bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }
std::size_t at(int i) { return static_cast<std::size_t>(i); }
}  // namespace

Plan::Plan(const ExecGraph& graph, Options options) : graph_(graph), options_(std::move(options)) {
  check_weights();
  options_.logits.resize(graph_.outputs.size(), false);
  options_.trainable.resize(graph_.layers.size(), false);
  steps_.resize(graph_.nodes.size());
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    Step& step = steps_[k];
    step.layer = graph_.nodes[k].layer;
    step.layer_index = std::size_t(std::find(graph_.layers.begin(), graph_.layers.end(), step.layer) -
                                   graph_.layers.begin());
    step.trainable = options_.trainable[step.layer_index];
    for (const int v : graph_.nodes[k].inputs) step.input_shapes.push_back(graph_.values[at(v)]);
    for (std::size_t i = 0; i < graph_.outputs.size(); ++i)
      if (options_.logits[i] && graph_.producer[at(graph_.outputs[i])] == int(k)) step.logits = true;
    if (step.layer->activity_regularizer()) step.penalty.resize(std::size_t(options_.capacity));
  }
  move_relus();
  find_trainable();
  make_segments();
  if (options_.training) choose_again();
  make_value_buffers();
  if (options_.training) make_gradient_buffers(), place_weight_gradients(), make_lane_buffer();
  for (const Layer* layer : graph_.layers) weight_views_.emplace_back(layer->weights().size());
  place();
}

// relu(largest of z) is the largest of relu(z), and the gradients agree too. So where a max pooling follows,
// relu runs on the pooled numbers, and the convolution's whole output need not be kept for backward: what is
// kept is a quarter of it and a byte each that tells where it came from.
void Plan::move_relus() {
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    if (!steps_[k].layer->picks_largest()) continue;
    const int v = graph_.nodes[k].inputs[0], producer = graph_.producer[at(v)];
    if (producer < 0 || graph_.consumers[at(v)].size() != 1) continue;
    if (std::find(graph_.outputs.begin(), graph_.outputs.end(), v) != graph_.outputs.end()) continue;
    Step& before = steps_[at(producer)];
    if (before.layer->final_activation() != ActivationFn::relu || before.layer->activity_regularizer())
      continue;
    before.logits = true;
    steps_[k].relu = true;
  }
}

// A segment is a run of calls that are all cut into slices or all take the whole batch; light calls go with
// those before them.
void Plan::make_segments() {
  constexpr Index kCacheBytes = 384 * 1024;  // of the values around one layer, so that L2 holds them
  bool decided = false;
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    const Slicing slicing = steps_[k].layer->slicing(steps_[k].input_shapes, options_.training);
    const bool sliced = slicing != Slicing::batch;
    if (segments_.empty() || (decided && slicing != Slicing::any && segments_.back().sliced != sliced)) {
      segments_.push_back({.sliced = sliced, .first_node = int(k), .last_node = int(k)});
      decided = false;
    }
    if (!decided && slicing != Slicing::any) {
      segments_.back().sliced = sliced;
      decided = true;
    }
    segments_.back().last_node = int(k) + 1;
    steps_[k].segment = int(segments_.size()) - 1;
  }
  for (Segment& s : segments_) {
    Index largest = 1;
    for (int k = s.first_node; k < s.last_node; ++k) {
      Index bytes = 0;
      for (const int v : graph_.nodes[at(k)].inputs)
        bytes += graph_.values[at(v)].count() * Index(sizeof(float));
      for (const int v : graph_.nodes[at(k)].outputs)
        bytes += graph_.values[at(v)].count() * Index(sizeof(float));
      largest = std::max(largest, bytes);
      for (const int w : steps_[at(k)].gradients)
        if (w >= 0 && std::find(s.weights.begin(), s.weights.end(), w) == s.weights.end())
          s.weights.push_back(w);
    }
    s.cache_slice = std::max<Index>(1, kCacheBytes / largest);
    if (!s.sliced) continue;
    for (const int w : s.weights)
      if (lane_offset_[at(w)] < 0) {
        lane_offset_[at(w)] = lane_size_;
        lane_size_ += aligned(sums_size(w) * Index(sizeof(float))) / Index(sizeof(float));
      }
  }
}

// A first layer that makes many numbers of few, such as a convolution of colour images, costs little to run
// but leaves the largest output of all: 46 of 175 MB in a VGG16 at 150 x 150. Backward runs it again, slice
// by slice.
void Plan::choose_again() {
  constexpr Index kGrowth = 8;          // outputs for an input
  constexpr Index kMostProducts = 128;  // for an output
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    const ExecNode& node = graph_.nodes[k];
    Step& step = steps_[k];
    if (!segments_[at(step.segment)].sliced || node.inputs.size() != 1 || node.outputs.size() != 1) continue;
    const int v = node.outputs[0];
    const bool first = graph_.producer[at(node.inputs[0])] < 0;
    const bool is_output = std::find(graph_.outputs.begin(), graph_.outputs.end(), v) != graph_.outputs.end();
    const Shape &in = graph_.values[at(node.inputs[0])], &out = graph_.values[at(v)];
    if (!first || is_output || out.rank() == 0 || out.count() < kGrowth * in.count()) continue;
    const Layer& layer = *step.layer;
    if (layer.count_params() > kMostProducts * out.back() || layer.activity_regularizer() ||
        layer.saved_bytes(step.input_shapes, 1, sizeof(float)) > 0)
      continue;
    bool kept = layer.backward_needs().output && !step.logits, elsewhere = false;
    for (const int c : graph_.consumers[at(v)]) {
      kept = kept || steps_[at(c)].layer->backward_needs().input;
      elsewhere = elsewhere || steps_[at(c)].segment != step.segment ||
                  steps_[at(c)].layer->in_place(true) != InPlace::no;
    }
    if (!kept || elsewhere) continue;
    step.again = new_buffer(out.count() * Index(sizeof(float)));
  }
}

/// Where backward finds a value.
int Plan::backward_buffer(int value) const {
  const int producer = graph_.producer[at(value)];
  const int again = producer < 0 ? -1 : steps_[at(producer)].again;
  return again >= 0 ? again : value_buffer_[at(value)];
}

Index Plan::slice_samples(const Segment& s, Index n) const {
  return std::min(s.cache_slice, std::max<Index>(1, (n + kLanes - 1) / kLanes));
}

int Plan::new_buffer(Index sample_bytes, Index fixed_bytes) {
  Buffer b;
  b.sample_bytes = sample_bytes;
  b.fixed_bytes = fixed_bytes;
  buffers_.push_back(b);
  return int(buffers_.size()) - 1;
}

// Time runs 0 .. N-1 through the calls, N is the loss, then 2N-k for the backward of call k.
void Plan::use(int buffer, std::size_t node, bool backward) {
  Buffer& b = buffers_[at(buffer)];
  const int nodes = int(steps_.size()), segments = int(segments_.size()), s = steps_[node].segment;
  const auto time = [&](int k) { return backward ? 2 * nodes - k : k; };
  const auto extend = [](Interval& i, int t) {
    i.first = std::min(i.first, t), i.last = std::max(i.last, t);
  };
  const int phase = backward ? 2 * segments - s : s;
  b.first_phase = std::min(b.first_phase, phase);
  b.last_phase = std::max(b.last_phase, phase);
  extend(b.exact, time(int(node)));
  const Segment& segment = segments_[at(s)];
  extend(b.extended, segment.sliced ? time(segment.first_node) : time(int(node)));
  extend(b.extended, segment.sliced ? time(segment.last_node - 1) : time(int(node)));
}

void Plan::use_in_loss(int buffer) {
  Buffer& b = buffers_[at(buffer)];
  const int nodes = int(steps_.size()), segments = int(segments_.size());
  b.first_phase = std::min(b.first_phase, segments);
  b.last_phase = std::max(b.last_phase, segments);
  for (Interval* i : {&b.exact, &b.extended})
    i->first = std::min(i->first, nodes), i->last = std::max(i->last, nodes);
}

/// Whether the output of a call may take the memory of its first input in forward.
bool Plan::in_place(std::size_t node, const std::vector<bool>& pinned) const {
  const InPlace kind = steps_[node].layer->in_place(options_.training);
  const int in = graph_.nodes[node].inputs.empty() ? -1 : graph_.nodes[node].inputs[0];
  if (kind == InPlace::no || in < 0) return false;
  if (graph_.values[at(in)].count() != graph_.values[at(graph_.nodes[node].outputs[0])].count()) return false;
  // An input that comes again later in the list would be written over before it is read.
  const auto shares = [&](int v) { return value_buffer_[at(v)] == value_buffer_[at(in)]; };
  const auto& inputs = graph_.nodes[node].inputs;
  if (std::count_if(inputs.begin(), inputs.end(), shares) > 1) return false;
  if (kind == InPlace::same) return true;  // nobody writes over it later without asking `pinned` or consumers
  const Buffer& b = buffers_[at(value_buffer_[at(in)])];
  return b.scope != Scope::external && !pinned[at(value_buffer_[at(in)])] && !steps_[node].needs.input;
}

void Plan::make_value_buffers() {
  value_buffer_.assign(graph_.values.size(), -1);
  std::vector<bool> pinned(graph_.values.size() * 4 + steps_.size() * 4,
                           false);             // buffers whose numbers are kept
  std::vector<int> readers(pinned.size(), 0);  // calls still to read a buffer
  const auto is_output = [&](int v) {
    return std::any_of(graph_.outputs.begin(), graph_.outputs.end(),
                       [&](int output) { return v == output || v == graph_.mask(output); });
  };
  const auto enter = [&](int v, int buffer) {
    value_buffer_[at(v)] = buffer;
    readers[at(buffer)] += int(graph_.consumers[at(v)].size());
    if (is_output(v)) pinned[at(buffer)] = true;
  };
  for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
    const int b = new_buffer(graph_.values[at(graph_.inputs[i])].count() * Index(sizeof(float)));
    buffers_[at(b)].scope = Scope::external;
    buffers_[at(b)].input = int(i);
    enter(graph_.inputs[i], b);
  }
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    Step& step = steps_[k];
    const ExecNode& node = graph_.nodes[k];
    if (options_.training)
      step.needs = step.layer->backward_needs();
    else
      step.needs = {.input = false, .output = false};
    if (step.logits) step.needs.output = false;
    if (step.relu && options_.training) step.needs.output = true;
    const bool keep_output =
        options_.training && (step.needs.output || bool(step.layer->activity_regularizer()));
    for (const int v : node.inputs) --readers[at(value_buffer_[at(v)])];
    for (const int v : node.masks)
      if (v >= 0) --readers[at(value_buffer_[at(v)])];
    for (std::size_t o = 0; o < node.outputs.size(); ++o) {
      const int v = node.outputs[o];
      const bool same = step.layer->in_place(options_.training) == InPlace::same;
      const bool reuse =
          o == 0 && in_place(k, pinned) && (same || readers[at(value_buffer_[at(node.inputs[0])])] == 0);
      const int b = reuse ? value_buffer_[at(node.inputs[0])]
                          : new_buffer(graph_.values[at(v)].count() * Index(sizeof(float)));
      enter(v, b);
      use(b, k, false);
      if (keep_output) pinned[at(b)] = true, use(backward_buffer(v), k, true);
      if (is_output(v)) use_in_loss(b);
    }
    for (const int v : node.inputs) {
      use(value_buffer_[at(v)], k, false);
      if (step.needs.input) pinned[at(value_buffer_[at(v)])] = true, use(backward_buffer(v), k, true);
    }
    for (const int v : node.masks) {
      if (v < 0) continue;
      use(value_buffer_[at(v)], k, false);
      if (options_.training) pinned[at(value_buffer_[at(v)])] = true, use(value_buffer_[at(v)], k, true);
    }
    const bool sliced = segments_[at(step.segment)].sliced;
    if (options_.training) {
      // A slice keeps its saved bytes at first_sample * bytes of one sample, which is never too little.
      const Index one = aligned(step.layer->saved_bytes(step.input_shapes, 1, sizeof(float)));
      const Index all = aligned(step.layer->saved_bytes(step.input_shapes, options_.capacity, sizeof(float)));
      if (one > 0) {
        step.saved = sliced ? new_buffer(one) : new_buffer(0, std::max(all, one));
        use(step.saved, k, false);
        use(step.saved, k, true);
      }
    }
    const Index most =
        sliced ? slice_samples(segments_[at(step.segment)], options_.capacity) : options_.capacity;
    const Index scratch = step.layer->scratch_values(step.input_shapes, most) * Index(sizeof(float));
    if (scratch > 0) {
      use(step.scratch = new_buffer(0, scratch), k, false);
      if (options_.training) use(step.scratch_backward = new_buffer(0, scratch), k, true);
    }
    if (step.again >= 0) {  // made before the first call of the segment's backward
      const auto first = at(segments_[at(step.segment)].last_node - 1);
      use(step.again, first, true);
      if (step.scratch_backward >= 0) use(step.scratch_backward, first, true);
    }
  }
}

void Plan::place() {
  slots_ = std::max(1, num_threads());
  std::vector<Interval*> batch;
  std::vector<std::vector<Interval*>> of_phase(segments_.size() * 2 + 1);
  for (Buffer& b : buffers_) {
    if (b.scope == Scope::external || b.last_phase < 0) continue;
    const int segments = int(segments_.size());
    const int s = b.first_phase <= segments ? b.first_phase : 2 * segments - b.first_phase;
    const bool inside =
        b.first_phase == b.last_phase && s < segments && segments_[at(s)].sliced && !b.for_all_slices;
    b.scope = inside ? Scope::slice : Scope::batch;
    Interval& i = inside ? b.exact : b.extended;
    i.bytes =
        buffer_bytes(b, inside ? slice_samples(segments_[at(s)], options_.capacity) : options_.capacity);
    (inside ? of_phase[at(b.first_phase)] : batch).push_back(&i);
  }
  batch_bytes_ = place_intervals(batch);
  slot_bytes_ = 0;
  for (auto& phase : of_phase) slot_bytes_ = std::max(slot_bytes_, place_intervals(phase));
  for (Buffer& b : buffers_) b.offset = b.scope == Scope::slice ? b.exact.offset : b.extended.offset;
  arena_.resize(Shape{(batch_bytes_ + slots_ * slot_bytes_) / Index(sizeof(float))});
  std::size_t most_in = 1, most_out = 1, most_weights = 1;
  for (const ExecNode& node : graph_.nodes) {
    most_in = std::max(most_in, node.inputs.size());
    most_out = std::max(most_out, node.outputs.size());
    most_weights = std::max(most_weights, node.layer->weights().size());
  }
  workspaces_.resize(std::size_t(slots_));
  for (Workspace& w : workspaces_) {
    w.x.resize(most_in), w.dx.resize(most_in), w.masks.resize(most_in);
    w.y.resize(most_out), w.out.resize(most_out), w.dy.resize(most_out);
    w.dweights.resize(most_weights), w.dsquares.resize(most_weights);
  }
  inputs_.resize(graph_.inputs.size());
  if (options_.training && !omp_in_parallel()) start_team(slots_);  // not in the second step
}

}  // namespace cornu::detail
