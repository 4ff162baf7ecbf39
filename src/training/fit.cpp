#include <algorithm>
#include <cmath>
#include <optional>

#include "cornu/model/model.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "cornu/training/tensor_source.hpp"
#include "training/interrupt.hpp"
#include "training/progress_bar.hpp"
#include "training/training.hpp"

namespace cornu {

namespace {

constexpr Index kBatchSize = 32;  // Keras' default

std::vector<const Tensor*> pointers(const std::vector<Tensor>& tensors) {
  std::vector<const Tensor*> out;
  for (const Tensor& t : tensors) out.push_back(&t);
  return out;
}

Shapes sample_shapes(const std::vector<Tensor>& tensors) {
  Shapes shapes;
  for (const Tensor& t : tensors)
    if (t.rank() > 0) shapes.push_back(t.shape().without_front());
  return shapes;
}

void check_options(const FitOptions& o) {
  const auto at_least = [](const char* field, Index value, Index least) {
    if (value < least)
      throw ValueError(detail::concat("fit: ", field, " is ", value, "; it must be at least ", least, "."));
  };
  at_least("batch_size", o.batch_size, 0);
  at_least("epochs", o.epochs, 0);
  at_least("initial_epoch", o.initial_epoch, 0);
  at_least("steps_per_epoch", o.steps_per_epoch, 0);
  at_least("validation_steps", o.validation_steps, 0);
  at_least("validation_batch_size", o.validation_batch_size, 0);
  at_least("validation_freq", o.validation_freq, 1);
  if (!(o.validation_split >= 0.f && o.validation_split < 1.f))
    throw ValueError(
        detail::concat("fit: validation_split is ", double(o.validation_split),
                       "; it must be at least 0 and below 1. It is the share that is held out."));
  for (const auto& [label, weight] : o.class_weight)
    if (label < 0 || label > 1000000 || !(weight >= 0.f))
      throw ValueError(detail::concat("fit: class_weight gives class ", label, " the weight ", double(weight),
                                      "; classes and weights must not be negative."));
}

std::vector<float> class_weights(const std::map<Index, float>& by_class) {
  if (by_class.empty()) return {};
  std::vector<float> weights(std::size_t(by_class.rbegin()->first) + 1, 1.f);
  for (const auto& [label, weight] : by_class) weights[std::size_t(label)] = weight;
  return weights;
}

/// Samples of the training part when this share is held out at the end. Source: Keras array_slicing.py.
Index training_part(Index samples, float split) {
  // 0.3f is a little more than the 0.3 that Keras computes with, which would move the border by a sample.
  const double share = std::round(double(split) * 1e7) / 1e7;
  const auto part = static_cast<Index>(std::floor(double(samples) * (1.0 - share)));
  if (part <= 0 || part >= samples)
    throw ValueError(detail::concat("fit: ", samples, " samples are too few for validation_split ",
                                    double(split),
                                    ": one part would be empty. Give more samples or validation_data."));
  return part;
}

struct Callbacks {
  const std::vector<CallbackHandle>& list;
  template <class F>
  void each(F f) const {
    for (const CallbackHandle& callback : list) f(*callback);
  }
  bool stop() const {
    bool stop = false;
    each([&](Callback& c) { stop = stop || c.stops(); });
    return stop;
  }
};

/// Loss and metrics over a source; leaves them in training.results(). `batch` is only memory.
const Logs& run_test(Model& model, detail::Training& training, BatchSource& source, Index steps,
                     Callbacks callbacks, Batch& batch, const detail::Interrupt* interrupt,
                     detail::ProgressBar* bar) {
  training.reset_metrics();
  source.start_epoch(0);
  callbacks.each([&](Callback& c) { c.on_test_begin(model); });
  Index done = 0;
  for (; (steps == 0 || done < steps) && !(interrupt && interrupt->asked()) && source.next(batch); ++done) {
    callbacks.each([&](Callback& c) { c.on_test_batch_begin(model, done); });
    training.test_step(batch, {}, {.what = "evaluate", .batch = done});
    callbacks.each([&](Callback& c) { c.on_test_batch_end(model, done, training.results()); });
    if (bar) bar->update(done + 1, training.results());
  }
  if (done == 0 && !(interrupt && interrupt->asked()))
    throw ValueError("evaluate: the source gave no batch. Check that it holds samples.");
  callbacks.each([&](Callback& c) { c.on_test_end(model, training.results()); });
  if (bar) bar->update(done, training.results(), true);
  return training.results();
}

class Fit {
 public:
  Fit(Model& model, detail::Training& training, BatchSource& source, BatchSource* validation,
      const FitOptions& options)
      : model_(model),
        training_(training),
        source_(source),
        validation_(validation),
        options_(options),
        callbacks_{options.callbacks},
        class_weight_(class_weights(options.class_weight)) {
    if (!class_weight_.empty() && training.graph().outputs().size() > 1)
      throw ValueError(detail::concat("fit: class_weight was given, but model '", model.name(), "' has ",
                                      training.graph().outputs().size(),
                                      " outputs. Give sample_weight with the data instead."));
    constexpr Index kMostReserved = 100000;
    history_.reserve(std::min(options.epochs - options.initial_epoch, kMostReserved));
  }

