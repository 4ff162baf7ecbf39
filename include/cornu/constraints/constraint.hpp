#pragma once
#include <string_view>
#include <variant>
#include <vector>

#include "cornu/core/choice.hpp"
#include "cornu/core/view.hpp"

namespace cornu {

/// The axes a norm runs over: .axis = 0, or .axis = {0, 1, 2} for convolution kernels.
class NormAxes {
 public:
  NormAxes(int axis) : axes_{axis} {}
  NormAxes(std::initializer_list<int> axes) : axes_(axes) {}
  NormAxes(std::vector<int> axes) : axes_(std::move(axes)) {}
  const std::vector<int>& values() const { return axes_; }
  friend bool operator==(const NormAxes&, const NormAxes&) = default;

 private:
  std::vector<int> axes_;
};

/// Norms over `axis` are at most max_value. For a dense kernel axis 0 is the incoming weights of each unit.
struct MaxNorm {
  float max_value = 2.f;
  NormAxes axis = 0;
  static constexpr std::string_view type = "MaxNorm";
  static void fields(auto& self, auto visit) { visit("max_value", self.max_value), visit("axis", self.axis); }
};
/// No element is negative.
struct NonNeg {
  static constexpr std::string_view type = "NonNeg";
  static void fields(auto&, auto) {}
};
/// Norms over `axis` are one.
struct UnitNorm {
  NormAxes axis = 0;
  static constexpr std::string_view type = "UnitNorm";
  static void fields(auto& self, auto visit) { visit("axis", self.axis); }
};
/// Norms over `axis` move towards [min_value, max_value] by `rate` (1 = are inside after the step).
struct MinMaxNorm {
  float min_value = 0.f;
  float max_value = 1.f;
  float rate = 1.f;
  NormAxes axis = 0;
  static constexpr std::string_view type = "MinMaxNorm";
  static void fields(auto& self, auto visit) {
    visit("min_value", self.min_value), visit("max_value", self.max_value), visit("rate", self.rate);
    visit("axis", self.axis);
  }
};

/// What a weight must satisfy after each optimizer step; nothing by default.
///
///   Dense{.units = 8, .kernel_constraint = MaxNorm{.max_value = 3}}      .kernel_constraint = "non_neg"
///
/// Norms are divided by (norm + 1e-7), as Keras does. Errors: ValueError: an axis out of range, an unknown
/// name. Source  Keras 3 constraints.
class Constraint {
 public:
  using Types = detail::OneOf<std::monostate, MaxNorm, NonNeg, UnitNorm, MinMaxNorm>;
  using Spec = detail::Choice<Types>::Variant;

  Constraint() = default;
  Constraint(const MaxNorm& spec) : spec_(spec) {}
  Constraint(const NonNeg& spec) : spec_(spec) {}
  Constraint(const UnitNorm& spec) : spec_(spec) {}
  Constraint(const MinMaxNorm& spec) : spec_(spec) {}
  /// "max_norm", "non_neg", "unit_norm", "min_max_norm", or the class names.
  Constraint(const char* name) : Constraint(from_name(name)) {}

  explicit operator bool() const { return !spec_.is_default(); }
  /// Projects w in place; does nothing when there is no constraint.
  void apply(View<float> w) const;
  /// "MaxNorm"; "" when there is none.
  std::string_view name() const;
  const Spec& spec() const { return spec_.get(); }
  static Constraint from_name(std::string_view name);

 private:
  detail::Choice<Types> spec_;
};

}  // namespace cornu
