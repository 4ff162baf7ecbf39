#include "training/training.hpp"

#include <algorithm>
#include <cmath>

#include "core/float_mode.hpp"
#include "cornu/kernels/activation.hpp"

namespace cornu::detail {

std::string Place::text() const {
  std::string out = what;
  if (epoch >= 0) out += concat(": epoch ", epoch + 1);
  if (batch >= 0) out += concat(epoch >= 0 ? ", batch " : ": batch ", batch + 1);
  return out;
}

Training::Training(std::shared_ptr<Graph> graph, const CompileOptions& options)
    : graph_(std::move(graph)), exec_(*graph_), optimizer_(options.optimizer.make()) {
  const std::size_t count = graph_->outputs().size();
  const auto per_output = [&](const char* what, std::size_t given) {
    if (given != count)
      throw ValueError(concat("compile: ", given, " ", what, " were given; model '", graph_->name(), "' has ",
                              count, " outputs. Give one for each."));
  };
  if (options.loss.empty())
    throw ValueError("compile: no loss was given. Set .loss, e.g. .loss = CategoricalCrossentropy{}.");
  per_output("losses", options.loss.size());
  if (!options.loss_weights.empty()) per_output("loss_weights", options.loss_weights.size());
  for (const auto* metrics : {&options.metrics, &options.weighted_metrics})
    if (count > 1 && !metrics->empty()) per_output("metrics", metrics->size());
  outputs_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    Output& output = outputs_[i];
    output.name = graph_->outputs()[i].node()->layer->name();
    output.given = options.loss[i];
    if (!output.given)
      throw ValueError(concat("compile: output '", output.name, "' of model '", graph_->name(),
                              "' has no loss. Give one for each output."));
    if (!options.loss_weights.empty()) output.weight = options.loss_weights[i];
    output.handles = count == 1 ? options.metrics : std::vector<MetricHandle>{};
    output.weighted_handles = count == 1 ? options.weighted_metrics : std::vector<MetricHandle>{};
    if (count > 1 && !options.metrics.empty()) output.handles = {options.metrics[i]};
    if (count > 1 && !options.weighted_metrics.empty())
      output.weighted_handles = {options.weighted_metrics[i]};
  }
  for (const Graph::Leaf& leaf : graph_->leaves()) trainable_.push_back(leaf.trainable);
}

void Training::check(const Batch& batch, const Place& place) {
  const auto mismatch = [&](std::string_view what, std::size_t given, std::size_t expected) {
    if (given != expected)
      throw ShapeError(concat(place.what, ": ", given, " ", what, " were given; model '", graph_->name(),
                              "' takes ", expected, ". Give one tensor for each."));
  };
  mismatch("inputs", batch.x.size(), graph_->inputs().size());
  mismatch("targets", batch.y.size(), outputs_.size());
  const Shapes& shapes = graph_->input_shapes();
  for (std::size_t i = 0; i < shapes.size(); ++i)
    if (batch.x[i].rank() == 0 || batch.x[i].shape().without_front() != shapes[i])
      throw ShapeError(concat(place.text(), ": the data has shape ", batch.x[i].shape().text(), "; model '",
                              graph_->name(), "' takes ", shapes[i].batch_text(),
                              ". Reshape or resize the data, or change the Input."));
  const Index n = batch.x[0].shape().front();
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    if (batch.y[i].rank() == 0 || batch.y[i].shape().front() != n)
      throw ShapeError(concat(place.text(), ": ", n, " samples but targets of shape ",
                              batch.y[i].shape().text(), ". Give one target a sample."));
  if (!batch.sample_weight.empty()) mismatch("sample weights", batch.sample_weight.size(), outputs_.size());
  for (const Tensor& weight : batch.sample_weight)
    if (weight.rank() == 0 || weight.shape().front() != n)
      throw ShapeError(concat(place.text(), ": ", n, " samples but sample_weight of shape ",
                              weight.shape().text(), ". Give one weight a sample."));
}

bool Training::prepared_for(const Batch& batch) const {
  if (!prepared_) return false;
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    if (batch.y[i].shape().without_front() != outputs_[i].target) return false;
  return true;
}

