// When callbacks are called, with what, and how they and Ctrl-C end training.
#include <algorithm>
#include <csignal>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/dense.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "support/messages.hpp"
#include "support/random_data.hpp"

using namespace cornu;
using namespace cornu::support;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Sequential compiled() {
  Sequential model{Input{.shape = {4}}, Dense{.units = 1}};
  model.compile(CompileOptions{.optimizer = SGD{}, .loss = MeanSquaredError{}});
  return model;
}

const Tensor kX = noise({6, 4}, 1), kY = noise({6, 1}, 2);

/// Writes down every call.
class Recorder final : public Callback {
 public:
  std::vector<std::string> calls;

  void on_train_begin(Model&) override { calls.push_back("train_begin"); }
  void on_train_end(Model&, const Logs& logs) override { calls.push_back("train_end" + keys(logs)); }
  void on_epoch_begin(Model&, Index e) override { calls.push_back("epoch_begin " + std::to_string(e)); }
  void on_epoch_end(Model&, Index e, Logs& logs) override {
    calls.push_back("epoch_end " + std::to_string(e) + keys(logs));
  }
  void on_train_batch_begin(Model&, Index b) override { calls.push_back("batch_begin " + std::to_string(b)); }
  void on_train_batch_end(Model&, Index b, const Logs& logs) override {
    calls.push_back("batch_end " + std::to_string(b) + keys(logs));
  }
  void on_test_begin(Model&) override { calls.push_back("test_begin"); }
  void on_test_end(Model&, const Logs& logs) override { calls.push_back("test_end" + keys(logs)); }
  void on_test_batch_begin(Model&, Index b) override {
    calls.push_back("test_batch_begin " + std::to_string(b));
  }
  void on_test_batch_end(Model&, Index b, const Logs& logs) override {
    calls.push_back("test_batch_end " + std::to_string(b) + keys(logs));
  }
  void on_predict_begin(const Model&) override { calls.push_back("predict_begin"); }
  void on_predict_end(const Model&) override { calls.push_back("predict_end"); }
  void on_predict_batch_begin(const Model&, Index b) override {
    calls.push_back("predict_batch_begin " + std::to_string(b));
  }
  void on_predict_batch_end(const Model&, Index b) override {
    calls.push_back("predict_batch_end " + std::to_string(b));
  }

 private:
  static std::string keys(const Logs& logs) {
    std::string text = " (";
    for (const auto& entry : logs) text += (text.size() > 2 ? " " : "") + entry.first;
    return text + ")";
  }
};

/// Does something at the end of an epoch or batch.
template <class F>
class AtBatchEnd final : public Callback {
 public:
  explicit AtBatchEnd(F f) : f_(std::move(f)) {}
  void on_train_batch_end(Model& model, Index batch, const Logs&) override { f_(*this, model, batch); }

 private:
  F f_;
};

/// Gives every epoch a score and, as its weights, its number.
class Script final : public Callback {
 public:
  explicit Script(std::vector<double> scores, std::string key = "score")
      : scores_(std::move(scores)), key_(std::move(key)) {}
  void on_epoch_end(Model& model, Index epoch, Logs& logs) override {
    logs.set(key_, scores_.at(std::size_t(epoch)));
    model.layer("dense").weight("bias").fill(float(epoch));
  }

 private:
  std::vector<double> scores_;
  std::string key_;
};

/// Epochs that run, and the epoch whose weights the model has in the end.
std::pair<std::size_t, float> early_stop(const std::vector<double>& scores, const EarlyStopping& spec) {
  Sequential model = compiled();
  Script script(scores, spec.monitor);
  const History history = model.fit(
      kX, kY, FitOptions{.epochs = Index(scores.size()), .verbose = 0, .callbacks = {&script, spec}});
  return {history.epoch().size(), model.layer("dense").weight("bias").item()};
}

