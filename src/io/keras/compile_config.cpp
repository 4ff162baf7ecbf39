#include "io/keras/compile_config.hpp"

#include <algorithm>

#include "core/choice.hpp"

namespace cornu::detail {

namespace {

/// The word of a function that Keras serialized as an object, or of a text; "" for anything else.
std::string word_of(const Json& saved) {
  if (saved.is_string()) return saved.get<std::string>();
  const Json& config = member(saved, "config");
  return config.is_string() ? config.get<std::string>() : std::string();
}

/// Configurations of Keras 1 and 2 in Keras 3's form.
Json modern_optimizer(const Json& config) {
  Json out = config.is_object() ? config : Json::object();
  if (out.contains("lr") && !out.contains("learning_rate")) out["learning_rate"] = out["lr"];
  if (member(out, "epsilon").is_null()) out.erase("epsilon");
  return out;
}

}  // namespace

OptimizerHandle read_optimizer(const Json& saved, Notes& notes) {
  if (saved.is_string()) return OptimizerHandle(saved.get<std::string>());
  const std::string type = class_of(saved);
  const Json config = modern_optimizer(member(saved, "config"));
  if (type == "LossScaleOptimizer") {
    for (const char* key : {"inner_optimizer", "optimizer"})
      if (config.contains(key)) return read_optimizer(config[key], notes);
  }
  FieldContext context{.who = concat("optimizer ", type), .notes = notes};
  const auto spec = read_alternative<OptimizerSpec>(type, config, context);
  if (!spec) context.refuse("its class", saved, "Cornu has no such optimizer.");
  for (const char* decay : {"decay", "schedule_decay"})
    if (const Json& value = member(config, decay); value.is_number() && value.get<double>() != 0)
      context.refuse(decay, value, "Cornu has schedules instead, as Keras 3.");
  return std::visit([](const auto& s) { return OptimizerHandle(s); }, *spec);
}

LossHandle read_loss(const Json& saved, Notes& notes) {
  if (const std::string word = word_of(saved); !word.empty()) return LossHandle(word);
  const std::string type = class_of(saved);
  FieldContext context{.who = concat("loss ", type), .notes = notes};
  const Json& config = member(saved, "config");
  // A function in the wrapper that Keras 2 and 3 put around it.
  if (type == "LossFunctionWrapper" && config.contains("fn")) return read_loss(config["fn"], notes);
  const auto spec = read_alternative<LossSpec>(type, config, context);
  if (!spec) context.refuse("it", saved, "Cornu has no such loss.");
  return std::visit([](const auto& s) { return LossHandle(s); }, *spec);
}

MetricHandle read_metric(const Json& saved, Notes& notes) {
  if (const std::string word = word_of(saved); !word.empty()) return MetricHandle(word);
  const std::string type = class_of(saved);
  FieldContext context{.who = concat("metric ", type), .notes = notes};
  const Json& config = member(saved, "config");
  if (type == "MeanMetricWrapper" && config.contains("fn")) {
    const std::string name = text_member(config, "name");
    if (name == "accuracy" || name == "acc") return MetricHandle(name);
    return read_metric(config["fn"], notes);
  }
  if (const auto spec = read_alternative<MetricSpec>(type, config, context)) {
    return std::visit(
        [](const auto& s) -> MetricHandle {
          if constexpr (std::is_same_v<std::decay_t<decltype(s)>, LossChoice>)
            return std::visit([](const auto& loss) { return MetricHandle(loss); }, s.get());
          else
            return MetricHandle(s);
        },
        *spec);
  }
  const auto loss = read_alternative<LossSpec>(type, config, context);
  if (!loss) context.refuse("it", saved, "Cornu has no such metric.");
  return std::visit([](const auto& s) { return MetricHandle(s); }, *loss);
}

namespace {

/// One saved value an output: from one for all, a list, or a dict by the names of the outputs.
std::vector<Json> by_output(const Json& saved, const std::vector<std::string>& outputs) {
  if (saved.is_array()) return {saved.begin(), saved.end()};
  if (saved.is_object() && !saved.contains("class_name")) {
    std::vector<Json> out;
    for (const std::string& name : outputs) out.push_back(member(saved, name.c_str()));
    return out;
  }
  return std::vector<Json>(outputs.size(), saved);
}

std::vector<MetricHandle> metrics_of(const Json& list, Notes& notes) {
  std::vector<MetricHandle> out;
  const std::vector<Json> all =
      list.is_array() ? std::vector<Json>(list.begin(), list.end()) : std::vector{list};
  for (const Json& one : all) {
    if (one.is_null()) continue;
    try {
      out.push_back(read_metric(one, notes));
    } catch (const ValueError& error) {
      notes.push_back(concat("metric ", shown(one), " is left out: ", error.what()));
    }
  }
  return out;
}

std::vector<MetricHandle> read_metrics(const Json& saved, const std::vector<std::string>& outputs,
                                       Notes& notes) {
  if (saved.is_null() || saved.empty()) return {};
  const bool nested =
      saved.is_array() && std::any_of(saved.begin(), saved.end(), [](const Json& v) { return v.is_array(); });
  if (outputs.size() == 1) {
    const Json& one = nested ? saved[0] : saved;
    return metrics_of(one.is_object() && !one.contains("class_name") ? member(one, outputs[0].c_str()) : one,
                      notes);
  }
  std::vector<MetricHandle> out;
  for (const Json& one : by_output(saved, outputs)) {
    std::vector<MetricHandle> metrics = metrics_of(one, notes);
    if (metrics.size() != 1) {
      notes.push_back("the metrics are left out: Cornu takes one metric for each output.");
      return {};
    }
    out.push_back(std::move(metrics[0]));
  }
  if (out.size() == outputs.size()) return out;
  notes.push_back("the metrics are left out: they do not say which output they are for.");
  return {};
}

}  // namespace

CompileOptions read_compile(const Json& saved, const std::vector<std::string>& outputs, Notes& notes) {
  CompileOptions options;
  const Json& optimizer = member(saved, "optimizer");
  options.optimizer =
      read_optimizer(optimizer.is_null() ? member(saved, "optimizer_config") : optimizer, notes);
  for (const Json& loss : by_output(member(saved, "loss"), outputs)) {
    if (loss.is_null()) throw ValueError("an output has no loss; Cornu needs one for each");
    options.loss.push_back(read_loss(loss, notes));
  }
  const Json& weights = member(saved, "loss_weights");
  if (!weights.is_null())
    for (const Json& weight : by_output(weights, outputs))
      options.loss_weights.push_back(weight.is_number() ? weight.get<float>() : 1.f);
  options.metrics = read_metrics(member(saved, "metrics"), outputs, notes);
  options.weighted_metrics = read_metrics(member(saved, "weighted_metrics"), outputs, notes);
  return options;
}

}  // namespace cornu::detail
