#include <algorithm>
#include <optional>

#include "cornu/model/model.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/tensor_source.hpp"
#include "model/inference_pool.hpp"
#include "training/interrupt.hpp"
#include "training/progress_bar.hpp"

namespace cornu {

namespace {

/// A plan of the pool that goes back when this ends.
class Lease {
 public:
  Lease(detail::InferencePool& pool, Index n) : pool_(pool), plan_(pool.take(n)) {}
  ~Lease() {
    if (plan_) pool_.give(std::move(plan_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  detail::Plan& operator*() const { return *plan_; }
  detail::Plan* operator->() const { return plan_.get(); }

 private:
  detail::InferencePool& pool_;
  std::unique_ptr<detail::Plan> plan_;
};

void check_inputs(const std::string& name, const Shapes& expected, const std::vector<const Tensor*>& x) {
  if (x.size() != expected.size())
    throw ShapeError(detail::concat("predict: ", x.size(), " inputs were given; model '", name, "' takes ",
                                    expected.size(), "."));
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i]->rank() == 0 || x[i]->shape().without_front() != expected[i])
      throw ShapeError(detail::concat("predict: the data has shape ", x[i]->shape().text(), "; model '", name,
                                      "' takes ", expected[i].batch_text(), ". ",
                                      x[i]->shape() == expected[i]
                                          ? "Add a batch axis: x.reshape(x.shape().with_front(1))."
                                          : "Reshape or resize the data."));
    if (x[i]->shape().front() != x[0]->shape().front())
      throw ShapeError(detail::concat("predict: input 0 has ", x[0]->shape().front(), " samples, input ", i,
                                      " has ", x[i]->shape().front(), ". Give as many of each."));
  }
}

}  // namespace

std::vector<Tensor> Model::predict_tensors(const std::vector<const Tensor*>& x,
                                           const PredictOptions& options) const {
  const Shapes outputs = output_shapes();
  check_inputs(name(), input_shapes(), x);
  const Index n = x[0]->shape().front(),
              batch = std::min(n, options.batch_size > 0 ? options.batch_size : Index(32));
  std::vector<Tensor> y;
  for (const Shape& shape : outputs) y.emplace_back().resize(shape.with_front(n));
  if (n == 0) return y;
  detail::ProgressBar bar((n + batch - 1) / batch, options.verbose == 0
                                                       ? detail::ProgressBar::Style::silent
                                                       : detail::ProgressBar::style_for(options.verbose));
  for (const CallbackHandle& c : options.callbacks) c->on_predict_begin(*this);
  const Lease plan(*pool_, batch);
  std::vector<View<const float>> inputs(x.size());
  Index step = 0;
  for (Index first = 0; first < n; first += batch, ++step) {
    const Index count = std::min(batch, n - first);
    for (const CallbackHandle& c : options.callbacks) c->on_predict_batch_begin(*this, step);
    for (std::size_t i = 0; i < x.size(); ++i) inputs[i] = x[i]->view().samples(first, count);
    plan->forward(inputs, count, {});
    for (std::size_t o = 0; o < y.size(); ++o) {
      const View<const float> from = plan->output(o);
      std::copy(from.begin(), from.end(), y[o].view().samples(first, count).data);
    }
    for (const CallbackHandle& c : options.callbacks) c->on_predict_batch_end(*this, step);
    bar.update(step + 1, {}, first + batch >= n);
  }
  for (const CallbackHandle& c : options.callbacks) c->on_predict_end(*this);
  return y;
}

namespace {
Tensor only(std::vector<Tensor> outputs) {
  if (outputs.size() != 1)
    throw ValueError(detail::concat("predict: the model has ", outputs.size(), " outputs. Use predict_all."));
  return std::move(outputs[0]);
}
}  // namespace

Tensor Model::predict(const Tensor& x) const { return predict(x, PredictOptions{}); }
Tensor Model::predict(const Tensor& x, const PredictOptions& options) const {
  return only(predict_tensors({&x}, options));
}
Tensor Model::predict_on_batch(const Tensor& x) const {
  return predict(x, PredictOptions{.batch_size = std::max<Index>(1, x.rank() > 0 ? x.shape().front() : 1)});
}

std::vector<Tensor> Model::predict_all(const std::vector<Tensor>& x) const {
  return predict_all(x, PredictOptions{});
}
std::vector<Tensor> Model::predict_all(const std::vector<Tensor>& x, const PredictOptions& options) const {
  std::vector<const Tensor*> all;
  for (const Tensor& t : x) all.push_back(&t);
  return predict_tensors(all, options);
}

Tensor Model::predict(BatchSource& source) const { return predict(source, PredictOptions{}); }
Tensor Model::predict(BatchSource& source, const PredictOptions& options) const {
  source.start_epoch(0);
  std::vector<float> values;
  Shape shape;
  Index samples = 0, step = 0;
  detail::ProgressBar bar(options.steps > 0 ? options.steps : source.batches(),
                          options.verbose == 0 ? detail::ProgressBar::Style::silent
                                               : detail::ProgressBar::style_for(options.verbose));
  const detail::Interrupt interrupt;
  for (Batch batch; (options.steps == 0 || step < options.steps) && !interrupt.asked() && source.next(batch);
       ++step) {
    std::vector<const Tensor*> x;
    for (const Tensor& t : batch.x) x.push_back(&t);
    const Index n = batch.x.empty() || batch.x[0].rank() == 0 ? 1 : batch.x[0].shape().front();
    const Tensor y =
        only(predict_tensors(x, {.batch_size = std::max<Index>(1, n), .callbacks = options.callbacks}));
    values.insert(values.end(), y.begin(), y.end());
    samples += n;
    shape = y.shape();
    bar.update(step + 1, {});
  }
  bar.update(step, {}, true);
  if (samples == 0) throw ValueError("predict: the source gave no batch. Check that it holds samples.");
  return Tensor(shape.without_front().with_front(samples), values);
}

}  // namespace cornu