  History run() {
    const auto style = detail::ProgressBar::style_for(options_.verbose);
    callbacks_.each([&](Callback& c) {
      c.check(options_);
      c.clear_stop();
    });
    callbacks_.each([&](Callback& c) { c.on_train_begin(model_); });
    for (Index epoch = options_.initial_epoch; epoch < options_.epochs; ++epoch) {
      if (style != detail::ProgressBar::Style::silent && options_.epochs > 1) {
        std::printf("Epoch %td/%td\n", epoch + 1, options_.epochs);
        std::fflush(stdout);
      }
      const Index target = options_.steps_per_epoch > 0 ? options_.steps_per_epoch : source_.batches();
      detail::ProgressBar bar(target, style);
      train_epoch(epoch, bar);
      logs_ = training_.results();
      if (validation_ && (epoch + 1) % options_.validation_freq == 0 && !interrupt_.asked()) validate();
      training_.set_epochs(epoch + 1);  // before the callbacks: one of them may save the model
      callbacks_.each([&](Callback& c) { c.on_epoch_end(model_, epoch, logs_); });
      bar.update(bar.seen(), logs_, true);
      history_.append(epoch, logs_);
      if (stop()) break;
    }
    training_.end_training();
    callbacks_.each([&](Callback& c) { c.on_train_end(model_, logs_); });
    return std::move(history_);
  }

 private:
  bool stop() const { return interrupt_.asked() || callbacks_.stop(); }

  void validate() {
    const Logs& results = run_test(model_, training_, *validation_, options_.validation_steps, callbacks_,
                                   test_batch_, &interrupt_, nullptr);
    std::size_t key = 0;
    for (const auto& [name, value] : results) {
      if (key == validation_keys_.size()) validation_keys_.push_back("val_" + name);
      logs_.set(validation_keys_[key++], value);
    }
  }

  void train_epoch(Index epoch, detail::ProgressBar& bar) {
    training_.reset_metrics();
    callbacks_.each([&](Callback& c) { c.on_epoch_begin(model_, epoch); });
    const bool by_steps = options_.steps_per_epoch > 0;
    if (!by_steps || epoch == options_.initial_epoch) source_.start_epoch(source_epoch_ = epoch);
    for (Index step = 0; !by_steps || step < options_.steps_per_epoch; ++step) {
      if (!source_.next(batch_)) {
        if (!by_steps) {
          if (step == 0) throw ValueError("fit: the source gave no batch. Check that it holds samples.");
          return;
        }
        source_.start_epoch(++source_epoch_);  // epochs of so many steps go on where the data starts again
        if (!source_.next(batch_))
          throw ValueError("fit: the source gave no batch. Check that it holds samples.");
      }
      callbacks_.each([&](Callback& c) { c.on_train_batch_begin(model_, step); });
      training_.train_step(batch_, class_weight_, options_.seed,
                           {.what = "fit", .epoch = epoch, .batch = step});
      const Logs& logs = training_.results();
      callbacks_.each([&](Callback& c) { c.on_train_batch_end(model_, step, logs); });
      bar.update(step + 1, logs);
      if (stop()) return;
    }
  }

