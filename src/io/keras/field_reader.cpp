#include "io/keras/field_reader.hpp"

#include "core/choice.hpp"
#include "cornu/core/error.hpp"

namespace cornu::detail {

std::string class_of(const Json& saved) {
  std::string name = text_member(saved, "class_name");
  const std::size_t package = name.rfind('>');
  return package == std::string::npos ? name : name.substr(package + 1);
}

namespace {
/// Class and configuration of what Keras saves as a word, or as an object.
struct Saved {
  std::string name;
  const Json& config;
};
Saved parts(const Json& saved) {
  if (saved.is_string()) return {saved.get<std::string>(), member(saved, "")};
  return {class_of(saved), member(saved, "config")};
}
}  // namespace

// Only drawing weights anew needs an initializer, so an unknown one does not stop a model from loading.
Initializer read_initializer(const Json& saved, const Initializer& fallback, FieldContext& context) {
  if (saved.is_null()) return fallback;
  auto [name, config] = parts(saved);
  if (name == "OrthogonalInitializer") name = "Orthogonal";
  if (name == "IdentityInitializer") name = "Identity";
  if (saved.is_string()) {
    try {
      return Initializer::from_name(name);
    } catch (const ValueError&) {
    }
  } else {
    Json modern = config;  // Keras 2 called the truncated normal distribution "normal"
    if (text_member(modern, "distribution") == "normal") modern["distribution"] = "truncated_normal";
    if (auto spec = read_alternative<Initializer::Spec>(name, modern, context))
      return std::visit([](const auto& s) { return Initializer(s); }, *spec);
  }
  context.notes.push_back(concat(context.who, ": the initializer ", shown(saved), " is unknown; ",
                                 fallback.name(),
                                 " is kept, which matters only when weights are drawn anew."));
  return fallback;
}

Regularizer read_regularizer(const Json& saved, FieldContext& context) {
  if (saved.is_null()) return {};
  const auto [name, config] = parts(saved);
  if (saved.is_string()) return Regularizer::from_name(name);
  if (auto spec = read_alternative<Regularizer::Spec>(name, config, context)) {
    return std::visit(
        [](const auto& s) {
          if constexpr (std::is_same_v<std::decay_t<decltype(s)>, std::monostate>)
            return Regularizer();
          else
            return Regularizer(s);
        },
        *spec);
  }
  context.refuse("a regularizer", saved, "Cornu knows L1, L2, L1L2 and OrthogonalRegularizer.");
}

Constraint read_constraint(const Json& saved, FieldContext& context) {
  if (saved.is_null()) return {};
  const auto [name, config] = parts(saved);
  if (saved.is_string()) return Constraint::from_name(name);
  if (auto spec = read_alternative<Constraint::Spec>(name, config, context)) {
    return std::visit(
        [](const auto& s) {
          if constexpr (std::is_same_v<std::decay_t<decltype(s)>, std::monostate>)
            return Constraint();
          else
            return Constraint(s);
        },
        *spec);
  }
  context.refuse("a constraint", saved, "Cornu knows MaxNorm, NonNeg, UnitNorm and MinMaxNorm.");
}

ActivationFunction read_activation(const Json& saved, FieldContext& context) {
  if (saved.is_null()) return linear;
  // A function that Keras serialized as an object carries its word as config; a layer used as an activation
  // does not.
  const Json& config = member(saved, "config");
  const std::string word = saved.is_string()    ? saved.get<std::string>()
                           : config.is_string() ? config.get<std::string>()
                                                : std::string();
  if (word.empty())
    context.refuse("activation", saved,
                   "Cornu knows activations by their word. Use an activation layer instead.");
  if (word == "swish") return silu;
  if (word == "hard_swish") return hard_silu;
  try {
    return activation_from_name(word);
  } catch (const ValueError& error) {
    throw ValueError(concat(context.who, ": ", error.what()));
  }
}

LearningRate read_learning_rate(const Json& saved, FieldContext& context) {
  if (saved.is_number()) return saved.get<double>();
  if (auto spec = read_alternative<LearningRate::Spec>(class_of(saved), member(saved, "config"), context)) {
    return std::visit(
        [](const auto& s) -> LearningRate {
          if constexpr (requires { s.type; })
            return LearningRate(s);
          else
            return 0.f;
        },
        *spec);
  }
  context.refuse("learning_rate", saved, "Cornu knows numbers and Keras' schedules.");
}

}  // namespace cornu::detail