TEST(Callbacks, OrderAndArgumentsOfAllHooks) {
  Sequential model = compiled();
  Recorder r;
  model.fit(
      kX, kY,
      FitOptions{.batch_size = 4, .epochs = 2, .verbose = 0, .callbacks = {&r}, .validation_data = {kX, kY}});
  std::vector<std::string> expected{"train_begin"};
  for (const std::string epoch : {"0", "1"})
    for (const std::string& call : std::initializer_list<std::string>{
             "epoch_begin " + epoch, "batch_begin 0", "batch_end 0 (loss)", "batch_begin 1",
             "batch_end 1 (loss)", "test_begin", "test_batch_begin 0", "test_batch_end 0 (loss)",
             "test_batch_begin 1", "test_batch_end 1 (loss)", "test_end (loss)",
             "epoch_end " + epoch + " (loss val_loss)"})
      expected.push_back(call);
  expected.push_back("train_end (loss val_loss)");
  EXPECT_EQ(r.calls, expected);
}

TEST(Callbacks, OrderInEvaluateAndPredict) {
  Sequential model = compiled();
  Recorder r;
  model.evaluate(kX, kY, EvaluateOptions{.batch_size = 6, .verbose = 0, .callbacks = {&r}});
  EXPECT_THAT(r.calls,
              ElementsAre("test_begin", "test_batch_begin 0", "test_batch_end 0 (loss)", "test_end (loss)"));
  r.calls.clear();
  model.predict(kX, PredictOptions{.batch_size = 4, .callbacks = {&r}});
  EXPECT_THAT(r.calls, ElementsAre("predict_begin", "predict_batch_begin 0", "predict_batch_end 0",
                                   "predict_batch_begin 1", "predict_batch_end 1", "predict_end"));
}

TEST(Callbacks, KeysThatACallbackAddsAreInTheHistory) {
  Sequential model = compiled();
  Script script({5, 6, 7});
  const History history = model.fit(kX, kY, FitOptions{.epochs = 3, .verbose = 0, .callbacks = {&script}});
  EXPECT_EQ(history["score"], (std::vector<double>{5, 6, 7}));
  EXPECT_THAT(history.epoch(), ElementsAre(0, 1, 2));
}

TEST(EarlyStoppingTest, Patience) {
  const std::vector<double> scores{5, 4, 4.5, 4.2, 3, 3.1, 3.2, 3.3};
  EXPECT_EQ(early_stop(scores, {.monitor = "score", .patience = 0}).first, 3u);
  EXPECT_EQ(early_stop(scores, {.monitor = "score", .patience = 1}).first, 3u);
  EXPECT_EQ(early_stop(scores, {.monitor = "score", .patience = 2}).first, 4u);
  EXPECT_EQ(early_stop(scores, {.monitor = "score", .patience = 3}).first, 8u);
  // Keras: the first epoch never stops.
  EXPECT_EQ(early_stop({1, 2}, {.monitor = "score", .patience = 0}).first, 2u);
}

TEST(EarlyStoppingTest, ModeAndMinDelta) {
  const std::vector<double> rising{0.5, 0.6, 0.605, 0.7};
  EXPECT_EQ(early_stop(rising, {.monitor = "score", .patience = 1}).first, 2u);
  EXPECT_EQ(early_stop(rising, {.monitor = "score", .patience = 1, .mode = MonitorMode::max}).first, 4u);
  EXPECT_EQ(early_stop(rising, {.monitor = "my_accuracy", .patience = 1}).first, 4u) << "automatic is up";
  for (const double delta : {0.01, -0.01})  // Keras takes its size
    EXPECT_EQ(
        early_stop(rising, {.monitor = "score", .min_delta = delta, .patience = 1, .mode = MonitorMode::max})
            .first,
        3u);
}

TEST(EarlyStoppingTest, RestoresTheBestWeights) {
  const std::vector<double> scores{5, 3, 4, 6, 7};
  EXPECT_EQ(early_stop(scores, {.monitor = "score", .patience = 2}), std::pair(std::size_t(4), 3.f));
  EXPECT_EQ(early_stop(scores, {.monitor = "score", .patience = 2, .restore_best_weights = true}),
            std::pair(std::size_t(4), 1.f));
  EXPECT_EQ(early_stop(scores, {.monitor = "score", .patience = 9, .restore_best_weights = true}),
            std::pair(std::size_t(5), 1.f))
      << "also when nothing stopped it";
}

