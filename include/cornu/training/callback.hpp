#pragma once
#include <initializer_list>
#include <memory>
#include <utility>

#include "cornu/core/shape.hpp"
#include "cornu/training/logs.hpp"

namespace cornu {

class Model;
struct FitOptions;

/// Hooks into fit, evaluate and predict, as Keras': override those you need. Epochs and batches count from 0.
/// In the _end hooks logs hold the loss and metrics so far; on_epoch_end may add keys, which then are in the
/// History.
class Callback {
 public:
  virtual ~Callback();
  /// Called by fit before anything else: refuse here what the callback cannot work with.
  virtual void check(const FitOptions&) {}
  virtual void on_train_begin(Model&) {}
  virtual void on_train_end(Model&, const Logs&) {}
  virtual void on_epoch_begin(Model&, Index /*epoch*/) {}
  virtual void on_epoch_end(Model&, Index /*epoch*/, Logs&) {}
  virtual void on_train_batch_begin(Model&, Index /*batch*/) {}
  virtual void on_train_batch_end(Model&, Index /*batch*/, const Logs&) {}
  virtual void on_test_begin(Model&) {}
  virtual void on_test_end(Model&, const Logs&) {}
  virtual void on_test_batch_begin(Model&, Index /*batch*/) {}
  virtual void on_test_batch_end(Model&, Index /*batch*/, const Logs&) {}
  virtual void on_predict_begin(const Model&) {}
  virtual void on_predict_end(const Model&) {}
  virtual void on_predict_batch_begin(const Model&, Index /*batch*/) {}
  virtual void on_predict_batch_end(const Model&, Index /*batch*/) {}

  /// Ends fit after this batch or epoch, keeping what was learned.
  void stop_training() { stop_ = true; }
  bool stops() const { return stop_; }
  void clear_stop() { stop_ = false; }

 private:
  bool stop_ = false;
};

/// A callback in FitOptions: one of Cornu's aggregates, or a pointer to your own, which must live through
/// fit.
///
///   .callbacks = {EarlyStopping{.patience = 3}, &mine}
class CallbackHandle {
 public:
  CallbackHandle(Callback* own) : callback_(own, [](Callback*) {}) {}
  template <class Spec>
  requires requires(Spec spec) { make_callback(std::move(spec)); }
  CallbackHandle(Spec spec) : callback_(make_callback(std::move(spec))) {}

  Callback& operator*() const { return *callback_; }
  Callback* operator->() const { return callback_.get(); }

 private:
  std::shared_ptr<Callback> callback_;
};

}  // namespace cornu
