#include "cornu/losses/loss.hpp"

#include <algorithm>

#include "cornu/core/error.hpp"
#include "losses/shapes.hpp"

namespace cornu {

namespace {

using detail::concat;

/// weight i of `count` values from one number a sample, one a value, or (batch losses) their mean.
struct Weights {
  View<const float> view;
  Index per_weight = 1;

  Weights(View<const float> v, const Shape& y_pred, Index count, std::string_view loss, std::string_view what)
      : view(v) {
    if (!v) return;
    const Index samples = y_pred.rank() == 0 ? 1 : y_pred[0];
    if (v.size() == count || (count == 1 && v.size() == samples)) return;
    if (v.size() == samples && samples > 0 && count % samples == 0) {
      per_weight = count / samples;
      return;
    }
    throw ShapeError(concat("loss '", loss, "': ", what, " has shape ", v.shape.text(),
                            ", but the predictions have ", samples, " samples and the loss ", count,
                            " values. Give one number a sample, or one a ", "value."));
  }
  float operator()(Index i, Index count) const {
    if (!view) return 1.f;
    if (count != 1 || view.size() == 1) return view[i / per_weight];
    double sum = 0;
    for (float w : view) sum += w;
    return static_cast<float>(sum / static_cast<double>(view.size()));
  }
};

}  // namespace

Shape Loss::values_shape(const Shape& y_pred) const {
  if (y_pred.rank() < 2) return y_pred;
  return Shape(std::span<const Index>(y_pred.begin(), static_cast<std::size_t>(y_pred.rank() - 1)));
}

void Loss::check(const Shape& y_true, const Shape& y_pred) const {
  detail::check_dense_labels({"loss", name()}, false, y_true, y_pred);
}

void Loss::values_from_logits(View<const float>, View<const float>, View<float>) const {
  throw StateError(concat("loss '", name(), "' cannot be computed from logits. Ask takes_logits() first."));
}

void Loss::gradient_from_logits(View<const float>, View<const float>, View<const float>, View<float>) const {
  throw StateError(concat("loss '", name(), "' has no gradient from logits. Ask takes_logits() first."));
}

void Loss::row_mask(View<const float>, View<float> mask) const { std::fill(mask.begin(), mask.end(), 1.f); }

void loss_coefficients(const Loss& loss, View<const float> y_true, const Shape& y_pred,
                       View<const float> sample_weight, View<const float> mask, View<float> coefficient) {
  const Index n = loss.values_shape(y_pred).count();
  detail::check_size({"loss", loss.name()}, "coefficient", coefficient.size(), n);
  const Weights weight(sample_weight, y_pred, n, loss.name(), "sample_weight");
  const Weights counts(mask, y_pred, n, loss.name(), "mask");
  if (loss.masks_rows()) {
    loss.row_mask(y_true, coefficient);
  } else {
    std::fill(coefficient.begin(), coefficient.end(), 1.f);
  }
  double valid = 0, total_weight = 0;
  for (Index i = 0; i < n; ++i) {
    if (counts(i, n) == 0.f) coefficient[i] = 0.f;
    valid += coefficient[i];
    coefficient[i] *= weight(i, n);
    total_weight += coefficient[i];
  }
  double divisor = 1;
  switch (loss.reduction()) {
    case Reduction::sum_over_batch_size:
    case Reduction::mean:
      divisor = valid;
      break;
    case Reduction::mean_with_sample_weight:
      divisor = total_weight;
      break;
    case Reduction::sum:
    case Reduction::none:
      break;
  }
  // Nothing counts: the loss is 0, not 0 / 0.
  const double scale = divisor == 0 ? 0 : 1 / divisor;
  for (Index i = 0; i < n; ++i) coefficient[i] = static_cast<float>(coefficient[i] * scale);
}

double reduced_loss(View<const float> values, View<const float> coefficient) {
  detail::check_size({"loss", "reduced_loss"}, "coefficient", coefficient.size(), values.size());
  double sum = 0;
  for (Index i = 0; i < values.size(); ++i) {
    // A row that does not count adds nothing, even if its value is not finite.
    if (coefficient[i] != 0.f) sum += static_cast<double>(values[i]) * static_cast<double>(coefficient[i]);
  }
  return sum;
}

}  // namespace cornu