TEST(EarlyStoppingTest, BaselineMustBeBeatenWithinPatience) {
  // Keras 3: a new best counts as improvement but resets the patience only below the baseline.
  EXPECT_EQ(early_stop({5, 4, 3, 3.5, 2}, {.monitor = "score", .patience = 2, .baseline = 1}).first, 4u);
  EXPECT_EQ(early_stop({5, 4, 0.5, 0.6, 0.7}, {.monitor = "score", .patience = 2, .baseline = 1}).first, 5u);
  EXPECT_EQ(early_stop({5, 6, 7, 8}, {.monitor = "score", .patience = 1, .baseline = 1}).first, 2u);
}

TEST(EarlyStoppingTest, StartFromEpoch) {
  EXPECT_EQ(early_stop({1, 2, 3, 4, 5, 6}, {.monitor = "score", .patience = 1, .start_from_epoch = 3}).first,
            5u);
  EXPECT_EQ(
      early_stop({1, 2, 3, 4, 5, 6},
                 {.monitor = "score", .patience = 1, .restore_best_weights = true, .start_from_epoch = 3}),
      std::pair(std::size_t(5), 3.f));
}

TEST(EarlyStoppingTest, LeavesEpochsWithoutValidationAlone) {
  Sequential model = compiled();
  const History history = model.fit(kX, kY,
                                    FitOptions{.epochs = 6,
                                               .verbose = 0,
                                               .callbacks = {EarlyStopping{.patience = 5}},
                                               .validation_data = {kX, kY},
                                               .validation_freq = 2});
  EXPECT_EQ(history["val_loss"].size(), 3u);
  EXPECT_EQ(history["loss"].size(), 6u);
}

TEST(EarlyStoppingTest, SaysWhatItDoesWhenAsked) {
  Sequential model = compiled();
  Script script({5, 3, 4, 6, 7});
  testing::internal::CaptureStdout();
  model.fit(kX, kY,
            FitOptions{.epochs = 5,
                       .verbose = 0,
                       .callbacks = {&script, EarlyStopping{.monitor = "score",
                                                            .patience = 2,
                                                            .verbose = true,
                                                            .restore_best_weights = true}}});
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2.\n");
}

TEST(EarlyStoppingTest, CanBeUsedAgain) {
  Sequential model = compiled();
  const CallbackHandle stop = EarlyStopping{.monitor = "score", .patience = 1};
  for (int again = 0; again < 2; ++again) {
    Script script({1, 2, 3});
    EXPECT_EQ(
        model.fit(kX, kY, FitOptions{.epochs = 3, .verbose = 0, .callbacks = {&script, stop}}).epoch().size(),
        2u);
  }
}

TEST(LambdaCallbackTest, AllHooks) {
  Sequential model = compiled();
  std::string calls;
  const auto note = [&](const std::string& what) { calls += what + " "; };
  model.fit(
      kX, kY,
      FitOptions{.batch_size = 6,
                 .epochs = 2,
                 .verbose = 0,
                 .callbacks = {LambdaCallback{
                     .on_epoch_begin = [&](Index e) { note("eb" + std::to_string(e)); },
                     .on_epoch_end =
                         [&](Index e, const Logs& logs) {
                           note("ee" + std::to_string(e) + (logs.contains("loss") ? "l" : ""));
                         },
                     .on_train_begin = [&] { note("tb"); },
                     .on_train_end = [&](const Logs&) { note("te"); },
                     .on_train_batch_begin = [&](Index b) { note("bb" + std::to_string(b)); },
                     .on_train_batch_end = [&](Index b, const Logs&) { note("be" + std::to_string(b)); }}}});
  EXPECT_EQ(calls, "tb eb0 bb0 be0 ee0l eb1 bb0 be0 ee1l te ");
  model.fit(kX, kY, FitOptions{.verbose = 0, .callbacks = {LambdaCallback{}}});  // nothing set: nothing done
}

