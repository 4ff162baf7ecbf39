#include "cornu/metrics/metric_handle.hpp"

#include <utility>
#include <vector>

#include "core/choice.hpp"
#include "core/names.hpp"
#include "cornu/core/error.hpp"
#include "losses/loss_names.hpp"
#include "metrics/auc_metric.hpp"
#include "metrics/confusion_metric.hpp"
#include "metrics/loss_metric.hpp"
#include "metrics/row_metric.hpp"
#include "metrics/rows.hpp"
#include "metrics/score_metrics.hpp"

namespace cornu {

template class detail::Choice<MetricTypes>;

namespace {

using namespace detail;  // NOLINT(google-build-using-namespace): our own, in this file only
using Pointer = std::unique_ptr<Metric>;

template <class Row>
Pointer rows(const std::string& name, const Row& row) {
  return std::make_unique<RowMetric<Row>>(name, row);
}

Index checked_k(std::string_view name, Index k) {
  if (k >= 1) return k;
  throw ValueError(concat("metric '", name, "': k is ", k, "; it must be at least 1. 5 is the default."));
}

struct Make {
  const Shape& y_true;
  const Shape& y_pred;

  static Pointer confusion(const std::string& name, const ConfusionOptions& options,
                           ConfusionMetric::Result result) {
    if (options.top_k) checked_k(name, *options.top_k);
    return std::make_unique<ConfusionMetric>(name, options, result);
  }

