#include "cornu/core/error.hpp"

#include <algorithm>
#include <cmath>

#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/metrics/metric_handle.hpp"
#include "support/messages.hpp"

namespace cornu {
namespace {

using support::message_of;

Tensor column(const std::vector<float>& values) { return Tensor({Index(values.size()), 1}, values); }

double result(const MetricHandle& handle, const Tensor& t, const Tensor& p, const Tensor* w = nullptr) {
  const std::unique_ptr<Metric> metric = handle.make(t.shape(), p.shape());
  metric->update(t.view(), p.view(), w ? w->view() : View<const float>{});
  return metric->result();
}

TEST(Accuracy, ChoosesByShape) {
  const Tensor one = column({0.4f, 0.6f, 0.5f, 0.9f});
  EXPECT_EQ(result(accuracy, Tensor::from({0, 1, 1, 0}), one), 0.5);  // 0.5 itself counts as 0
  EXPECT_EQ(result(accuracy, column({0, 1, 0, 1}), one), 1);
  const Tensor three = Tensor::from({{0.1f, 0.7f, 0.2f}, {0.5f, 0.2f, 0.3f}, {0.4f, 0.4f, 0.2f}, {0, 0, 1}});
  EXPECT_EQ(result(accuracy, Tensor::from({1, 0, 1, 2}), three), 0.75);  // of equal ones the first
  EXPECT_EQ(result("acc", column({1, 0, 0, 0}), three), 0.75);
  EXPECT_EQ(result("accuracy", Tensor::from({{0, 1, 0}, {0, 1, 0}, {1, 0, 0}, {0, 0, 1}}), three), 0.75);
  EXPECT_EQ(result(accuracy, Tensor::from({{1, 2}}), Tensor(Shape{1, 2, 3}, {0, 1, 0, 1, 0, 0})), 0.5);
}

TEST(Accuracy, OfEachKind) {
  const Tensor t = Tensor::from({{1, 0}, {0, 1}, {0, 1}}),
               p = Tensor::from({{1, 0.25f}, {0.25f, 0.7f}, {0.8f, 0.3f}});
  EXPECT_NEAR(result(Accuracy{}, t, p), 0.5 / 3, 1e-12);  // equal numbers: only the 1
  EXPECT_NEAR(result(BinaryAccuracy{}, t, p), 4.0 / 6, 1e-12);
  EXPECT_NEAR(result(BinaryAccuracy{.threshold = 0.25f}, t, p), 5.0 / 6, 1e-12);
  EXPECT_NEAR(result(BinaryAccuracy{.threshold = 0.2f}, t, p), 3.0 / 6, 1e-12);
  EXPECT_NEAR(result(CategoricalAccuracy{}, t, p), 2.0 / 3, 1e-12);
  EXPECT_NEAR(result(SparseCategoricalAccuracy{}, Tensor::from({0, 0, 0}), p), 2.0 / 3, 1e-12);
  const Tensor many = Tensor::from({{5, 4, 3, 2}, {2, 2, 2, 1}, {1, 2, 3, 4}, {NAN, 1, 2, 3}});
  // Fewer than k are larger: ties count; a row that is not finite never does.
  EXPECT_EQ(result(SparseTopKCategoricalAccuracy{.k = 2}, Tensor::from({2, 2, 2, 3}), many), 0.5);
  EXPECT_EQ(result(SparseTopKCategoricalAccuracy{.k = 1}, Tensor::from({0, 1, 9, -1}), many), 0.5);
  EXPECT_EQ(result(TopKCategoricalAccuracy{.k = 3},
                   Tensor::from({{0, 0, 1, 0}, {0, 0, 0, 1}, {1, 0, 0, 0}, {1, 0, 0, 0}}), many),
            0.25);
}

TEST(Metric, WeightsCountAsInKeras) {
  const Tensor t = column({1, 0, 1}), p = column({1, 1, 0}), w = Tensor::from({3, 1, 0});
  EXPECT_EQ(result(BinaryAccuracy{}, t, p, &w), 0.75);
  EXPECT_EQ(result("mse", t, p, &w), 0.25);
  EXPECT_EQ(result(Precision{}, t, p, &w), 0.75);
  EXPECT_EQ(result(Recall{}, t, p, &w), 1);
  // Two steps a sample: one weight a sample, or one a step.
  const Tensor ts({2, 2, 1}), ps(Shape{2, 2, 1}, {1, 2, 3, 4}), ws = Tensor::from({1, 3});
  const Tensor steps = Tensor::from({{1, 0}, {0, 3}});
  EXPECT_NEAR(result("mse", ts, ps, &ws), (2.5 + 3 * 12.5) / 4, 1e-6);
  EXPECT_NEAR(result("mse", ts, ps, &steps), (0.5 * 1 + 1.5 * 16) / 2, 1e-6);
  EXPECT_EQ(message_of<ShapeError>([&] { result("mse", ts, ps, &w); }),
            "metric 'mse': sample_weight has shape (3,), but the predictions have 2 samples and 4 rows. Give "
            "one number a "
            "sample, or one a row.");
}

TEST(Metric, AddsBatchesAndForgets) {
  for (const MetricHandle& handle :
       std::vector<MetricHandle>{"mae", RootMeanSquaredError{}, R2Score{}, AUC{}, F1Score{}, Precision{},
                                 BinaryAccuracy{}, "cosine_similarity"}) {
    Tensor t({31, 2}), p({31, 2});
    Random random(4);
    for (float& v : t) v = float(random.below(2));
    for (float& v : p) v = random.uniform();
    const std::unique_ptr<Metric> metric = handle.make(t.shape(), p.shape());
    EXPECT_EQ(metric->result(), 0) << handle.name() << " of nothing";
    for (int round = 0; round < 2; ++round) {
      metric->reset();
      for (Index first : {0, 10, 20, 30}) {
        const Index count = std::min<Index>(10, 31 - first);
        const Tensor bt = t.slice(first, count), bp = p.slice(first, count);
        metric->update(bt.view(), bp.view(), {});
      }
      EXPECT_NEAR(metric->result(), result(handle, t, p), 1e-9) << handle.name();
    }
  }
}

TEST(Metric, SameBitsAtAnyThreadCount) {
  Tensor t({70001, 3}), p({70001, 3});
  fill_normal(t.view(), RandomKey{.seed = 1}, 0, 1);
  fill_normal(p.view(), RandomKey{.seed = 2}, 0, 1);
  const int threads = num_threads();
  for (const MetricHandle& handle :
       std::vector<MetricHandle>{"mse", RootMeanSquaredError{}, CategoricalAccuracy{}}) {
    set_num_threads(1);
    const double one = result(handle, t, p);
    for (int n : {2, 5}) {
      set_num_threads(n);
      EXPECT_EQ(result(handle, t, p), one) << handle.name();
    }
  }
  set_num_threads(threads);
}

TEST(Confusion, CountsAtThresholds) {
  const Tensor t = Tensor::from({{1, 0, 1, 0, 1}}), p = Tensor::from({{0.9f, 0.8f, 0.3f, 0.1f, 0.6f}});
  EXPECT_EQ(result(TruePositives{}, t, p), 2);
  EXPECT_EQ(result(FalsePositives{}, t, p), 1);
  EXPECT_EQ(result(TrueNegatives{}, t, p), 1);
  EXPECT_EQ(result(FalseNegatives{}, t, p), 1);
  EXPECT_EQ(result(TruePositives{.thresholds = 0.6f}, t, p), 1);  // strictly above
  EXPECT_NEAR(result(Precision{}, t, p), 2.0 / 3, 1e-12);
  EXPECT_NEAR(result(Recall{.thresholds = 0.2f}, t, p), 1, 1e-12);
  EXPECT_EQ(result(Precision{.thresholds = 0.95f}, t, p), 0);  // nothing predicted
  EXPECT_EQ(result(Precision{.top_k = 2}, t, p), 0.5);
  EXPECT_NEAR(result(Recall{.top_k = 2}, t, p), 1.0 / 3, 1e-12);
  EXPECT_EQ(result(Precision{.class_id = 1}, t, p), 0);
  EXPECT_EQ(result(Recall{.class_id = 0}, t, p), 1);
  // Of equal ones the first counts among the largest.
  EXPECT_EQ(result(TruePositives{}, t, Tensor({1, 5}, 1.f)), 3);
  EXPECT_EQ(result(Precision{.top_k = 1}, Tensor::from({{0, 1}}), Tensor::from({{1, 1}})), 0);
}

/// The area as Keras approximates it, summed directly from its definition over all thresholds.
double slow_area(const AUC& spec, const Tensor& t, const Tensor& p) {
  std::vector<double> at{-1e-7};
  for (Index i = 1; i < spec.num_thresholds - 1; ++i)
    at.push_back(double(i) / double(spec.num_thresholds - 1));
  at.push_back(1 + 1e-7);
  std::vector<double> x, y;
  for (double threshold : at) {
    double tp = 0, fp = 0, tn = 0, fn = 0;
    for (Index i = 0; i < t.size(); ++i) {
      const bool above = double(p.at(i)) > threshold;
      (t.at(i) != 0 ? (above ? tp : fn) : (above ? fp : tn)) += 1;
    }
    const double recall = tp / std::max(1.0, tp + fn);
    x.push_back(spec.curve == Curve::ROC ? fp / std::max(1.0, fp + tn) : recall);
    y.push_back(spec.curve == Curve::ROC ? recall : tp / std::max(1.0, tp + fp));
  }
  double area = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    double height = (y[i] + y[i + 1]) / 2;
    if (spec.summation_method == SummationMethod::minoring) height = std::min(y[i], y[i + 1]);
    if (spec.summation_method == SummationMethod::majoring) height = std::max(y[i], y[i + 1]);
    area += (x[i] - x[i + 1]) * height;
  }
  return area;
}

TEST(AreaUnderCurve, IsItsDefinition) {
  Tensor t({200, 1}), p({200, 1});
  Random random(9);
  for (Index i = 0; i < 200; ++i) {
    t.at(i) = float(random.below(2));
    p.at(i) = std::clamp(0.35f * random.uniform() + 0.3f * t.at(i) + 0.2f, 0.f, 1.f);
  }
  for (Curve curve : {Curve::ROC, Curve::PR}) {
    for (SummationMethod method :
         {SummationMethod::minoring, SummationMethod::majoring, SummationMethod::interpolation}) {
      if (curve == Curve::PR && method == SummationMethod::interpolation) continue;
      for (Index n : {2, 3, 50, 200}) {
        const AUC spec{.num_thresholds = n, .curve = curve, .summation_method = method};
        EXPECT_NEAR(result(spec, t, p), slow_area(spec, t, p), 1e-9) << n;
      }
    }
  }
  // The inner thresholds given, instead of evenly spaced ones.
  EXPECT_NEAR(result(AUC{.thresholds = {0.5f}}, t, p), slow_area({.num_thresholds = 3}, t, p), 1e-9);
}

TEST(AreaUnderCurve, OfPrecisionAndRecallIsInterpolated) {
  // Keras' own example: tp [2, 1, 0], fp [2, 0, 0]; the area between thresholds -e, 0.5 and 1 + e.
  const Tensor t = Tensor::from({0, 0, 1, 1}), p = Tensor::from({0, 0.5f, 0.3f, 0.9f});
  const double slope = 1.0 / 3, intercept = 1 - slope;
  const double first = slope * (1 + intercept * std::log(4.0)) / 2;
  const double second = 1.0 * (1 + 0 * std::log(1.0)) / 2;
  EXPECT_NEAR(result(AUC{.num_thresholds = 3, .curve = Curve::PR}, t, p), first + second, 1e-9);
  EXPECT_NEAR(result(AUC{.num_thresholds = 3}, t, p), 0.75, 1e-9);
}

TEST(AreaUnderCurve, OfSeveralLabels) {
  const Tensor t = Tensor::from({{0, 1}, {1, 0}}),
               p = Tensor::from({{0.1f, 0.2f}, {0.9f, 0.8f}});  // areas 1 and 0
  EXPECT_NEAR(result(AUC{.multi_label = true}, t, p), 0.5, 1e-9);
  EXPECT_NEAR(result(AUC{.multi_label = true, .num_labels = 2, .label_weights = {3, 1}}, t, p), 0.75, 1e-9);
  EXPECT_NEAR(result(AUC{.from_logits = true}, Tensor::from({0, 1}), Tensor::from({-3, 3})), 1, 1e-9);
}

TEST(FScore, AveragesClasses) {
  using Kind = decltype(F1Score::average);
  const Tensor t = Tensor::from({{1, 0}, {1, 0}, {1, 0}, {0, 1}}),
               p = Tensor::from({{2, 1}, {2, 1}, {1, 2}, {1, 2}});
  const double first = 2 * (1 * 2.0 / 3) / (1 + 2.0 / 3), second = 2 * (0.5 * 1) / 1.5;
  EXPECT_NEAR(result(F1Score{.average = Kind::macro}, t, p), (first + second) / 2, 1e-6);
  EXPECT_NEAR(result(F1Score{}, t, p), (first + second) / 2, 1e-6);  // one number: as macro
  EXPECT_NEAR(result(F1Score{.average = Kind::weighted}, t, p), (3 * first + second) / 4, 1e-6);
  EXPECT_NEAR(result(F1Score{.average = Kind::micro}, t, p), 0.75, 1e-6);
  EXPECT_NEAR(result(F1Score{.average = Kind::micro, .threshold = 0.5f}, t, p), 2 * 0.5 * 1 / 1.5, 1e-6);
  EXPECT_NEAR(result(FBetaScore{.average = Kind::macro, .beta = 2}, t, p),
              (5 * (2.0 / 3) / (4 + 2.0 / 3) + 5 * 0.5 / (2 + 1)) / 2, 1e-6);
  EXPECT_NEAR(result(F1Score{.average = Kind::macro}, t, Tensor({4, 2})), 0,
              1e-6);  // a row of zeros predicts nothing
}

TEST(Regression, RootAndR2) {
  const Tensor t = Tensor::from({{1, 0}, {2, 4}, {3, 2}}), p = Tensor::from({{1, 1}, {2, 2}, {4, 2}});
  EXPECT_NEAR(result(RootMeanSquaredError{}, t, p), 1, 1e-9);
  const double first = 1 - 1.0 / 2, second = 1 - 5.0 / 8;
  EXPECT_NEAR(result(R2Score{}, t, p), (first + second) / 2, 1e-9);
  EXPECT_NEAR(result(R2Score{.class_aggregation = ClassAggregation::variance_weighted_average}, t, p),
              (2 * first + 8 * second) / 10, 1e-9);
  EXPECT_NEAR(result(R2Score{.num_regressors = 1}, t, p), 1 - (1 - (first + second) / 2) * 5 / 4, 1e-9);
  const Tensor w = Tensor::from({1, 1, 0});
  EXPECT_NEAR(result(R2Score{}, t, p, &w), (1 + (1 - 5.0 / 8)) / 2, 1e-9);
}

TEST(LossesAsMetrics, HaveTheirNamesAndSigns) {
  const Tensor t = Tensor::from({{1, 0}}), p = Tensor::from({{0.6f, 0.8f}});
  EXPECT_NEAR(result(MeanAbsoluteError{}, t, p), 0.6, 1e-6);
  EXPECT_NEAR(result(CosineSimilarity{}, t, p), 0.6, 1e-6);  // the loss is negative, the metric is not
  EXPECT_NEAR(result("CosineSimilarity", t, p), 0.6, 1e-6);
  EXPECT_NEAR(result(CategoricalCrossentropy{}, t, p), -std::log(0.6 / 1.4), 1e-6);
  EXPECT_NEAR(result(LogCoshError{}, t, p), (std::log(std::cosh(0.4)) + std::log(std::cosh(0.8))) / 2, 1e-6);
  EXPECT_NEAR(result(Dice{}, t, p), 1 - 1.2 / 2.4, 1e-6);
  const std::pair<MetricHandle, const char*> names[] = {
      {MeanAbsoluteError{}, "mean_absolute_error"},
      {"mae", "mae"},
      {"MAE", "MAE"},
      {accuracy, "accuracy"},
      {"acc", "acc"},
      {AUC{.name = "area"}, "area"},
      {"AUC", "AUC"},
      {"auc", "auc"},
      {Precision{}, "precision"},
      {"RootMeanSquaredError", "RootMeanSquaredError"},
      {"top_k_categorical_accuracy", "top_k_categorical_accuracy"},
      {"sparse_categorical_crossentropy", "sparse_categorical_crossentropy"},
      {LogCoshError{}, "logcosh"},
      {"f1_score", "f1_score"},
      {"kld", "kld"}};
  for (const auto& [handle, name] : names) {
    EXPECT_EQ(handle.name(), name);
    EXPECT_EQ(handle.make({4, 6}, {4, 6})->name(), name);
  }
}

class Largest final : public Metric {
 public:
  std::string_view name() const override { return "largest"; }
  void reset() override { value_ = 0; }
  void update(View<const float>, View<const float> p, View<const float>) override {
    for (float v : p) value_ = std::max(value_, double(v));
  }
  double result() const override { return value_; }

