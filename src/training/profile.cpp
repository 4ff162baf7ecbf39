#include "cornu/training/profile.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "cornu/core/threads.hpp"
#include "cornu/model/model.hpp"
#include "training/training.hpp"

namespace cornu::detail {

namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// A kernel's numbers each meet every position of the output once, those of a recurrent layer at every step.
double forward_flops(const Layer& layer, const Shape& input, const Shape& output, Index n) {
  Index numbers = 0;
  bool recurrent = false;
  for (const Weight& w : layer.weights()) {
    if (w.name.ends_with("kernel")) numbers += w.value.size();
    recurrent = recurrent || w.name.ends_with("recurrent_kernel");
  }
  if (numbers == 0 || output.rank() == 0) return 0;
  Index positions = n;
  const int last = output.rank() - 1;
  for (int axis = recurrent ? last - (input.rank() - 2) : 0; axis < last; ++axis) positions *= output[axis];
  return 2. * double(numbers) * double(recurrent ? positions * input[0] : positions);
}

/// Restores the number of threads.
class OneThread {
 public:
  OneThread() : before_(num_threads()) { set_num_threads(1); }
  ~OneThread() { set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// Lets a plan note its times while this lives, also when a step throws.
class Times {
 public:
  Times(Plan& plan, std::vector<std::array<double, 2>>* times) : plan_(plan) { plan_.set_times(times); }
  ~Times() { plan_.set_times(nullptr); }
  Times(const Times&) = delete;
  Times& operator=(const Times&) = delete;

 private:
  Plan& plan_;
};

}  // namespace

Profile Training::profile(const Batch& batch, Index steps) {
  if (steps < 1) throw ValueError(concat("profile: steps is ", steps, "; it must be at least 1."));
  const OneThread one_thread;
  constexpr Place place{.what = "profile"};
  train_step(batch, {}, 0, place);  // plans, and warms up
  const std::size_t nodes = exec_.nodes.size();
  std::vector<std::array<double, 2>> times(nodes);
  std::vector<std::vector<double>> forward(nodes), backward(nodes);
  std::vector<double> whole, other;
  const Times noting(*train_plan_, &times);
  for (Index s = 0; s < steps; ++s) {
    times.assign(nodes, {0., 0.});
    const auto start = std::chrono::steady_clock::now();
    train_step(batch, {}, 0, place);
    whole.push_back(1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    other.push_back(whole.back());
    for (std::size_t k = 0; k < nodes; ++k) {
      forward[k].push_back(1e3 * times[k][0]);
      backward[k].push_back(1e3 * times[k][1]);
      other.back() -= 1e3 * (times[k][0] + times[k][1]);
    }
  }
  Profile profile{.layers = {}, .step_ms = median(whole), .other_ms = median(other)};
  const Index n = batch.x[0].shape().front();
  std::vector<bool> learns(exec_.values.size(), false);  // values that a trained weight leads to
  for (std::size_t k = 0; k < nodes; ++k) {
    const ExecNode& node = exec_.nodes[k];
    const Shape& output = exec_.values[std::size_t(node.outputs[0])];
    LayerProfile layer{
        .name = node.layer->name(),
        .type = std::string(node.layer->type()),
        .output = output,
        .forward_ms = median(forward[k]),
        .backward_ms = median(backward[k]),
        .flops = forward_flops(*node.layer, exec_.values[std::size_t(node.inputs[0])], output, n)};
    const bool towards_input =
        std::any_of(node.inputs.begin(), node.inputs.end(), [&](int v) { return learns[std::size_t(v)]; });
    const bool trained = node.layer->trainable() && !node.layer->weights().empty();
    for (const int v : node.outputs) learns[std::size_t(v)] = towards_input || trained;
    layer.backward_flops = (int(towards_input) + int(trained)) * layer.flops;
    Index values = 0;
    for (const int v : node.inputs) values += n * exec_.values[std::size_t(v)].count();
    for (const int v : node.outputs) values += n * exec_.values[std::size_t(v)].count();
    layer.bytes = double(values + node.layer->count_params()) * sizeof(float);
    profile.layers.push_back(std::move(layer));
  }
  return profile;
}

}  // namespace cornu::detail

namespace cornu {

Profile Model::profile(const Tensor& x, const Tensor& y, Index steps) {
  if (x.rank() > 0) build_for({x.shape().without_front()});
  return training("profile").profile(Batch{.x = {x}, .y = {y}, .sample_weight = {}}, steps);
}

}  // namespace cornu
