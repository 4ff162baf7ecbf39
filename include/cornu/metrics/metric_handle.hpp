#pragma once
#include <memory>
#include <string>
#include <type_traits>
#include <variant>

#include "cornu/losses/loss_handle.hpp"
#include "cornu/metrics/accuracy.hpp"
#include "cornu/metrics/confusion.hpp"
#include "cornu/metrics/metric.hpp"
#include "cornu/metrics/regression.hpp"

namespace cornu {

/// One of the metrics Cornu brings; every loss is one too (its mean over all rows).
using MetricTypes =
    detail::OneOf<AccuracyTag, Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy,
                  TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy, Precision, Recall, TruePositives,
                  FalsePositives, TrueNegatives, FalseNegatives, AUC, F1Score, FBetaScore,
                  RootMeanSquaredError, R2Score, LogCoshError, LossChoice>;
using MetricChoice = detail::Choice<MetricTypes>;
using MetricSpec = MetricChoice::Variant;

/// Any metric as a value: `accuracy`, an aggregate, a loss, Keras' name, or a class of your own derived from
/// Metric.
///
///   .metrics = {accuracy, Precision{}, MeanAbsoluteError{}, "mse", AUC{.name = "area"}}
///
/// The History key is the string used ("acc", "mae"), or the aggregate's name ("mean_absolute_error").
/// Errors  ValueError: an unknown name (the near ones are listed); an option out of range (from make()).
class MetricHandle {
 public:
  MetricHandle(AccuracyTag) : MetricHandle("accuracy") {}
  template <class T>
  requires(MetricChoice::holds<T>) MetricHandle(const T& spec) : spec_(spec) {}
  /// A loss aggregate.
  template <class T>
  requires(LossChoice::holds<T>) MetricHandle(const T& loss) : spec_(LossChoice(loss)) {}
  MetricHandle(const char* name) : MetricHandle(std::string(name)) {}
  MetricHandle(const std::string& name);
  /// Your own: copied for every compile, with the state it has now.
  template <class T>
  requires std::is_base_of_v<Metric, T> MetricHandle(T own)
      : own_([](const Metric& m) { return std::unique_ptr<Metric>(new T(static_cast<const T&>(m))); }),
        prototype_(std::make_shared<const T>(std::move(own))) {}

  /// A running metric with nothing seen, for labels and predictions of these shapes (batch axis included).
  std::unique_ptr<Metric> make(const Shape& y_true, const Shape& y_pred) const;
  /// The History key.
  std::string name() const;
  /// The aggregate, nullptr for a metric of your own.
  const MetricSpec* spec() const;
  /// The string it was made from; "" otherwise.
  const std::string& text() const { return text_; }

 private:
  MetricChoice spec_;
  std::string text_;
  std::unique_ptr<Metric> (*own_)(const Metric&) = nullptr;
  std::shared_ptr<const Metric> prototype_;
};

}  // namespace cornu