// Losses and metrics that depend on shapes are chosen with the first batch, and again if targets of another
// shape come.
void Training::prepare(const Batch& batch) {
  const Shapes& shapes = graph_->output_shapes();
  const Index n = batch.x[0].shape().front();
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    Output& output = outputs_[i];
    const Shape y_pred = shapes[i].with_front(n), &y_true = batch.y[i].shape();
    output.loss = output.given.resolve(y_true, y_pred);
    output.loss->check(y_true, y_pred);
    output.logits = fusible(i);
    output.metrics.clear();
    output.weighted_metrics.clear();
    for (const MetricHandle& handle : output.handles) output.metrics.push_back(handle.make(y_true, y_pred));
    for (const MetricHandle& handle : output.weighted_handles)
      output.weighted_metrics.push_back(handle.make(y_true, y_pred));
    output.target = y_true.without_front();
  }
  prepared_ = true;
}

/// Whether the loss of an output can take what goes into its last activation.
LogitsFrom Training::fusible(std::size_t i) const {
  const int value = exec_.outputs[i], producer = exec_.producer[std::size_t(value)];
  if (producer < 0 || !exec_.consumers[std::size_t(value)].empty()) return LogitsFrom::none;
  if (std::count(exec_.outputs.begin(), exec_.outputs.end(), value) > 1) return LogitsFrom::none;
  const Layer& layer = *exec_.nodes[std::size_t(producer)].layer;
  if (layer.activity_regularizer()) return LogitsFrom::none;  // it needs the activation itself
  const LogitsFrom last = layer.final_activation() == softmax   ? LogitsFrom::of_softmax
                          : layer.final_activation() == sigmoid ? LogitsFrom::of_sigmoid
                                                                : LogitsFrom::none;
  if (accepts(outputs_[i].loss->takes_logits(), last)) return last;
  return LogitsFrom::none;
}

Plan& Training::plan(bool training, Index n) {
  std::unique_ptr<Plan>& plan = training ? train_plan_ : test_plan_;
  if (plan && plan->capacity() >= n) return *plan;
  Plan::Options options{.training = training,
                        .logits = {},
                        .trainable = trainable_,
                        .capacity = n,
                        .early = optimizer_->separable()};
  for (const Output& output : outputs_) options.logits.push_back(output.logits != LogitsFrom::none);
  plan = std::make_unique<Plan>(exec_, std::move(options));
  if (training) {
    parameters_.resize(plan->trainable_weights().size());
    built_optimizer();
  }
  return *plan;
}

Optimizer& Training::built_optimizer() {
  if (optimizer_->built()) return *optimizer_;
  Shapes shapes;  // in the order of Plan::trainable_weights
  for (std::size_t l = 0; l < exec_.layers.size(); ++l)
    for (const Weight& w : exec_.layers[l]->weights())
      if (trainable_[l] && w.trainable) shapes.push_back(w.value.shape());
  optimizer_->build(shapes);
  return *optimizer_;
}

View<const float> Training::sample_weight(Output& output, std::size_t i, const Batch& batch,
                                          const std::vector<float>& class_weight) {
  const View<const float> given =
      i < batch.sample_weight.size() ? batch.sample_weight[i].view() : View<const float>();
  if (class_weight.empty()) return given;
  if (given && given.size() != batch.y[i].shape().front())
    throw ShapeError(concat("fit: sample_weight has shape ", given.shape.text(),
                            "; together with class_weight it must have one number a sample."));
  // The class is the label itself, or the place of the largest in a one-hot row.
  const Tensor& y = batch.y[i];
  const Index n = y.shape().front(), width = n == 0 ? 1 : y.size() / n;
  output.class_weights.resize(Shape{n});
  for (Index s = 0; s < n; ++s) {
    const float* row = y.data() + s * width;
    const float label = width == 1 ? row[0] : static_cast<float>(std::max_element(row, row + width) - row);
    const bool named = label >= 0.f && label < static_cast<float>(class_weight.size());
    output.class_weights.data()[s] =
        (named ? class_weight[static_cast<std::size_t>(label)] : 1.f) * (given ? given[s] : 1.f);
  }
  return output.class_weights.view();
}

