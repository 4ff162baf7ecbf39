#include "losses/overlap_loss.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "losses/shapes.hpp"

namespace cornu::detail {

Overlap<double> OverlapLoss::sums(View<const float> y_true, View<const float> y_pred) const {
  check(y_true.shape, y_pred.shape);
  constexpr Index kParts = 64;
  Overlap<double> parts[kParts];
  const Index n = y_pred.size();
  const Index chunk = std::max<Index>(4096, (n + kParts - 1) / kParts);
  parallel_chunks(n, chunk, [&](Index first, Index last) {
    Overlap<double> s;
    for (Index i = first; i < last; ++i) {
      const double t = y_true[i], p = y_pred[i];
      s.both += t * p;
      s.truth += t;
      s.guess += p;
    }
    parts[first / chunk] = s;
  });
  Overlap<double> total;
  for (const Overlap<double>& s : parts) {
    total.both += s.both;
    total.truth += s.truth;
    total.guess += s.guess;
  }
  return total;
}

void OverlapLoss::values(View<const float> y_true, View<const float> y_pred, View<float> values) const {
  check_size({"loss", name_}, "values", values.size(), 1);
  values[0] = static_cast<float>(rule_.value(sums(y_true, y_pred)));
}

void OverlapLoss::gradient(View<const float> y_true, View<const float> y_pred, View<const float> coefficient,
                           View<float> dy_pred) const {
  check_size({"loss", name_}, "coefficient", coefficient.size(), 1);
  check_size({"loss", name_}, "the gradient", dy_pred.size(), y_pred.size());
  const auto [a, b] = rule_.slope(sums(y_true, y_pred));
  const double c = coefficient[0], constant = a * c, factor = b * c;
  parallel_chunks(y_pred.size(), kElementChunk, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      dy_pred[i] = static_cast<float>(constant + factor * static_cast<double>(y_true[i]));
    }
  });
}

}  // namespace cornu::detail
