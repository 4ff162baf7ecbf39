#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "cornu/core/error.hpp"
#include "cornu/model/model.hpp"
#include "cornu/training/callbacks/early_stopping.hpp"
#include "cornu/training/callbacks/lambda_callback.hpp"
#include "cornu/training/fit_options.hpp"

namespace cornu {

Callback::~Callback() = default;

namespace {

class EarlyStoppingCallback final : public Callback {
 public:
  explicit EarlyStoppingCallback(EarlyStopping spec) : spec_(std::move(spec)) {
    if (spec_.patience < 0)
      throw ValueError(
          detail::concat("EarlyStopping: patience is ", spec_.patience, "; it must be 0 or more."));
    up_ = spec_.mode == MonitorMode::max || (spec_.mode == MonitorMode::automatic && goes_up(spec_.monitor));
  }

  void check(const FitOptions& options) override {
    if (of_validation(spec_.monitor) && !options.validation_data && !(options.validation_split > 0.f))
      throw ValueError(detail::concat("EarlyStopping: monitor is '", spec_.monitor,
                                      "', but fit has no validation data. Set validation_data or "
                                      "validation_split, or monitor a number of the training data such as "
                                      "'loss'."));
  }
  void on_train_begin(Model&) override {
    wait_ = 0;
    best_epoch_ = stopped_epoch_ = 0;
    best_ = std::numeric_limits<double>::quiet_NaN();  // anything is better
    best_weights_.clear();
  }
  void on_epoch_end(Model& model, Index epoch, Logs& logs) override {
    const bool validated =
        std::any_of(logs.begin(), logs.end(), [](const auto& entry) { return of_validation(entry.first); });
    if (of_validation(spec_.monitor) && !validated) return;  // validation_freq passed over this epoch
    const double current = logs[spec_.monitor];
    if (epoch < spec_.start_from_epoch) return;
    if (spec_.restore_best_weights && best_weights_.empty()) keep(model, epoch);
    ++wait_;
    if (better(current, best_)) {
      best_ = current;
      keep(model, epoch);
      if (std::isnan(spec_.baseline) || better(current, spec_.baseline)) wait_ = 0;
      return;
    }
    if (wait_ >= spec_.patience && epoch > 0) {
      stopped_epoch_ = epoch;
      stop_training();
    }
  }
  void on_train_end(Model& model, const Logs&) override {
    if (spec_.verbose && stopped_epoch_ > 0) std::printf("Epoch %td: early stopping\n", stopped_epoch_ + 1);
    if (!spec_.restore_best_weights || best_weights_.empty()) return;
    if (spec_.verbose)
      std::printf("Restoring model weights from the end of the best epoch: %td.\n", best_epoch_ + 1);
    model.set_weights(best_weights_);
  }

 private:
  static bool goes_up(std::string_view monitor) {
    for (const std::string_view word :
         {"acc", "auc", "precision", "recall", "f1", "fbeta", "r2", "top_k", "top"})
      if (monitor.find(word) != std::string_view::npos) return true;
    return false;
  }
  bool better(double current, double than) const {
    if (std::isnan(than)) return true;
    const double delta = std::abs(spec_.min_delta);
    return up_ ? current - delta > than : current + delta < than;
  }
  static bool of_validation(std::string_view key) { return key.starts_with("val_"); }
  void keep(const Model& model, Index epoch) {
    best_epoch_ = epoch;
    if (spec_.restore_best_weights) best_weights_ = model.get_weights();
  }

  EarlyStopping spec_;
  bool up_;
  Index wait_ = 0, best_epoch_ = 0, stopped_epoch_ = 0;
  double best_ = 0;
  std::vector<Tensor> best_weights_;
};

class LambdaCallbackCallback final : public Callback {
 public:
  explicit LambdaCallbackCallback(LambdaCallback spec) : spec_(std::move(spec)) {}
  void on_train_begin(Model&) override { spec_.on_train_begin(); }
  void on_train_end(Model&, const Logs& logs) override { spec_.on_train_end(logs); }
  void on_epoch_begin(Model&, Index epoch) override { spec_.on_epoch_begin(epoch); }
  void on_epoch_end(Model&, Index epoch, Logs& logs) override { spec_.on_epoch_end(epoch, logs); }
  void on_train_batch_begin(Model&, Index batch) override { spec_.on_train_batch_begin(batch); }
  void on_train_batch_end(Model&, Index batch, const Logs& logs) override {
    spec_.on_train_batch_end(batch, logs);
  }

 private:
  LambdaCallback spec_;
};

}  // namespace

std::unique_ptr<Callback> make_callback(EarlyStopping spec) {
  return std::make_unique<EarlyStoppingCallback>(std::move(spec));
}
std::unique_ptr<Callback> make_callback(LambdaCallback spec) {
  return std::make_unique<LambdaCallbackCallback>(std::move(spec));
}

}  // namespace cornu
