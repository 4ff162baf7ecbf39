#include "io/keras/field_writer.hpp"

#include <charconv>
#include <cmath>

#include "core/choice.hpp"

namespace cornu::detail {

Json saved_object(std::string_view module, std::string_view type, Json config) {
  return {
      {"module", module}, {"class_name", type}, {"config", std::move(config)}, {"registered_name", nullptr}};
}

double shortest(float value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  double out = value;
  if (std::isfinite(value)) std::from_chars(text, end, out);
  return out;
}

namespace {
/// Of a variant of aggregates; null for one that stands for nothing.
template <class Variant>
Json write_choice(const Variant& spec, std::string_view module) {
  return std::visit(
      [&](const auto& s) -> Json {
        if constexpr (requires { s.type; })
          return saved_object(module, s.type, fields_config(s));
        else
          return {};
      },
      spec);
}
}  // namespace

Json write_initializer(const Initializer& value) { return write_choice(value.spec(), "keras.initializers"); }
Json write_regularizer(const Regularizer& value) { return write_choice(value.spec(), "keras.regularizers"); }
Json write_constraint(const Constraint& value) { return write_choice(value.spec(), "keras.constraints"); }

Json write_activation(const ActivationFunction& value) {
  if (value.fn() == ActivationFn::custom)
    throw ValueError(concat("its activation '", value.name(),
                            "' is a function of yours, which no file can hold. Save the weights only "
                            "(save_weights), or use one of Keras' activations."));
  return value.name();
}

Json write_learning_rate(const LearningRate& value) {
  const LearningRate::Spec spec = value.spec();
  if (const float* number = std::get_if<float>(&spec)) return shortest(*number);
  Json schedule = write_choice(spec, "keras.optimizers.schedules");
  if (schedule.is_null())
    throw ValueError("the learning rate is a schedule of your own class, which no file can hold.");
  return schedule;
}

}  // namespace cornu::detail
