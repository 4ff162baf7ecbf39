#include <algorithm>
#include <array>

#include "core/choice.hpp"
#include "core/names.hpp"
#include "io/keras/field_writer.hpp"
#include "io/keras/writers.hpp"

namespace cornu::detail {

namespace {

/// Keras 3 does not find "mse" and other short words in its .h5 files, but mean_squared_error.
Json write_loss(const LossHandle& loss, bool legacy) {
  const LossSpec* spec = loss.spec();
  if (!loss.text().empty() && legacy && spec)
    return std::visit([](const auto& s) { return snake_case(s.type); }, *spec);
  if (!loss.text().empty()) return loss.text();
  if (!spec) throw ValueError("a loss of your own class");
  return std::visit([](const auto& s) { return saved_object("keras.losses", s.type, fields_config(s)); },
                    *spec);
}

/// A loss as a metric has fewer options in Keras, and a few have no class there: those go by their word.
template <class Spec>
Json write_loss_metric(const Spec& spec) {
  constexpr std::array<std::string_view, 13> kClasses{"MeanSquaredError",
                                                      "MeanAbsoluteError",
                                                      "MeanAbsolutePercentageError",
                                                      "MeanSquaredLogarithmicError",
                                                      "CosineSimilarity",
                                                      "BinaryCrossentropy",
                                                      "CategoricalCrossentropy",
                                                      "SparseCategoricalCrossentropy",
                                                      "KLDivergence",
                                                      "Poisson",
                                                      "Hinge",
                                                      "SquaredHinge",
                                                      "CategoricalHinge"};
  if (std::find(kClasses.begin(), kClasses.end(), Spec::type) == kClasses.end()) return spec.name;
  Json config = fields_config(spec);
  config.erase("reduction");
  config.erase("ignore_class");
  if (Spec::type == "BinaryCrossentropy" || Spec::type == "CosineSimilarity") config.erase("axis");
  return saved_object("keras.metrics", Spec::type, std::move(config));
}

Json write_metric(const MetricHandle& metric) {
  if (!metric.text().empty()) return metric.text();
  const MetricSpec* spec = metric.spec();
  if (!spec) throw ValueError("a metric of your own class");
  return std::visit(
      [](const auto& s) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(s)>, LossChoice>)
          return std::visit([](const auto& loss) { return write_loss_metric(loss); }, s.get());
        else if constexpr (std::is_same_v<std::decay_t<decltype(s)>, AccuracyTag>)
          return "accuracy";
        else
          return saved_object("keras.metrics", s.type, fields_config(s));
      },
      *spec);
}

Json write_metrics(const std::vector<MetricHandle>& metrics, bool several) {
  if (metrics.empty()) return {};
  Json out = Json::array();
  for (const MetricHandle& metric : metrics)
    out.push_back(several ? Json::array({write_metric(metric)}) : write_metric(metric));
  return out;
}

}  // namespace

Json write_compile(const CompileOptions& options, const Optimizer& optimizer, bool legacy) {
  try {
    Json config = std::visit([](const auto& s) { return fields_config(s); }, options.optimizer.spec());
    if (!optimizer.has_schedule()) config["learning_rate"] = shortest(optimizer.learning_rate());
    const bool several = options.loss.size() > 1;
    Json losses = Json::array(), weights = Json::array();
    for (const LossHandle& loss : options.loss) losses.push_back(write_loss(loss, legacy));
    for (const float weight : options.loss_weights) weights.push_back(shortest(weight));
    return {{"optimizer", saved_object("keras.optimizers", options.optimizer.type(), std::move(config))},
            {"loss", several ? losses : losses[0]},
            {"loss_weights", weights.empty() ? Json() : weights},
            {"metrics", write_metrics(options.metrics, several)},
            {"weighted_metrics", write_metrics(options.weighted_metrics, several)},
            {"run_eagerly", false},
            {"steps_per_execution", 1},
            {"jit_compile", false}};
  } catch (const ValueError&) {
    return {};
  }
}

}  // namespace cornu::detail
