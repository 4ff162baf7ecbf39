#include "metrics/auc_metric.hpp"

#include <algorithm>
#include <cmath>

#include "cornu/core/error.hpp"
#include "metrics/rows.hpp"
#include "metrics/weights.hpp"

namespace cornu::detail {

namespace {
std::size_t at(Index i) { return static_cast<std::size_t>(i); }
double ratio(double a, double b) { return Confusion::ratio(a, b); }
}  // namespace

AUCMetric::AUCMetric(AUC spec) : spec_(std::move(spec)), even_(spec_.thresholds.empty()) {
  std::vector<float> inner = spec_.thresholds;
  std::sort(inner.begin(), inner.end());
  for (float t : inner) {
    if (t >= 0 && t <= 1) continue;
    throw ValueError(
        concat("AUC: a threshold is ", double(t),
               "; thresholds lie between 0 and 1, as predictions do. Use from_logits for logits."));
  }
  if (even_) {
    if (spec_.num_thresholds < 2) {
      throw ValueError(concat("AUC: num_thresholds is ", spec_.num_thresholds,
                              "; it must be at least 2. 200 is the default."));
    }
    for (Index i = 1; i < spec_.num_thresholds - 1; ++i) {
      inner.push_back(
          static_cast<float>(static_cast<double>(i) / static_cast<double>(spec_.num_thresholds - 1)));
    }
  }
  thresholds_.push_back(-kEpsilon<float>);
  thresholds_.insert(thresholds_.end(), inner.begin(), inner.end());
  thresholds_.push_back(1.f + kEpsilon<float>);
  if (spec_.num_labels && !spec_.multi_label) {
    throw ValueError("AUC: num_labels is for multi_label only. Set multi_label, or leave num_labels out.");
  }
  if (!spec_.multi_label) allocate(1);
}

void AUCMetric::allocate(Index columns) {
  columns_ = columns;
  const std::size_t n = at(columns) * thresholds_.size();
  positives_.assign(n, 0.0);
  negatives_.assign(n, 0.0);
  below_positives_.assign(at(columns), 0.0);
  below_negatives_.assign(at(columns), 0.0);
}

void AUCMetric::reset() { allocate(columns_); }

Index AUCMetric::bucket(float p) const {
  if (even_) {
    // Keras' arithmetic, so that predictions on a threshold fall on the same side.
    const float steps = static_cast<float>(thresholds_.size() - 1);
    const float clipped = p > 1.f ? 1.f : p > 0.f ? p : 0.f;  // NaN counts as 0
    return static_cast<Index>(std::max(std::ceil(clipped * steps) - 1.f, 0.f));
  }
  return std::lower_bound(thresholds_.begin(), thresholds_.end(), p) - thresholds_.begin() - 1;
}

void AUCMetric::update(View<const float> y_true, View<const float> y_pred, View<const float> sample_weight) {
  const Who who{"metric", spec_.name};
  if (!same_elements(y_true.shape, y_pred.shape))
    throw_metric_shapes(who, y_true.shape, y_pred.shape, kSameShape);
  const auto [rows, width] = rows_of(y_pred.shape);
  const Index labels = spec_.multi_label ? width : 1;
  if (!spec_.label_weights.empty() && static_cast<Index>(spec_.label_weights.size()) != width) {
    throw ValueError(concat("AUC: ", spec_.label_weights.size(), " label_weights for predictions of shape ",
                            y_pred.shape.text(), ". Give ", width, ", one a column."));
  }
  if (columns_ == 0) allocate(labels);
  if (labels != columns_ || (spec_.num_labels && *spec_.num_labels != labels)) {
    throw_metric_shapes(who, y_true.shape, y_pred.shape,
                        "The number of labels changed, or is not num_labels.");
  }
  const RowWeights weights(who, sample_weight, y_pred.shape);
  for (Index i = 0; i < rows * width; ++i) {
    const Index column = i % width, label = spec_.multi_label ? column : 0;
    double w = weights(i / width);
    if (!spec_.multi_label && !spec_.label_weights.empty()) w *= spec_.label_weights[at(column)];
    const bool positive = y_true[i] != 0.f;
    const Index b = bucket(spec_.from_logits ? sigmoid(y_pred[i]) : y_pred[i]);
    if (b < 0) {
      (positive ? below_positives_ : below_negatives_)[at(label)] += w;
    } else {
      (positive ? positives_ : negatives_)[at(label) * thresholds_.size() + at(b)] += w;
    }
  }
}

const std::vector<Confusion>& AUCMetric::confusions(Index column) const {
  const std::size_t n = thresholds_.size(), start = at(column) * n;
  std::vector<Confusion>& out = confusions_;
  out.resize(n);
  double positive = 0, negative = 0;
  for (std::size_t i = n; i-- > 0;) {
    positive += positives_[start + i];
    negative += negatives_[start + i];
    out[i].true_positives = positive;
    out[i].false_positives = negative;
  }
  for (Confusion& c : out) {
    c.false_negatives = positive + below_positives_[at(column)] - c.true_positives;
    c.true_negatives = negative + below_negatives_[at(column)] - c.false_positives;
  }
  return out;
}

/// Davis and Goadrich 2006: between two thresholds true positives grow linearly with all positives.
double AUCMetric::interpolated_pr(const std::vector<Confusion>& c) const {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < c.size(); ++i) {
    const double step = c[i].true_positives - c[i + 1].true_positives;
    const double all = c[i].true_positives + c[i].false_positives;
    const double next = c[i + 1].true_positives + c[i + 1].false_positives;
    const double slope = ratio(step, std::max(all - next, 0.0));
    const double intercept = c[i + 1].true_positives - slope * next;
    const double growth = all > 0 && next > 0 ? ratio(all, std::max(next, 0.0)) : 1.0;
    sum += ratio(slope * (step + intercept * std::log(growth)),
                 c[i + 1].true_positives + c[i + 1].false_negatives);
  }
  return sum;
}

double AUCMetric::area(const std::vector<Confusion>& c) const {
  const bool roc = spec_.curve == Curve::ROC;
  if (!roc && spec_.summation_method == SummationMethod::interpolation) return interpolated_pr(c);
  const auto x = [&](const Confusion& k) {
    return roc ? ratio(k.false_positives, k.false_positives + k.true_negatives) : k.recall();
  };
  const auto y = [&](const Confusion& k) { return roc ? k.recall() : k.precision(); };
  double sum = 0;
  for (std::size_t i = 0; i + 1 < c.size(); ++i) {
    const double a = y(c[i]), b = y(c[i + 1]);
    double height = (a + b) / 2;
    if (spec_.summation_method == SummationMethod::minoring) height = std::min(a, b);
    if (spec_.summation_method == SummationMethod::majoring) height = std::max(a, b);
    sum += (x(c[i]) - x(c[i + 1])) * height;
  }
  return sum;
}

double AUCMetric::result() const {
  double sum = 0, total = 0;
  for (Index column = 0; column < columns_; ++column) {
    const bool weighted = spec_.multi_label && !spec_.label_weights.empty();
    const double w = weighted ? static_cast<double>(spec_.label_weights[at(column)]) : 1.0;
    sum += w * area(confusions(column));
    total += w;
  }
  return ratio(sum, total);
}

}  // namespace cornu::detail
