#pragma once
#include <string_view>
#include <type_traits>
#include <variant>

#include "cornu/core/view.hpp"

namespace cornu {

/// Adds l1 * sum |w| to the loss.
struct L1 {
  float l1 = 0.01f;
  static constexpr std::string_view type = "L1";
  static void fields(auto& self, auto visit) { visit("l1", self.l1); }
};
/// Adds l2 * sum w^2 to the loss (no 1/2).
struct L2 {
  float l2 = 0.01f;
  static constexpr std::string_view type = "L2";
  static void fields(auto& self, auto visit) { visit("l2", self.l2); }
};
/// Adds l1 * sum |w| + l2 * sum w^2 to the loss.
struct L1L2 {
  float l1 = 0.f;
  float l2 = 0.f;
  static constexpr std::string_view type = "L1L2";
  static void fields(auto& self, auto visit) { visit("l1", self.l1), visit("l2", self.l2); }
};

enum class OrthogonalMode { rows, columns };
/// Adds factor times the mean |cosine| between the rows (or columns) of a two-axis weight.
/// Errors  ShapeError: another rank.
struct OrthogonalRegularizer {
  float factor = 0.01f;
  OrthogonalMode mode = OrthogonalMode::rows;
  static constexpr std::string_view type = "OrthogonalRegularizer";
  static void fields(auto& self, auto visit) { visit("factor", self.factor), visit("mode", self.mode); }
};

/// A penalty on a weight or an activation; none by default.
///
///   Dense{.units = 8, .kernel_regularizer = L2{.l2 = 0.01f}}      .kernel_regularizer = "l2"
///
/// Errors  ValueError: a negative or non-finite factor, an unknown name.
/// Source  Keras 3 regularizers.
class Regularizer {
 public:
  using Spec = std::variant<std::monostate, L1, L2, L1L2, OrthogonalRegularizer>;

  Regularizer() = default;
  Regularizer(L1 spec);
  Regularizer(L2 spec);
  Regularizer(L1L2 spec);
  Regularizer(OrthogonalRegularizer spec);
  /// "l1", "l2", "l1_l2", "orthogonal_regularizer" with Keras' defaults ("l1_l2" uses 0.01 and 0.01), or the
  /// class names.
  Regularizer(const char* name) : Regularizer(from_name(name)) {}

  explicit operator bool() const { return spec_.index() != 0; }
  /// What w adds to the loss, summed in double in a fixed order; 0 when there is no regularizer.
  double penalty(View<const float> w) const;
  /// dw += scale * d penalty / d w. w and dw have the same shape.
  void add_gradient(View<const float> w, View<float> dw, float scale) const;
  /// "L2"; "" when there is none.
  std::string_view name() const;
  const Spec& spec() const { return spec_; }
  static Regularizer from_name(std::string_view name);

 private:
  Spec spec_;
};

}  // namespace cornu
