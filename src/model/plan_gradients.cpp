#include <algorithm>

#include "model/plan.hpp"

// Where gradients lie: those of values and those of weights.

namespace cornu::detail {

namespace {
constexpr Index kAlign = 64 / Index(sizeof(float));
Index aligned(Index values) { return (values + kAlign - 1) / kAlign * kAlign; }
std::size_t at(int i) { return static_cast<std::size_t>(i); }
}  // namespace

void Plan::find_trainable() {
  std::vector<Weight*> all;
  for (std::size_t l = 0; l < graph_.layers.size(); ++l)
    for (Weight& w : graph_.layers[l]->weights())
      if (options_.trainable[l] && w.trainable) all.push_back(&w);
  trainable_ = std::move(all);
  lane_offset_.assign(trainable_.size(), -1);
  for (Step& step : steps_)
    for (Weight& w : step.layer->weights()) {
      const auto found = std::find(trainable_.begin(), trainable_.end(), &w);
      step.gradients.push_back(found == trainable_.end() ? -1 : int(found - trainable_.begin()));
    }
}

void Plan::make_gradient_buffers() {
  gradient_buffer_.assign(graph_.values.size(), -1);
  // What has a trainable weight before it needs a gradient.
  std::vector<bool> needs(graph_.values.size(), false);
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    Step& step = steps_[k];
    step.backward = std::any_of(step.gradients.begin(), step.gradients.end(), [](int w) { return w >= 0; });
    for (const int v : graph_.nodes[k].inputs) step.backward = step.backward || needs[at(v)];
    if (graph_.makes_mask(step.layer)) step.backward = false;
    for (const int v : graph_.nodes[k].outputs) needs[at(v)] = step.backward;
  }
  std::vector<bool> written(graph_.values.size(), false);
  const auto buffer = [&](int v) {
    int& b = gradient_buffer_[at(v)];
    if (b < 0) b = new_buffer(graph_.values[at(v)].count() * Index(sizeof(float)));
    return b;
  };
  for (const int v : graph_.outputs) {
    const Index bytes = graph_.values[at(v)].count() * Index(sizeof(float));
    output_gradient_.push_back(written[at(v)] ? new_buffer(bytes) : buffer(v));
    use_in_loss(output_gradient_.back());
    written[at(v)] = true;
  }
  for (std::size_t k = steps_.size(); k-- > 0;) {
    Step& step = steps_[k];
    const ExecNode& node = graph_.nodes[k];
    if (!step.backward) continue;
    for (const int v : node.outputs) {
      step.dy.push_back(buffer(v));
      step.zero_dy.push_back(!written[at(v)]);
      use(step.dy.back(), k, true);
    }
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const int v = node.inputs[i];
      step.temporary.push_back(-1);
      step.dx.push_back(-1);
      if (!needs[at(v)]) continue;
      const bool alone = graph_.consumers[at(v)].size() == 1 && !written[at(v)];
      if (i == 0 && alone && step.layer->in_place(true) != InPlace::no &&
          graph_.values[at(v)].count() == graph_.values[at(node.outputs[0])].count())
        gradient_buffer_[at(v)] = step.dy[0];
      step.dx.back() = buffer(v);
      if (written[at(v)]) {
        step.temporary.back() = new_buffer(graph_.values[at(v)].count() * Index(sizeof(float)));
        use(step.temporary.back(), k, true);
      }
      written[at(v)] = true;
      use(step.dx.back(), k, true);
    }
  }
}

// Small gradients lie one after the other and are updated in one pass at the end. A large one lies in the
// arena while it is made, is given to the optimizer when it is whole, and what lies there next is the next
// one: 57 of the 67 MB that a VGG16 would need for them.
void Plan::place_weight_gradients() {
  constexpr Index kLarge = Index(1) << 18;
  early_buffer_.assign(trainable_.size(), -1);
  Index offset = 0;
  for (std::size_t w = 0; w < trainable_.size(); ++w) {
    std::vector<std::size_t> users;  // in the order of forward
    for (std::size_t k = 0; k < steps_.size(); ++k)
      if (steps_[k].backward &&
          std::count(steps_[k].gradients.begin(), steps_[k].gradients.end(), int(w)) > 0)
        users.push_back(k);
    gradient_offset_.push_back(offset);
    if (!options_.early || users.empty() || sums_size(int(w)) < kLarge) {
      offset += aligned(sums_size(int(w)));
      continue;
    }
    early_buffer_[w] = new_buffer(0, sums_size(int(w)) * Index(sizeof(float)));
    buffers_[at(early_buffer_[w])].for_all_slices = true;
    for (const std::size_t k : users) use(early_buffer_[w], k, true);
    const auto early = [&](std::size_t k) -> EarlyGradients& {
      Segment& segment = segments_[at(steps_[k].segment)];
      return segment.sliced ? segment.early : steps_[k].early;
    };
    early(users.back()).begin.push_back(int(w));
    early(users.front()).ready.push_back(int(w));
  }
  gradients_ = Tensor(Shape{offset});
}

/// The sums of the slices, which are needed only while sliced segments run backward.
void Plan::make_lane_buffer() {
  lane_buffer_ = new_buffer(0, std::min(kLanes, options_.capacity) * lane_size_ * Index(sizeof(float)));
  buffers_[at(lane_buffer_)].for_all_slices = true;
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    const Segment& segment = segments_[at(steps_[k].segment)];
    if (steps_[k].backward && segment.sliced && !segment.weights.empty()) use(lane_buffer_, k, true);
  }
}

}  // namespace cornu::detail
