#pragma once
#include <string>
#include <utility>

#include "cornu/losses/loss.hpp"

namespace cornu::detail {

/// Sums over the batch that Dice and Tversky are made of.
template <class T>
struct Overlap {
  T both = 0;   ///< sum(t p)
  T truth = 0;  ///< sum(t)
  T guess = 0;  ///< sum(p)
};

/// value = 1 - numerator / denominator, both linear in the sums. With d value / d p = a + b t for every
/// element.
struct OverlapRule {
  bool dice = true;
  float alpha = 0.5f;  ///< Tversky: weight of truth not guessed
  float beta = 0.5f;   ///< Tversky: weight of guesses not true

  template <class T>
  std::pair<T, T> fraction(const Overlap<T>& s) const {
    const T epsilon = T(1e-7);
    if (dice) return {2 * s.both, s.truth + s.guess + epsilon};
    return {s.both, s.both + (s.truth - s.both) * T(alpha) + (s.guess - s.both) * T(beta) + epsilon};
  }
  template <class T>
  T value(const Overlap<T>& s) const {
    const auto [top, bottom] = fraction(s);
    return 1 - top / bottom;
  }
  /// {a, b}: the slope of an element is a + b t.
  template <class T>
  std::pair<T, T> slope(const Overlap<T>& s) const {
    const auto [top, bottom] = fraction(s);
    const T top_t = dice ? T(2) : T(1);
    const T bottom_1 = dice ? T(1) : T(beta);
    const T bottom_t = dice ? T(0) : 1 - T(alpha) - T(beta);
    return {top * bottom_1 / (bottom * bottom), (top * bottom_t - top_t * bottom) / (bottom * bottom)};
  }
};

/// A loss over the whole batch: one value.
class OverlapLoss final : public Loss {
 public:
  OverlapLoss(std::string name, Reduction reduction, OverlapRule rule)
      : name_(std::move(name)), reduction_(reduction), rule_(rule) {}
  std::string_view name() const override { return name_; }
  Reduction reduction() const override { return reduction_; }
  Shape values_shape(const Shape&) const override { return {}; }
  void values(View<const float> y_true, View<const float> y_pred, View<float> values) const override;
  void gradient(View<const float> y_true, View<const float> y_pred, View<const float> coefficient,
                View<float> dy_pred) const override;

 private:
  Overlap<double> sums(View<const float> y_true, View<const float> y_pred) const;
  std::string name_;
  Reduction reduction_;
  OverlapRule rule_;
};

}  // namespace cornu::detail