  Model& model_;
  detail::Training& training_;
  BatchSource& source_;
  BatchSource* validation_;
  const FitOptions& options_;
  Callbacks callbacks_;
  std::vector<float> class_weight_;
  detail::Interrupt interrupt_;
  History history_;
  Logs logs_;  // of the epoch
  std::vector<std::string> validation_keys_;
  Batch batch_, test_batch_;
  Index source_epoch_ = 0;
};

History fit_tensors(Model& model, detail::Training& training, const std::vector<const Tensor*>& x,
                    const std::vector<const Tensor*>& y, const FitOptions& options) {
  check_options(options);
  const std::vector<const Tensor*> weight = options.sample_weight.empty()
                                                ? std::vector<const Tensor*>{}
                                                : std::vector(y.size(), &options.sample_weight);
  const Index batch_size = options.batch_size > 0 ? options.batch_size : kBatchSize;
  const Index test_batch = options.validation_batch_size > 0 ? options.validation_batch_size : batch_size;
  TensorSourceOptions train{.batch_size = batch_size, .shuffle = options.shuffle, .seed = options.seed};
  std::optional<TensorSource> held_out;
  BatchSource* validation = options.validation_data.source();
  if (options.validation_data && !validation) {
    const auto& v = options.validation_data;
    held_out = TensorSource::refer(v.x(), v.y(), {.batch_size = test_batch}, v.sample_weight());
  } else if (!options.validation_data && options.validation_split > 0.f && !x.empty() && x[0]->rank() > 0) {
    train.count = training_part(x[0]->shape().front(), options.validation_split);
    held_out = TensorSource::refer(x, y, {.batch_size = test_batch, .first = train.count}, weight);
  }
  TensorSource source = TensorSource::refer(x, y, train, weight);
  return Fit(model, training, source, held_out ? &*held_out : validation, options).run();
}

}  // namespace

void Model::build_from(BatchSource& source) {
  if (has_graph()) return;
  Batch batch;
  source.start_epoch(0);
  if (source.next(batch)) build_for(sample_shapes(batch.x));
}

History Model::fit(const Tensor& x, const Tensor& y, const FitOptions& options) {
  if (x.rank() > 0) build_for({x.shape().without_front()});
  return fit_tensors(*this, training("fit"), {&x}, {&y}, options);
}
History Model::fit(const Tensor& x, const Tensor& y) { return fit(x, y, FitOptions{}); }

History Model::fit(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const FitOptions& options) {
  build_for(sample_shapes(x));
  return fit_tensors(*this, training("fit"), pointers(x), pointers(y), options);
}

History Model::fit(BatchSource& source, const FitOptions& options) {
  check_options(options);
  const auto refuse = [](const char* field) {
    throw ValueError(
        detail::concat("fit: ", field, " was set, but the data is a batch source. Set it at the source."));
  };
  if (options.batch_size > 0) refuse("batch_size");
  if (options.validation_split > 0.f) refuse("validation_split");
  if (!options.sample_weight.empty()) refuse("sample_weight");
  build_from(source);
  std::optional<TensorSource> tensors;
  const ValidationData& v = options.validation_data;
  if (v && !v.source())
    tensors = TensorSource::refer(
        v.x(), v.y(),
        {.batch_size = options.validation_batch_size > 0 ? options.validation_batch_size : kBatchSize},
        v.sample_weight());
  return Fit(*this, training("fit"), source, tensors ? &*tensors : v.source(), options).run();
}
History Model::fit(BatchSource& source) { return fit(source, FitOptions{}); }

void Model::compile(const CompileOptions& options) {
  options_ = std::make_shared<CompileOptions>(options);
  training_ = graph_ ? std::make_shared<detail::Training>(graph_, options) : nullptr;
}

bool Model::compiled() const { return options_ != nullptr; }

detail::Training& Model::training(std::string_view what) {
  if (!options_)
    throw StateError(
        detail::concat(what,
                       ": the model is not compiled. Call compile(CompileOptions{.optimizer = ..., "
                       ".loss = ...}) first."));
  (void)graph(what);
  if (!training_) training_ = std::make_shared<detail::Training>(graph_, *options_);
  return *training_;
}

Index Model::epoch() const { return training_ ? training_->epochs() : 0; }

Optimizer& Model::optimizer() { return training("optimizer").optimizer(); }

Logs Model::evaluate(const Tensor& x, const Tensor& y) { return evaluate(x, y, EvaluateOptions{}); }
Logs Model::evaluate(const Tensor& x, const Tensor& y, const EvaluateOptions& options) {
  if (x.rank() > 0) build_for({x.shape().without_front()});
  std::vector<const Tensor*> weight;
  if (!options.sample_weight.empty()) weight.push_back(&options.sample_weight);
  TensorSource source = TensorSource::refer(
      {&x}, {&y}, {.batch_size = options.batch_size > 0 ? options.batch_size : kBatchSize}, weight);
  return evaluate(source, options);
}
Logs Model::evaluate(const std::vector<Tensor>& x, const std::vector<Tensor>& y,
                     const EvaluateOptions& options) {
  build_for(sample_shapes(x));
  const std::vector<const Tensor*> weight = options.sample_weight.empty()
                                                ? std::vector<const Tensor*>{}
                                                : std::vector(y.size(), &options.sample_weight);
  TensorSource source =
      TensorSource::refer(pointers(x), pointers(y),
                          {.batch_size = options.batch_size > 0 ? options.batch_size : kBatchSize}, weight);
  return evaluate(source, options);
}
Logs Model::evaluate(BatchSource& source) { return evaluate(source, EvaluateOptions{}); }
Logs Model::evaluate(BatchSource& source, const EvaluateOptions& options) {
  build_from(source);
  detail::Training& t = training("evaluate");
  Batch batch;
  detail::ProgressBar bar(options.steps > 0 ? options.steps : source.batches(),
                          detail::ProgressBar::style_for(options.verbose));
  return run_test(*this, t, source, options.steps, {options.callbacks}, batch, nullptr, &bar);
}

Logs Model::train_on_batch(const Tensor& x, const Tensor& y) { return train_on_batch(x, y, {}); }
Logs Model::train_on_batch(const Tensor& x, const Tensor& y, const Tensor& sample_weight) {
  if (x.rank() > 0) build_for({x.shape().without_front()});
  Batch batch{.x = {x}, .y = {y}, .sample_weight = {}};
  if (!sample_weight.empty()) batch.sample_weight = {sample_weight};
  detail::Training& t = training("train_on_batch");
  t.reset_metrics();
  t.train_step(batch, {}, 0, {.what = "train_on_batch"});
  return t.results();
}
Logs Model::test_on_batch(const Tensor& x, const Tensor& y) {
  if (x.rank() > 0) build_for({x.shape().without_front()});
  detail::Training& t = training("test_on_batch");
  t.reset_metrics();
  t.test_step(Batch{.x = {x}, .y = {y}, .sample_weight = {}}, {}, {.what = "test_on_batch"});
  return t.results();
}

}  // namespace cornu
