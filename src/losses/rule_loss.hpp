#pragma once
#include <algorithm>
#include <string>

#include "core/parallel.hpp"
#include "cornu/losses/loss.hpp"
#include "losses/rules.hpp"
#include "losses/shapes.hpp"

namespace cornu::detail {

/// For losses that take no logits.
struct NoLogits {
  static constexpr bool kSparse = false;
};

/// What rules do not know: names and the checks of labels.
struct LossTraits {
  std::string name;
  Reduction reduction = Reduction::sum_over_batch_size;
  bool classes = false;  ///< labels are one-hot
  LogitsFrom logits = LogitsFrom::none;
  bool has_ignored = false;  ///< rows of label `ignored` give 0
  int ignored = 0;
};

/// A loss made of a rule for one row, and perhaps another for logits. Rows go to threads in chunks fixed by
/// the shapes.
template <class Rule, class LogitsRule = NoLogits>
class RuleLoss final : public Loss {
 public:
  RuleLoss(LossTraits traits, Rule rule, LogitsRule logits = {})
      : traits_(std::move(traits)), rule_(rule), logits_(logits) {}

  std::string_view name() const override { return traits_.name; }
  Reduction reduction() const override { return traits_.reduction; }
  LogitsFrom takes_logits() const override { return traits_.logits; }
  bool masks_rows() const override { return traits_.has_ignored; }

  void check(const Shape& y_true, const Shape& y_pred) const override {
    if constexpr (Rule::kSparse) {
      check_sparse_labels(who(), y_true, y_pred);
    } else {
      check_dense_labels(who(), traits_.classes, y_true, y_pred);
    }
  }
  void row_mask(View<const float> y_true, View<float> mask) const override {
    for (Index i = 0; i < mask.size(); ++i) mask[i] = ignores(y_true[i]) ? 0.f : 1.f;
  }
  void values(View<const float> y_true, View<const float> y_pred, View<float> out) const override {
    run_values(prepared(rule_, y_true), y_true, y_pred, out);
  }
  void gradient(View<const float> y_true, View<const float> y_pred, View<const float> coefficient,
                View<float> dy_pred) const override {
    run_gradient(prepared(rule_, y_true), y_true, y_pred, coefficient, dy_pred);
  }
  void values_from_logits(View<const float> y_true, View<const float> z, View<float> out) const override {
    if constexpr (std::is_same_v<LogitsRule, NoLogits>) {
      Loss::values_from_logits(y_true, z, out);
    } else {
      run_values(logits_, y_true, z, out);
    }
  }
  void gradient_from_logits(View<const float> y_true, View<const float> z, View<const float> coefficient,
                            View<float> dz) const override {
    if constexpr (std::is_same_v<LogitsRule, NoLogits>) {
      Loss::gradient_from_logits(y_true, z, coefficient, dz);
    } else {
      run_gradient(logits_, y_true, z, coefficient, dz);
    }
  }

 private:
  Who who() const { return {"loss", traits_.name}; }
  bool ignores(float label) const {
    return traits_.has_ignored && label == static_cast<float>(traits_.ignored);
  }

  /// The rule for this batch: hinges look at all labels first.
  static Rule prepared(Rule rule, View<const float> y_true) {
    if constexpr (requires { rule.term.binary; }) {
      rule.term.binary =
          std::all_of(y_true.begin(), y_true.end(), [](float t) { return t == 0.f || t == 1.f; });
    }
    return rule;
  }
  Rows checked(View<const float> y_true, View<const float> y_pred) const {
    check(y_true.shape, y_pred.shape);
    const Rows rows = rows_of(y_pred.shape);
    check_width(who(), y_pred.shape, rows.width);
    if constexpr (Rule::kSparse) {
      check_label_values(who(), y_true, rows.width, traits_.has_ignored ? &traits_.ignored : nullptr);
    }
    return rows;
  }
  static Index chunk_of(Index width) { return std::max<Index>(1, 4096 / std::max<Index>(1, width)); }

  template <class R>
  void run_values(const R& rule, View<const float> y_true, View<const float> y_pred, View<float> out) const {
    const auto [count, width] = checked(y_true, y_pred);
    check_size(who(), "values", out.size(), count);
    if constexpr (requires { rule.term; }) {
      if (width == 1) return run_single_values(rule.term, y_true.data, y_pred.data, out);
    }
    const Index labels = R::kSparse ? 1 : width;
    parallel_chunks(count, chunk_of(width), [&, n = width](Index first, Index last) {
      for (Index row = first; row < last; ++row) {
        const float* t = y_true.data + row * labels;
        out[row] = ignores(*t) ? 0.f : rule.value(t, y_pred.data + row * n, n);
      }
    });
  }
  template <class R>
  void run_gradient(const R& rule, View<const float> y_true, View<const float> y_pred,
                    View<const float> coefficient, View<float> dy) const {
    const auto [count, width] = checked(y_true, y_pred);
    check_size(who(), "coefficient", coefficient.size(), count);
    check_size(who(), "the gradient", dy.size(), count * width);
    if constexpr (requires { rule.term; }) {
      if (width == 1) return run_single_gradient(rule.term, y_true.data, y_pred.data, coefficient.data, dy);
    }
    const Index labels = R::kSparse ? 1 : width;
    parallel_chunks(count, chunk_of(width), [&, n = width](Index first, Index last) {
      for (Index row = first; row < last; ++row) {
        const float* t = y_true.data + row * labels;
        float* d = dy.data + row * n;
        // A row that does not count has gradient 0, even where its predictions are not finite.
        if (ignores(*t) || coefficient[row] == 0.f) {
          std::fill(d, d + n, 0.f);
        } else {
          rule.gradient(t, y_pred.data + row * n, n, coefficient[row], d);
        }
      }
    });
  }

  /// Rows of one element: vectors run over rows.
  template <class Term>
  static void run_single_values(const Term& term, const float* t, const float* p, View<float> out) {
    parallel_chunks(out.size(), kElementChunk, [&](Index first, Index last) {
#pragma omp simd
      for (Index i = first; i < last; ++i) out[i] = term.value(t[i], p[i]);
    });
  }
  template <class Term>
  static void run_single_gradient(const Term& term, const float* t, const float* p, const float* c,
                                  View<float> dy) {
    parallel_chunks(dy.size(), kElementChunk, [&](Index first, Index last) {
#pragma omp simd
      for (Index i = first; i < last; ++i) dy[i] = c[i] * term.slope(t[i], p[i]);
        // A row that does not count has gradient 0, even where its prediction is not finite.
#pragma omp simd
      for (Index i = first; i < last; ++i) dy[i] = c[i] == 0.f ? 0.f : dy[i];
    });
  }

  LossTraits traits_;
  Rule rule_;
  [[no_unique_address]] LogitsRule logits_;
};

}  // namespace cornu::detail
