#pragma once
#include <string>
#include <string_view>

#include "cornu/core/view.hpp"

namespace cornu {

/// A running metric: sums over batches, one number at the end. Derive from it for one of your own.
/// Sums are kept in double and in a fixed order, so results do not depend on threads.
class Metric {
 public:
  virtual ~Metric() = default;
  /// The key in History: "accuracy".
  virtual std::string_view name() const = 0;
  /// Forgets what was seen; called at the start of an epoch.
  virtual void reset() = 0;
  /// Adds a batch. y_true and y_pred are as for Loss; sample_weight is empty, one number a sample, or one a
  /// row. Errors  ShapeError: labels or weights that do not fit the predictions.
  virtual void update(View<const float> y_true, View<const float> y_pred,
                      View<const float> sample_weight) = 0;
  /// Whether the mask of the predictions counts as a weight, as it does for means over rows.
  virtual bool takes_mask() const { return false; }
  /// The value so far; 0 when nothing was seen.
  virtual double result() const = 0;
};

}  // namespace cornu
