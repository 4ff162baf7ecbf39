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

void check_inputs(const detail::Graph& graph, std::span<const Tensor* const> x) {
  const Shapes& expected = graph.input_shapes();
  const std::string& name = graph.name();
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

void check_one_output(const detail::Graph& graph) {
  if (graph.outputs().size() != 1)
    throw ValueError(detail::concat("predict: model '", graph.name(), "' has ", graph.outputs().size(),
                                    " outputs. Use predict_all."));
}

}  // namespace

/// Fills y, which has a tensor for each output.
void Model::predict_into(std::span<const Tensor* const> x, const PredictOptions& options,
                         std::span<Tensor> y) const {
  const detail::Graph& g = *graph("predict");
  check_inputs(g, x);
  const Index n = x[0]->shape().front(),
              batch = std::min(n, options.batch_size > 0 ? options.batch_size : Index(32));
  for (std::size_t o = 0; o < y.size(); ++o) y[o].resize(g.output_shapes()[o].with_front(n));
  if (n == 0) return;
  detail::ProgressBar bar((n + batch - 1) / batch, options.verbose == 0
                                                       ? detail::ProgressBar::Style::silent
                                                       : detail::ProgressBar::style_for(options.verbose));
  for (const CallbackHandle& c : options.callbacks) c->on_predict_begin(*this);
  const Lease plan(*pool_, batch);
  Index step = 0;
  for (Index first = 0; first < n; first += batch, ++step) {
    const Index count = std::min(batch, n - first);
    for (const CallbackHandle& c : options.callbacks) c->on_predict_batch_begin(*this, step);
    for (std::size_t i = 0; i < x.size(); ++i) plan->set_input(i, x[i]->view().samples(first, count));
    plan->forward(count, {});
    for (std::size_t o = 0; o < y.size(); ++o) {
      const View<const float> from = plan->output(o);
      std::copy(from.begin(), from.end(), y[o].view().samples(first, count).data);
    }
    for (const CallbackHandle& c : options.callbacks) c->on_predict_batch_end(*this, step);
    bar.update(step + 1, {}, first + batch >= n);
  }
  for (const CallbackHandle& c : options.callbacks) c->on_predict_end(*this);
}

Tensor Model::predict(const Tensor& x) const { return predict(x, PredictOptions{}); }
Tensor Model::predict(const Tensor& x, const PredictOptions& options) const {
  check_one_output(*graph("predict"));
  Tensor y;
  const Tensor* const in = &x;
  predict_into({&in, 1}, options, {&y, 1});
  return y;
}
Tensor Model::predict_on_batch(const Tensor& x) const {
  return predict(x, PredictOptions{.batch_size = std::max<Index>(1, x.rank() > 0 ? x.shape().front() : 1)});
}

std::vector<Tensor> Model::predict_all(const std::vector<Tensor>& x) const {
  return predict_all(x, PredictOptions{});
}
std::vector<Tensor> Model::predict_all(const std::vector<Tensor>& x, const PredictOptions& options) const {
  std::vector<const Tensor*> in;
  for (const Tensor& t : x) in.push_back(&t);
  std::vector<Tensor> y(graph("predict")->outputs().size());
  predict_into(in, options, y);
  return y;
}

Tensor Model::predict(BatchSource& source) const { return predict(source, PredictOptions{}); }
Tensor Model::predict(BatchSource& source, const PredictOptions& options) const {
  check_one_output(*graph("predict"));
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
    Tensor y;
    predict_into(x, {.batch_size = std::max<Index>(1, n), .callbacks = options.callbacks}, {&y, 1});
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