TEST(StopTraining, InTheMiddleOfAnEpochEndsAfterTheBatch) {
  Sequential model = compiled();
  Recorder r;
  AtBatchEnd stop([](Callback& self, Model&, Index batch) {
    if (batch == 1) self.stop_training();
  });
  const FitOptions options{
      .batch_size = 1, .epochs = 5, .verbose = 0, .callbacks = {&r, &stop}, .validation_data = {kX, kY}};
  const History history = model.fit(kX, kY, options);
  EXPECT_EQ(history["loss"].size(), 1u);
  EXPECT_EQ(history["val_loss"].size(), 1u) << "Keras validates what was learned";
  EXPECT_EQ(std::count(r.calls.begin(), r.calls.end(), "batch_begin 1"), 1);
  EXPECT_EQ(std::count(r.calls.begin(), r.calls.end(), "batch_begin 2"), 0);
  EXPECT_EQ(r.calls.back(), "train_end (loss val_loss)");
  EXPECT_EQ(model.fit(kX, kY, options)["loss"].size(), 1u) << "the next fit starts anew";
}

void (*handler_of_interrupt())(int) {
  struct sigaction now {};
  sigaction(SIGINT, nullptr, &now);
  return now.sa_handler;
}

TEST(ControlC, EndsFitAfterTheBatchAndReturnsTheHistory) {
  std::signal(SIGINT, SIG_DFL);
  Sequential model = compiled();
  Recorder r;
  Index batches = 0;
  AtBatchEnd interrupt([&](Callback&, Model&, Index) {
    if (++batches == 5) std::raise(SIGINT);
  });
  const History history = model.fit(
      kX, kY, FitOptions{.batch_size = 2, .epochs = 50, .verbose = 0, .callbacks = {&r, &interrupt}});
  EXPECT_EQ(batches, 5);
  EXPECT_THAT(history.epoch(), ElementsAre(0, 1));
  EXPECT_EQ(r.calls.back(), "train_end (loss)");
  EXPECT_EQ(handler_of_interrupt(), SIG_DFL);
  EXPECT_EQ(model.fit(kX, kY, FitOptions{.epochs = 2, .verbose = 0})["loss"].size(), 2u);
}

/// Raises SIGINT when validation begins.
class InterruptsValidation final : public Callback {
 public:
  void on_test_begin(Model&) override { std::raise(SIGINT); }
};

TEST(ControlC, InValidation) {
  std::signal(SIGINT, SIG_DFL);
  Sequential model = compiled();
  InterruptsValidation interrupt;
  const History history = model.fit(
      kX, kY, FitOptions{.epochs = 9, .verbose = 0, .callbacks = {&interrupt}, .validation_data = {kX, kY}});
  EXPECT_EQ(history["loss"].size(), 1u);
  EXPECT_EQ(handler_of_interrupt(), SIG_DFL);
}

int interrupts_seen = 0;

TEST(ControlC, AHandlerOfTheProgramsOwnStays) {
  interrupts_seen = 0;
  std::signal(SIGINT, [](int) { ++interrupts_seen; });
  const auto mine = handler_of_interrupt();
  Sequential model = compiled();
  AtBatchEnd interrupt([&](Callback&, Model&, Index) { std::raise(SIGINT); });
  const History history =
      model.fit(kX, kY, FitOptions{.batch_size = 6, .epochs = 3, .verbose = 0, .callbacks = {&interrupt}});
  EXPECT_EQ(history["loss"].size(), 3u);
  EXPECT_EQ(interrupts_seen, 3);
  EXPECT_EQ(handler_of_interrupt(), mine);
  std::signal(SIGINT, SIG_DFL);
}

TEST(ControlC, TheHandlerGoesAlsoWhenFitFails) {
  std::signal(SIGINT, SIG_DFL);
  Sequential model = compiled();
  EXPECT_THROW(model.fit(kX, Tensor({6, 3}), FitOptions{.verbose = 0}), ShapeError);
  EXPECT_EQ(handler_of_interrupt(), SIG_DFL);
}

}  // namespace
