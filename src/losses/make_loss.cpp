#include "cornu/core/error.hpp"
#include "cornu/losses/loss_handle.hpp"
#include "losses/overlap_loss.hpp"
#include "losses/rule_loss.hpp"

namespace cornu {

namespace {

using detail::concat;
using Pointer = std::shared_ptr<const Loss>;

void check_axis(std::string_view name, int axis) {
  if (axis == -1) return;
  throw ValueError(concat("loss '", name, "': axis is ", axis,
                          "; only the last axis (-1) is supported. Put the classes last with Permute."));
}
void check_smoothing(std::string_view name, float amount) {
  if (amount >= 0 && amount <= 1) return;
  throw ValueError(
      concat("loss '", name, "': label_smoothing is ", double(amount),
             "; it must be from 0 to 1. It is the share of a label that goes to the other classes."));
}

/// A loss from a rule, with the traits every spec has.
template <class Spec, class Rule>
Pointer plain(const Spec& spec, const Rule& rule, bool classes = false) {
  return std::make_shared<detail::RuleLoss<Rule>>(detail::LossTraits{spec.name, spec.reduction, classes},
                                                  rule);
}
/// With a fused last activation. from_logits makes the rule for logits the only one.
template <class Spec, class Rule, class LogitsRule>
Pointer fused(const Spec& spec, const Rule& rule, const LogitsRule& logits, bool classes) {
  const detail::LossTraits traits{spec.name, spec.reduction, classes, LogitsFrom::either};
  if (spec.from_logits)
    return std::make_shared<detail::RuleLoss<LogitsRule, LogitsRule>>(traits, logits, logits);
  return std::make_shared<detail::RuleLoss<Rule, LogitsRule>>(traits, rule, logits);
}

struct Make {
  Pointer operator()(const MeanSquaredError& s) const {
    return plain(s, detail::MeanOf<detail::SquaredTerm>{});
  }
  Pointer operator()(const MeanAbsoluteError& s) const {
    return plain(s, detail::MeanOf<detail::AbsoluteTerm>{});
  }
  Pointer operator()(const MeanAbsolutePercentageError& s) const {
    return plain(s, detail::MeanOf<detail::PercentageTerm>{});
  }
  Pointer operator()(const MeanSquaredLogarithmicError& s) const {
    return plain(s, detail::MeanOf<detail::SquaredLogTerm>{});
  }
  Pointer operator()(const CosineSimilarity& s) const {
    check_axis(s.name, s.axis);
    return plain(s, detail::CosineRule{});
  }
  Pointer operator()(const Huber& s) const {
    if (!(s.delta >= 0)) {
      throw ValueError(concat("loss '", s.name, "': delta is ", double(s.delta),
                              "; it must be at least 0. Errors beyond it count linearly."));
    }
    return plain(s, detail::MeanOf<detail::HuberTerm>{{s.delta}});
  }
  Pointer operator()(const LogCosh& s) const { return plain(s, detail::MeanOf<detail::LogCoshTerm>{}); }
  Pointer operator()(const BinaryCrossentropy& s) const {
    check_axis(s.name, s.axis);
    check_smoothing(s.name, s.label_smoothing);
    return fused(s, detail::MeanOf<detail::BinaryCrossentropyTerm>{{{s.label_smoothing}}},
                 detail::MeanOf<detail::BinaryLogitsTerm>{{{s.label_smoothing}}}, false);
  }
  Pointer operator()(const BinaryFocalCrossentropy& s) const {
    check_axis(s.name, s.axis);
    check_smoothing(s.name, s.label_smoothing);
    const detail::FocalFactor factor{s.alpha, s.gamma, s.apply_class_balancing};
    return fused(s, detail::MeanOf<detail::FocalTerm>{{{{s.label_smoothing}}, factor}},
                 detail::MeanOf<detail::FocalLogitsTerm>{{{{s.label_smoothing}}, factor}}, false);
  }
  Pointer operator()(const CategoricalCrossentropy& s) const {
    check_axis(s.name, s.axis);
    check_smoothing(s.name, s.label_smoothing);
    return fused(s, detail::CategoricalRule{{s.label_smoothing}}, detail::SoftmaxRule{{s.label_smoothing}},
                 true);
  }
  Pointer operator()(const CategoricalFocalCrossentropy& s) const {
    check_axis(s.name, s.axis);
    check_smoothing(s.name, s.label_smoothing);
    const detail::CategoricalRule rule{{s.label_smoothing}, true, s.alpha, s.gamma};
    if (s.from_logits) return plain(s, detail::CategoricalSoftmaxRule{rule}, true);
    return plain(s, rule, true);
  }
  Pointer operator()(const SparseCategoricalCrossentropy& s) const {
    check_axis(s.name, s.axis);
    detail::LossTraits traits{s.name, s.reduction, false, LogitsFrom::either, s.ignore_class.has_value()};
    traits.ignored = s.ignore_class.value_or(0);
    using detail::SparseCategoricalRule;
    using detail::SparseSoftmaxRule;
    if (s.from_logits)
      return std::make_shared<detail::RuleLoss<SparseSoftmaxRule, SparseSoftmaxRule>>(traits,
                                                                                      SparseSoftmaxRule{});
    return std::make_shared<detail::RuleLoss<SparseCategoricalRule, SparseSoftmaxRule>>(
        traits, SparseCategoricalRule{});
  }
  Pointer operator()(const KLDivergence& s) const { return plain(s, detail::DivergenceRule{}); }
  Pointer operator()(const Poisson& s) const { return plain(s, detail::MeanOf<detail::PoissonTerm>{}); }
  Pointer operator()(const Hinge& s) const { return plain(s, detail::MeanOf<detail::HingeTerm>{}); }
  Pointer operator()(const SquaredHinge& s) const {
    return plain(s, detail::MeanOf<detail::HingeTerm>{{false, true}});
  }
  Pointer operator()(const CategoricalHinge& s) const { return plain(s, detail::CategoricalHingeRule{}); }
  Pointer operator()(const Dice& s) const {
    return std::make_shared<detail::OverlapLoss>(s.name, s.reduction, detail::OverlapRule{});
  }
  Pointer operator()(const Tversky& s) const {
    return std::make_shared<detail::OverlapLoss>(s.name, s.reduction,
                                                 detail::OverlapRule{false, s.alpha, s.beta});
  }
};

}  // namespace

std::shared_ptr<const Loss> make_loss(const LossSpec& spec) { return std::visit(Make{}, spec); }

}  // namespace cornu