 private:
  double value_ = 0;
};
TEST(MetricHandle, HoldsAMetricOfYourOwn) {
  const MetricHandle own = Largest{}, copy = own;
  const Tensor p = Tensor::from({1, 5, 2});
  EXPECT_EQ(result(copy, p, p), 5);
  EXPECT_EQ(copy.name(), "largest");
  EXPECT_EQ(copy.spec(), nullptr);
  EXPECT_EQ(copy.make({3}, {3})->result(), 0);  // each compile has its own
}

TEST(Metric, ErrorsSayWhatToDo) {
  const auto shapes = [](const MetricHandle& handle, const Shape& t, const Shape& p) {
    return message_of<ShapeError>([&] { result(handle, Tensor(t), Tensor(p)); });
  };
  EXPECT_EQ(message_of<ValueError>([] { MetricHandle("precison"); }),
            "unknown metric 'precison'. Near names: precision.");
  EXPECT_EQ(shapes(CategoricalAccuracy{}, {8}, {8, 3}),
            "metric 'categorical_accuracy': labels of shape (8,) do not fit predictions of shape (8, 3). It "
            "wants one-hot "
            "labels; use SparseCategoricalAccuracy for whole labels, or `accuracy`, which chooses.");
  EXPECT_EQ(
      shapes(SparseCategoricalAccuracy{}, {8, 3}, {8, 3}),
      "metric 'sparse_categorical_accuracy': labels of shape (8, 3) do not fit predictions of shape (8, 3). "
      "It wants "
      "one whole label a row; use CategoricalAccuracy for one-hot labels, or `accuracy`, which chooses.");
  EXPECT_EQ(
      shapes(AUC{}, {8, 3}, {8, 1}),
      "metric 'auc': labels of shape (8, 3) do not fit predictions of shape (8, 1). Give one label for every "
      "prediction.");
  EXPECT_EQ(shapes(R2Score{}, {8, 2, 2}, {8, 2, 2}),
            "metric 'r2_score': labels of shape (8, 2, 2) do not fit predictions of shape (8, 2, 2). It "
            "wants both of shape "
            "(batch, outputs).");
  EXPECT_EQ(shapes(Precision{.class_id = 3}, {8, 3}, {8, 3}),
            "metric 'precision': class_id is 3, but predictions of shape (8, 3) have classes 0 to 2. Name "
            "one of them.");
  const auto option = [](const MetricHandle& handle) {
    return message_of<ValueError>([&] { handle.make({8, 2}, {8, 2}); });
  };
  EXPECT_EQ(option(TopKCategoricalAccuracy{.k = 0}),
            "metric 'top_k_categorical_accuracy': k is 0; it must be at least 1. 5 is the default.");
  EXPECT_EQ(option(AUC{.num_thresholds = 1}),
            "AUC: num_thresholds is 1; it must be at least 2. 200 is the default.");
  EXPECT_EQ(option(AUC{.thresholds = {1.5f}}),
            "AUC: a threshold is 1.5; thresholds lie between 0 and 1, as predictions do. Use from_logits for "
            "logits.");
  EXPECT_EQ(option(AUC{.num_labels = 2}),
            "AUC: num_labels is for multi_label only. Set multi_label, or leave num_labels out.");
  EXPECT_EQ(option(FBetaScore{.beta = 0}),
            "FBetaScore: beta is 0; it must be above 0. Recall weighs beta times as much as precision.");
  EXPECT_EQ(option(F1Score{.threshold = 0.f}),
            "FBetaScore: threshold is 0; it must be above 0 and at most 1. Leave it out to take the largest "
            "of each row.");
  EXPECT_EQ(option(R2Score{.num_regressors = -1}),
            "R2Score: num_regressors is -1; it must be at least 0. 0 gives the plain score.");
  EXPECT_EQ(message_of<ValueError>([] {
              result(AUC{.label_weights = {1}}, Tensor({2, 2}), Tensor({2, 2}));
            }),
            "AUC: 1 label_weights for predictions of shape (2, 2). Give 2, one a column.");
}

TEST(MetricDefaults, AreKeras) {
  EXPECT_TRUE(BinaryAccuracy{}.threshold == 0.5f && BinaryAccuracy{}.name == "binary_accuracy");
  EXPECT_TRUE(TopKCategoricalAccuracy{}.k == 5 && SparseTopKCategoricalAccuracy{}.k == 5);
  const AUC a;
  EXPECT_TRUE(a.num_thresholds == 200 && a.curve == Curve::ROC &&
              a.summation_method == SummationMethod::interpolation);
  EXPECT_TRUE(!a.multi_label && !a.from_logits && !a.num_labels && a.label_weights.empty() &&
              a.name == "auc");
  EXPECT_TRUE(!Precision{}.thresholds && !Precision{}.top_k && !Recall{}.class_id &&
              Recall{}.name == "recall");
  EXPECT_TRUE(F1Score{}.name == "f1_score" && !F1Score{}.threshold && FBetaScore{}.beta == 1);
  EXPECT_TRUE(R2Score{}.num_regressors == 0 &&
              R2Score{}.class_aggregation == ClassAggregation::uniform_average);
  EXPECT_EQ(RootMeanSquaredError{}.name, "root_mean_squared_error");
}

}  // namespace
}  // namespace cornu
