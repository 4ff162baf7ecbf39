#include "cornu/optimizers/optimizer_handle.hpp"

#include <utility>
#include <vector>

#include "core/choice.hpp"
#include "core/names.hpp"
#include "cornu/core/error.hpp"
#include "optimizers/adafactor.hpp"
#include "optimizers/elementwise.hpp"
#include "optimizers/lamb.hpp"
#include "optimizers/rules.hpp"

namespace cornu {

template class detail::Choice<OptimizerTypes>;

namespace {

using Pointer = std::unique_ptr<Optimizer>;
using namespace detail;  // NOLINT(google-build-using-namespace): our own, in this file only

constexpr double kAny = std::numeric_limits<double>::infinity();

template <class Spec, class Rule>
Pointer elementwise(const Spec& spec, const Rule& rule) {
  return std::make_unique<ElementwiseOptimizer<Rule>>(CommonOptions::of(spec), rule);
}

void check(std::string_view type, std::string_view field, float value, std::string_view advice) {
  check_range(type, field, decimal(value), 0, kAny, advice);
}

template <class Spec>
Pointer adam(const Spec& s) {
  if (s.amsgrad) return elementwise(s, AdamRule<true>(s));
  return elementwise(s, AdamRule<false>(s));
}

struct Make {
  Pointer operator()(const SGD& s) const {
    check_range("SGD", "momentum", decimal(s.momentum), 0, 1,
                "It is the share of the last step that is kept.");
    if (s.momentum == 0.f) return elementwise(s, SGDRule{});
    return elementwise(s, MomentumRule{s.momentum, 0.f, s.nesterov});
  }
  Pointer operator()(const RMSprop& s) const {
    check("RMSprop", "momentum", s.momentum, "0 switches it off.");
    if (s.momentum > 0 && s.centered) return elementwise(s, RMSpropRule<true, true>(s));
    if (s.momentum > 0) return elementwise(s, RMSpropRule<true, false>(s));
    if (s.centered) return elementwise(s, RMSpropRule<false, true>(s));
    return elementwise(s, RMSpropRule<false, false>(s));
  }
  Pointer operator()(const Adam& s) const { return adam(s); }
  Pointer operator()(const AdamW& s) const {
    if (!s.weight_decay) throw ValueError("AdamW: weight_decay is not set. Give a number, or use Adam.");
    return adam(s);
  }
  Pointer operator()(const Adamax& s) const { return elementwise(s, AdamaxRule(s)); }
  Pointer operator()(const Nadam& s) const { return elementwise(s, NadamRule(s)); }
  Pointer operator()(const Adagrad& s) const {
    check("Adagrad", "initial_accumulator_value", s.initial_accumulator_value, "Keras starts at 0.1.");
    return elementwise(s, AdagradRule(s));
  }
  Pointer operator()(const Adadelta& s) const { return elementwise(s, AdadeltaRule(s)); }
  Pointer operator()(const Adafactor& s) const { return std::make_unique<AdafactorOptimizer>(s); }
  Pointer operator()(const Ftrl& s) const {
    constexpr std::string_view kStrength = "0 switches it off.";
    check("Ftrl", "initial_accumulator_value", s.initial_accumulator_value, "Keras starts at 0.1.");
    check("Ftrl", "l1_regularization_strength", s.l1_regularization_strength, kStrength);
    check("Ftrl", "l2_regularization_strength", s.l2_regularization_strength, kStrength);
    check("Ftrl", "l2_shrinkage_regularization_strength", s.l2_shrinkage_regularization_strength, kStrength);
    if (!(s.learning_rate_power <= 0)) {
      throw ValueError(concat("Ftrl: learning_rate_power is ", decimal(s.learning_rate_power),
                              "; it must be at most 0. 0 keeps the learning rate fixed."));
    }
    if (s.learning_rate_power == -0.5f) return elementwise(s, FtrlRule<true>(s));
    return elementwise(s, FtrlRule<false>(s));
  }
  Pointer operator()(const Lion& s) const {
    if (!(s.beta_1 > 0 && s.beta_1 <= 1)) {
      throw ValueError(concat("Lion: beta_1 is ", decimal(s.beta_1),
                              "; it must be above 0 and at most 1. At 0 it would be SGD on signs."));
    }
    return elementwise(s, LionRule(s));
  }
  Pointer operator()(const Lamb& s) const { return std::make_unique<LambOptimizer>(s); }
};

template <std::size_t I = 0>
void add_all(std::vector<OptimizerSpec>& out) {
  if constexpr (I < std::variant_size_v<OptimizerSpec>) {
    out.emplace_back(std::in_place_index<I>);
    add_all<I + 1>(out);
  }
}

std::string_view type_of(const OptimizerSpec& spec) {
  return std::visit([](const auto& s) { return std::string_view(s.type); }, spec);
}

}  // namespace

OptimizerHandle::OptimizerHandle() : spec_(RMSprop{}) {}

OptimizerHandle::OptimizerHandle(const std::string& name) {
  std::vector<OptimizerSpec> all;
  add_all(all);
  std::vector<std::string> known;
  for (OptimizerSpec& spec : all) {
    known.push_back(lower(type_of(spec)));
    if (lower(name) == known.back()) {
      spec_ = OptimizerChoice::of(std::move(spec));
      return;
    }
  }
  throw_unknown_name("optimizer", name, known);
}

std::unique_ptr<Optimizer> OptimizerHandle::make() const {
  std::visit([](const auto& s) { CommonOptions::of(s).validate(s.type); }, spec_.get());
  return std::visit(Make{}, spec_.get());
}

std::string_view OptimizerHandle::type() const { return type_of(spec_.get()); }

}  // namespace cornu