double Training::forward(Plan& plan, const Batch& batch, const std::vector<float>& class_weight,
                         const RandomKey& random) {
  const Index n = batch.x[0].shape().front();
  for (std::size_t i = 0; i < batch.x.size(); ++i) plan.set_input(i, batch.x[i].view());
  plan.forward(n, random);
  double total = plan.activity_penalty() + weight_penalty();
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    Output& output = outputs_[i];
    const View<const float> y_true = batch.y[i].view(), y_pred = plan.output(i);
    output.values.resize(output.loss->values_shape(y_pred.shape));
    output.coefficient.resize(output.values.shape());
    if (output.logits != LogitsFrom::none)
      output.loss->values_from_logits(y_true, y_pred, output.values.view());
    else
      output.loss->values(y_true, y_pred, output.values.view());
    loss_coefficients(*output.loss, y_true, y_pred.shape, sample_weight(output, i, batch, class_weight),
                      plan.output_mask(i), output.coefficient.view());
    const double loss = reduced_loss(output.values.view(), output.coefficient.view());
    output.sum += loss;
    total += output.weight * loss;
  }
  loss_sum_ += total * double(n);
  samples_ += n;
  ++batches_;
  return total;
}

void Training::train_step(const Batch& batch, const std::vector<float>& class_weight, std::uint64_t seed,
                          const Place& place) {
  check(batch, place);
  if (!prepared_for(batch)) prepare(batch);
  const DenormalsAreZero mode;
  Plan& p = plan(true, batch.x[0].shape().front());
  const RandomKey random = RandomKey{.seed = seed}.child(std::uint64_t(optimizer_->iterations()));
  const double loss = forward(p, batch, class_weight, random);
  if (!std::isfinite(loss)) report_not_finite(p, batch, loss, place);
  const float scale = optimizer_->loss_scale_factor();
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    Output& output = outputs_[i];
    for (float& c : output.coefficient) c *= output.weight * scale;
    const View<const float> y_true = batch.y[i].view(), y_pred = p.output(i);
    if (output.logits != LogitsFrom::none)
      output.loss->gradient_from_logits(y_true, y_pred, output.coefficient.view(), p.output_gradient(i));
    else
      output.loss->gradient(y_true, y_pred, output.coefficient.view(), p.output_gradient(i));
  }
  update_metrics(p, batch, class_weight);
  learn(p, scale);
}

/// Gradients and the optimizer's step, for large weights one after the other: a gradient that is used at once
/// needs no memory of its own.
void Training::learn(Plan& p, float scale) {
  const auto& weights = p.trainable_weights();
  for (std::size_t i = 0; i < weights.size(); ++i)
    parameters_[i] = {weights[i]->value.view(), p.gradient(i), p.squares(i)};
  const auto regularize = [&](std::size_t i) {
    weights[i]->regularizer.add_gradient(weights[i]->value.view(), p.gradient(i), scale);
  };
  const bool parts = optimizer_->separable();
  if (parts) optimizer_->begin_step(parameters_);
  p.backward([&](std::size_t i) {
    regularize(i);
    optimizer_->update(Index(i));
  });
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (!p.is_early(i)) regularize(i);
  if (parts)
    optimizer_->end_step();
  else
    optimizer_->step(parameters_);
  for (Weight* w : weights) w->constraint.apply(w->value.view());
}

void Training::test_step(const Batch& batch, const std::vector<float>& class_weight, const Place& place) {
  check(batch, place);
  if (!prepared_for(batch)) prepare(batch);
  Plan& p = plan(false, batch.x[0].shape().front());
  forward(p, batch, class_weight, {});
  update_metrics(p, batch, class_weight);
}

View<const float> Training::masked(Output& output, View<const float> mask, View<const float> weight) const {
  if (!mask || !weight) return mask ? mask : weight;
  output.masked_weights.resize(mask.shape);
  const Index n = mask.shape.front(), steps = n == 0 ? 1 : mask.size() / n;
  const bool per_sample = weight.size() == n;
  for (Index i = 0; i < mask.size(); ++i)
    output.masked_weights.data()[i] = mask[i] * weight[per_sample ? i / steps : i];
  return output.masked_weights.view();
}

View<const float> Training::predictions(Output& output, std::size_t i, const Plan& plan) {
  const View<const float> y = plan.output(i);
  if (output.logits == LogitsFrom::none) return y;
  output.predictions.resize(y.shape);
  kernels::activation<float>(output.logits == LogitsFrom::of_softmax ? softmax : sigmoid, y,
                             output.predictions.view());
  return output.predictions.view();
}

