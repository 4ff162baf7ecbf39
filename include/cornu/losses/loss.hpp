#pragma once
#include <string_view>

#include "cornu/core/view.hpp"

namespace cornu {

/// How the losses of a batch become one number. Sample weights multiply first; the divisor is the number of
/// losses (sum_over_batch_size, mean) or the sum of the weights (mean_with_sample_weight). none behaves as
/// sum in training, which needs one number.
enum class Reduction { sum_over_batch_size, sum, mean, mean_with_sample_weight, none };

/// The last activation whose input (the logits) a loss can take in its place; either: sigmoid and softmax
/// alike.
enum class LogitsFrom { none, of_sigmoid, of_softmax, either };
/// Whether a loss that takes `loss` takes the logits of this activation.
constexpr bool accepts(LogitsFrom loss, LogitsFrom activation) {
  return activation != LogitsFrom::none && (loss == activation || loss == LogitsFrom::either);
}

/// The contract of a loss; derive from it for one of your own.
///
/// y_pred is (batch, ..., width). A row is one run of the last axis, and a loss has one value a row: shape
/// y_pred.shape without its last axis (a one-axis y_pred counts as (batch, 1)). Losses over the whole batch
/// have one value, shape (). y_true has y_pred's shape, or one axis less where the last is 1 (it is expanded,
/// as Keras does); sparse losses take whole labels of shape (batch, ...) or (batch, ..., 1). All functions
/// are const, safe from many threads, and allocate nothing; results do not depend on threads.
class Loss {
 public:
  virtual ~Loss() = default;
  /// The name in messages and History keys: "binary_crossentropy".
  virtual std::string_view name() const = 0;
  virtual Reduction reduction() const { return Reduction::sum_over_batch_size; }
  /// Shape of the values for predictions of this shape.
  virtual Shape values_shape(const Shape& y_pred) const;
  /// Throws ShapeError, with both shapes and what to do, when labels do not fit the predictions.
  virtual void check(const Shape& y_true, const Shape& y_pred) const;

  /// One loss a row. Errors: ValueError for labels that cannot be (sparse losses).
  virtual void values(View<const float> y_true, View<const float> y_pred, View<float> values) const = 0;
  /// dy_pred = d (sum over rows of coefficient[row] * value[row]) / d y_pred.
  virtual void gradient(View<const float> y_true, View<const float> y_pred, View<const float> coefficient,
                        View<float> dy_pred) const = 0;

  /// Which last activation may be fused: the loss is then computed from its input z, without clipping or
  /// overflow. The crossentropies answer either, as Keras on TensorFlow, which takes the logits of a sigmoid
  /// or a softmax whichever the loss expects: a categorical crossentropy after a sigmoid is that of
  /// softmax(z), a binary one after a softmax that of sigmoid(z). It does so also when from_logits was set.
  virtual LogitsFrom takes_logits() const { return LogitsFrom::none; }
  /// As values and gradient, for the input z of the last activation. Errors: StateError when takes_logits()
  /// is none.
  virtual void values_from_logits(View<const float> y_true, View<const float> z, View<float> values) const;
  virtual void gradient_from_logits(View<const float> y_true, View<const float> z,
                                    View<const float> coefficient, View<float> dz) const;

  /// 1 for rows that count and 0 for rows that do not (SparseCategoricalCrossentropy's ignore_class). Only
  /// asked when masks_rows().
  virtual bool masks_rows() const { return false; }
  virtual void row_mask(View<const float> y_true, View<float> mask) const;
};

/// coefficient[row] such that the reduced loss is the sum of coefficient[row] * value[row].
///
/// sample_weight  empty, one number a sample, or one a row
/// mask           empty, one number a sample, or one a row: rows with 0 do not count, and the divisor is the
///                number of rows that do
/// coefficient    shape loss.values_shape(y_pred)
/// Errors         ShapeError: another number of weights or mask elements.
void loss_coefficients(const Loss& loss, View<const float> y_true, const Shape& y_pred,
                       View<const float> sample_weight, View<const float> mask, View<float> coefficient);

/// The sum of coefficient[row] * value[row], in double, in a fixed order.
double reduced_loss(View<const float> values, View<const float> coefficient);

}  // namespace cornu
