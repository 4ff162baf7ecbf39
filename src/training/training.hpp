#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cornu/training/batch_source.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/logs.hpp"
#include "cornu/training/profile.hpp"
#include "model/plan.hpp"

namespace cornu::detail {

/// Where a step stands, for messages: "fit: epoch 3, batch 17".
struct Place {
  const char* what;
  Index epoch = -1, batch = -1;
  std::string text() const;
};

/// What compile makes: plans, optimizer, losses and metrics of one model, and single steps on batches.
class Training {
 public:
  Training(std::shared_ptr<Graph> graph, const CompileOptions& options);

  Optimizer& optimizer() { return *optimizer_; }
  /// The optimizer with its state allocated, for what is trained.
  Optimizer& built_optimizer();
  const Graph& graph() const { return *graph_; }
  /// Epochs that fit has finished.
  Index epochs() const { return epochs_; }
  void set_epochs(Index epochs) { epochs_ = epochs; }
  /// Forgets the epoch's loss and metrics.
  void reset_metrics();
  /// Loss and metrics since reset_metrics, by name. The same object every time.
  const Logs& results();

  /// class_weight is indexed by class; empty: none.
  void train_step(const Batch& batch, const std::vector<float>& class_weight, std::uint64_t seed,
                  const Place& place);
  void test_step(const Batch& batch, const std::vector<float>& class_weight, const Place& place);
  /// Steps on the batch, measured.
  Profile profile(const Batch& batch, Index steps);
  /// With use_ema the weights become their averages.
  void end_training();

 private:
  struct Output {
    std::string name;
    LossHandle given, loss;  ///< as compiled, and for the shapes at hand
    Shape target;            ///< of one sample, that loss and metrics were made for
    float weight = 1.f;
    LogitsFrom logits = LogitsFrom::none;
    std::vector<MetricHandle> handles, weighted_handles;
    std::vector<std::unique_ptr<Metric>> metrics, weighted_metrics;
    Tensor values, coefficient, predictions, class_weights, masked_weights;
    double sum = 0;  ///< of the loss over batches
  };

  void check(const Batch& batch, const Place& place);
  bool prepared_for(const Batch& batch) const;
  void prepare(const Batch& batch);
  LogitsFrom fusible(std::size_t output) const;
  Plan& plan(bool training, Index n);
  /// Runs forward and the losses; the sum of everything that counts as loss.
  double forward(Plan& plan, const Batch& batch, const std::vector<float>& class_weight,
                 const RandomKey& random);
  void learn(Plan& plan, float loss_scale);
  View<const float> sample_weight(Output& output, std::size_t i, const Batch& batch,
                                  const std::vector<float>& class_weight);
  /// Weights times the mask of the predictions, one a row; either may be empty.
  View<const float> masked(Output& output, View<const float> mask, View<const float> weight) const;
  View<const float> predictions(Output& output, std::size_t i, const Plan& plan);
  void update_metrics(const Plan& plan, const Batch& batch, const std::vector<float>& class_weight);
  double weight_penalty() const;
  void make_keys();
  [[noreturn]] void report_not_finite(const Plan& plan, const Batch& batch, double loss,
                                      const Place& place) const;

  std::shared_ptr<Graph> graph_;
  ExecGraph exec_;
  std::vector<bool> trainable_;  ///< of exec_.layers, as it was at compile
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<Output> outputs_;
  bool prepared_ = false;
  std::unique_ptr<Plan> train_plan_, test_plan_;
  std::vector<Optimizer::Parameter> parameters_;
  std::vector<std::string> keys_;  ///< of results, the loss first
  Logs logs_;
  double loss_sum_ = 0;
  Index samples_ = 0, batches_ = 0;
  Index epochs_ = 0;
};

}  // namespace cornu::detail