void Training::update_metrics(const Plan& plan, const Batch& batch, const std::vector<float>& class_weight) {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    Output& output = outputs_[i];
    if (output.metrics.empty() && output.weighted_metrics.empty()) continue;
    const View<const float> y_true = batch.y[i].view(), y_pred = predictions(output, i, plan);
    const View<const float> mask = plan.output_mask(i);
    for (auto& metric : output.metrics)
      metric->update(y_true, y_pred, metric->takes_mask() ? mask : View<const float>());
    if (output.weighted_metrics.empty()) continue;
    const View<const float> weight = sample_weight(output, i, batch, class_weight);
    const View<const float> both = masked(output, mask, weight);
    for (auto& metric : output.weighted_metrics)
      metric->update(y_true, y_pred, metric->takes_mask() ? both : weight);
  }
}

double Training::weight_penalty() const {
  double sum = 0;
  for (std::size_t l = 0; l < exec_.layers.size(); ++l)
    for (const Weight& w : exec_.layers[l]->weights())
      if (trainable_[l] && w.trainable) sum += w.regularizer.penalty(w.value.view());
  return sum;
}

void Training::report_not_finite(const Plan& plan, const Batch& batch, double loss,
                                 const Place& place) const {
  const char* what = std::isnan(loss) ? "NaN" : "infinite";
  const auto first_bad = [&](const std::vector<Tensor>& tensors, std::string_view kind) {
    for (const Tensor& t : tensors)
      for (Index i = 0; i < t.size(); ++i)
        if (!std::isfinite(t.data()[i]))
          throw ValueError(concat(place.text(), ": the loss is ", what, " because the ", kind, " of sample ",
                                  i / (t.size() / t.shape().front()), " of the batch are not finite (",
                                  double(t.data()[i]), "). Clean the data before training."));
  };
  first_bad(batch.x, "inputs");
  first_bad(batch.y, "targets");
  for (const Layer* layer : exec_.layers)
    for (const Weight& w : layer->weights())
      if (!std::all_of(w.value.begin(), w.value.end(), [](float v) { return std::isfinite(v); }))
        throw ValueError(
            concat(place.text(), ": the loss is ", what, " because ", w.name, " of ", layer->who(),
                   " is not finite: training has diverged. Use a smaller learning rate or clipnorm."));
  const Layer* layer = plan.first_not_finite();
  throw ValueError(
      concat(place.text(), ": the loss is ", what, "; the first output that is not finite is that of ",
             layer ? layer->who() : std::string("no layer, so it is the loss itself"),
             ". Use a smaller learning rate or clipnorm, or check the targets against the loss."));
}

void Training::reset_metrics() {
  loss_sum_ = 0;
  samples_ = batches_ = 0;
  for (Output& output : outputs_) {
    output.sum = 0;
    for (auto& metric : output.metrics) metric->reset();
    for (auto& metric : output.weighted_metrics) metric->reset();
  }
}

const Logs& Training::results() {
  if (keys_.empty()) make_keys();
  const double n = samples_ == 0 ? 1 : double(samples_);
  std::size_t key = 0;
  logs_.set(keys_[key++], loss_sum_ / n);
  for (const Output& output : outputs_) {
    // Keras on TensorFlow counts every batch alike here, also a smaller last one.
    if (outputs_.size() > 1) logs_.set(keys_[key++], output.sum / double(std::max<Index>(1, batches_)));
    for (const auto* metrics : {&output.metrics, &output.weighted_metrics})
      for (const auto& metric : *metrics) logs_.set(keys_[key++], metric->result());
  }
  if (logs_.size() > 1) logs_.sort();
  return logs_;
}

// Made once with the first batch: later steps allocate nothing.
void Training::make_keys() {
  const auto add = [&](const std::string& name) {
    std::string key = name;
    for (int k = 1; std::find(keys_.begin(), keys_.end(), key) != keys_.end(); ++k)
      key = name + "_" + std::to_string(k);
    keys_.push_back(key);
  };
  add("loss");
  const bool several = outputs_.size() > 1;
  for (const Output& output : outputs_) {
    const std::string prefix = several ? output.name + "_" : "";
    if (several) add(prefix + "loss");
    for (const auto* metrics : {&output.metrics, &output.weighted_metrics})
      for (const auto& metric : *metrics) add(prefix + std::string(metric->name()));
  }
}

void Training::end_training() {
  if (!train_plan_) return;
  const auto& weights = train_plan_->trainable_weights();
  for (std::size_t i = 0; i < weights.size(); ++i)  // a callback may have put other tensors there
    parameters_[i] = {weights[i]->value.view(), train_plan_->gradient(i), train_plan_->squares(i)};
  optimizer_->finalize(parameters_);
}

}  // namespace cornu::detail
