#pragma once
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cornu/losses/loss_handle.hpp"
#include "cornu/metrics/metric_handle.hpp"
#include "cornu/optimizers/optimizer_handle.hpp"
#include "support/golden.hpp"

/// Aggregates from the configurations that Keras saved, through their fields().
namespace cornu::support {

using Json = nlohmann::json;

inline Json golden_json(const std::string& name) {
  std::ifstream file(golden_path(name));
  return Json::parse(file);
}

/// Sets fields by name; what the configuration does not have keeps its default.
class FieldReader {
 public:
  explicit FieldReader(const Json& config) : config_(config) {}
  template <class T>
  void operator()(const char* name, T& field) const {
    if (config_.contains(name)) read(config_.at(name), field);
  }

 private:
  static void read(const Json& j, float& out) { out = static_cast<float>(j.get<double>()); }
  static void read(const Json& j, bool& out) { out = j.get<bool>(); }
  static void read(const Json& j, int& out) { out = j.get<int>(); }
  static void read(const Json& j, Index& out) { out = j.get<Index>(); }
  static void read(const Json& j, std::string& out) { out = j.get<std::string>(); }
  template <class T>
  static void read(const Json& j, Required<T>& out) {
    T value{};
    read(j, value);
    out = value;
  }
  template <class T>
  static void read(const Json& j, std::optional<T>& out) {
    out.reset();
    if (!j.is_null()) read(j, out.emplace());
  }
  template <class T>
  static void read(const Json& j, std::vector<T>& out) {
    out.clear();
    if (j.is_null()) return;
    for (const Json& element : j) read(element, out.emplace_back());
  }
  template <class E>
  static void read_enum(const Json& j, E& out, std::initializer_list<std::pair<const char*, E>> names) {
    for (const auto& [name, value] : names) {
      if (j == name) {
        out = value;
        return;
      }
    }
    throw std::runtime_error("unknown enumerator " + j.dump());
  }
  static void read(const Json& j, Reduction& out) {
    read_enum(j, out, {{"sum_over_batch_size", Reduction::sum_over_batch_size}, {"sum", Reduction::sum}});
  }
  static void read(const Json& j, ScoreAverage& out) {
    if (j.is_null()) return;
    read_enum(j, out,
              {{"micro", ScoreAverage::micro},
               {"macro", ScoreAverage::macro},
               {"weighted", ScoreAverage::weighted}});
  }
  static void read(const Json& j, Curve& out) { read_enum(j, out, {{"ROC", Curve::ROC}, {"PR", Curve::PR}}); }
  static void read(const Json& j, SummationMethod& out) {
    read_enum(j, out, {{"interpolation", SummationMethod::interpolation}});
  }
  static void read(const Json& j, ClassAggregation& out) {
    read_enum(j, out, {{"uniform_average", ClassAggregation::uniform_average}});
  }
  static void read(const Json& j, LearningRate& out);

  const Json& config_;
};

/// The alternative of a variant whose type is the configuration's class_name.
template <class Variant, std::size_t I = 0>
Variant spec_from(const Json& saved) {
  if constexpr (I == std::variant_size_v<Variant>) {
    throw std::runtime_error("unknown class " + saved.dump());
  } else {
    using Spec = std::variant_alternative_t<I, Variant>;
    if constexpr (requires { Spec::type; } && !std::is_same_v<Spec, AccuracyTag>) {
      if (saved.at("class_name") == std::string(Spec::type)) {
        Spec spec = [] {
          if constexpr (requires { Spec::blank(); })
            return Spec::blank();
          else
            return Spec{};
        }();
        Spec::fields(spec, FieldReader(saved.at("config")));
        return spec;
      }
    }
    return spec_from<Variant, I + 1>(saved);
  }
}

inline void FieldReader::read(const Json& j, LearningRate& out) {
  if (!j.is_object()) {
    out = j.get<double>();
    return;
  }
  const auto spec = spec_from<LearningRate::Spec>(j);
  std::visit(
      [&](const auto& s) {
        if constexpr (std::is_class_v<std::remove_cvref_t<decltype(s)>>) {
          if constexpr (requires { s.type; }) out = s;
        }
      },
      spec);
}

inline OptimizerHandle optimizer_from(const Json& saved) {
  if (saved.is_string()) return OptimizerHandle(saved.get<std::string>());
  return std::visit([](const auto& s) { return OptimizerHandle(s); }, spec_from<OptimizerSpec>(saved));
}
inline LossHandle loss_from(const Json& saved) {
  if (saved.is_string()) return LossHandle(saved.get<std::string>());
  return std::visit([](const auto& s) { return LossHandle(s); }, spec_from<LossSpec>(saved));
}
inline MetricHandle metric_from(const Json& saved) {
  if (saved.is_string()) return MetricHandle(saved.get<std::string>());
  return std::visit([](const auto& s) { return MetricHandle(s); }, spec_from<MetricSpec>(saved));
}

}  // namespace cornu::support