  Pointer operator()(const AccuracyTag&) const {
    const Index width = y_pred.rank() == 0 ? 1 : y_pred.back();
    if (width == 1) return rows("accuracy", BinaryRow{});
    const bool sparse = y_true.rank() < y_pred.rank() || y_true.back() == 1;
    if (sparse) return rows("accuracy", SparseRow{});
    return rows("accuracy", CategoricalRow{});
  }
  Pointer operator()(const Accuracy& s) const { return rows(s.name, EqualRow{}); }
  Pointer operator()(const BinaryAccuracy& s) const { return rows(s.name, BinaryRow{s.threshold}); }
  Pointer operator()(const CategoricalAccuracy& s) const { return rows(s.name, CategoricalRow{}); }
  Pointer operator()(const SparseCategoricalAccuracy& s) const { return rows(s.name, SparseRow{}); }
  Pointer operator()(const TopKCategoricalAccuracy& s) const {
    return rows(s.name, TopKRow{checked_k(s.name, s.k)});
  }
  Pointer operator()(const SparseTopKCategoricalAccuracy& s) const {
    return rows(s.name, SparseTopKRow{checked_k(s.name, s.k)});
  }
  Pointer operator()(const Precision& s) const {
    return confusion(s.name, {s.thresholds, s.top_k, s.class_id},
                     [](const Confusion& c) { return c.precision(); });
  }
  Pointer operator()(const Recall& s) const {
    return confusion(s.name, {s.thresholds, s.top_k, s.class_id},
                     [](const Confusion& c) { return c.recall(); });
  }
  Pointer operator()(const TruePositives& s) const {
    return confusion(s.name, {s.thresholds, {}, {}}, [](const Confusion& c) { return c.true_positives; });
  }
  Pointer operator()(const FalsePositives& s) const {
    return confusion(s.name, {s.thresholds, {}, {}}, [](const Confusion& c) { return c.false_positives; });
  }
  Pointer operator()(const TrueNegatives& s) const {
    return confusion(s.name, {s.thresholds, {}, {}}, [](const Confusion& c) { return c.true_negatives; });
  }
  Pointer operator()(const FalseNegatives& s) const {
    return confusion(s.name, {s.thresholds, {}, {}}, [](const Confusion& c) { return c.false_negatives; });
  }
  Pointer operator()(const AUC& s) const { return std::make_unique<AUCMetric>(s); }
  Pointer operator()(const F1Score& s) const {
    return std::make_unique<FScoreMetric>(FBetaScore{s.average, 1.f, s.threshold, s.name});
  }
  Pointer operator()(const FBetaScore& s) const { return std::make_unique<FScoreMetric>(s); }
  Pointer operator()(const RootMeanSquaredError& s) const { return rows(s.name, RootMeanSquareRow{}); }
  Pointer operator()(const R2Score& s) const { return std::make_unique<R2Metric>(s); }
  Pointer operator()(const LogCoshError& s) const {
    return std::make_unique<LossMetric>(s.name, make_loss(LogCosh{}), 1.0);
  }
  Pointer operator()(const LossChoice& s) const {
    std::shared_ptr<const Loss> loss = make_loss(s.get());
    const double sign = std::holds_alternative<CosineSimilarity>(s.get()) ? -1.0 : 1.0;
    std::string name(loss->name());
    return std::make_unique<LossMetric>(std::move(name), std::move(loss), sign);
  }
};

/// Sets the name of an aggregate, so that the running metric carries the string it was asked for by.
void rename(MetricSpec& spec, const std::string& name) {
  std::visit(
      [&](auto& s) {
        using S = std::remove_reference_t<decltype(s)>;
        if constexpr (std::is_same_v<S, LossChoice>) {
          LossSpec changed = s.get();
          std::visit([&](auto& loss) { loss.name = name; }, changed);
          s = LossChoice::of(std::move(changed));
        } else if constexpr (!std::is_same_v<S, AccuracyTag>)
          s.name = name;
      },
      spec);
}

template <std::size_t I = 1>  // 0 is the accuracy tag
void add_all(std::vector<std::pair<std::string, MetricSpec>>& out) {
  if constexpr (I + 1 < std::variant_size_v<MetricSpec>) {
    using Spec = std::variant_alternative_t<I, MetricSpec>;
    out.emplace_back(std::string(Spec::type), Spec{});
    out.emplace_back(snake_case(Spec::type), Spec{});
    add_all<I + 1>(out);
  }
}

MetricSpec find(const std::string& name) {
  const std::string low = lower(name);
  if (low == "accuracy" || low == "acc") return AccuracyTag{};
  std::vector<std::pair<std::string, MetricSpec>> all;
  add_all(all);
  std::vector<std::string> known{"accuracy"};
  for (auto& [key, spec] : all) {
    if (key == name) return spec;
    if (key == lower(key)) known.push_back(key);
  }
  const auto losses = loss_names();
  if (const LossSpec* loss = find_loss(losses, name)) return LossChoice::of(*loss);
  for (const auto& entry : losses) known.push_back(entry.first);
  throw_unknown_name("metric", name, known);
}

/// The tag's metric under another key: "acc".
class Renamed final : public Metric {
 public:
  Renamed(std::string name, Pointer metric) : name_(std::move(name)), metric_(std::move(metric)) {}
  std::string_view name() const override { return name_; }
  bool takes_mask() const override { return metric_->takes_mask(); }
  void reset() override { metric_->reset(); }
  void update(View<const float> y_true, View<const float> y_pred, View<const float> sample_weight) override {
    metric_->update(y_true, y_pred, sample_weight);
  }
  double result() const override { return metric_->result(); }

 private:
  std::string name_;
  Pointer metric_;
};

}  // namespace

MetricHandle::MetricHandle(const std::string& name) : text_(name) {
  MetricSpec spec = find(name);
  rename(spec, name);
  spec_ = MetricChoice::of(std::move(spec));
}

const MetricSpec* MetricHandle::spec() const { return prototype_ ? nullptr : &spec_.get(); }

std::unique_ptr<Metric> MetricHandle::make(const Shape& y_true, const Shape& y_pred) const {
  if (prototype_) return own_(*prototype_);
  Pointer metric = std::visit(Make{y_true, y_pred}, spec_.get());
  if (!text_.empty() && metric->name() != text_) return std::make_unique<Renamed>(text_, std::move(metric));
  return metric;
}

std::string MetricHandle::name() const {
  if (prototype_) return std::string(prototype_->name());
  if (!text_.empty()) return text_;
  return std::visit(
      [](const auto& s) {
        using S = std::remove_cvref_t<decltype(s)>;
        if constexpr (std::is_same_v<S, LossChoice>)
          return std::visit([](const auto& loss) { return loss.name; }, s.get());
        else if constexpr (std::is_same_v<S, AccuracyTag>)
          return std::string("accuracy");
        else
          return s.name;
      },
      spec_.get());
}

}  // namespace cornu
