#pragma once
#include <algorithm>
#include <string>

#include "cornu/constraints/constraint.hpp"
#include "cornu/core/error.hpp"
#include "cornu/initializers/initializer.hpp"
#include "cornu/kernels/activation_function.hpp"
#include "cornu/layers/recurrent_cells.hpp"
#include "cornu/regularizers/regularizer.hpp"
#include "cornu/schedules/learning_rate.hpp"
#include "io/keras/enum_names.hpp"
#include "io/keras/field_kinds.hpp"
#include "io/keras/json.hpp"

namespace cornu::detail {

/// {"module": ..., "class_name": ..., "config": ..., "registered_name": null}.
Json saved_object(std::string_view module, std::string_view type, Json config);

/// The number that the shortest text of a float stands for: 0.1 for 0.1f.
double shortest(float value);

Json write_initializer(const Initializer& value);
Json write_regularizer(const Regularizer& value);
Json write_constraint(const Constraint& value);
/// Errors: ValueError for a CustomActivation.
Json write_activation(const ActivationFunction& value);
Json write_learning_rate(const LearningRate& value);
/// The layer in a wrapper's field (layer_writer.cpp).
Json write_layer_field(const LayerHandle& layer);
/// The cell in a field of RNN or StackedRNNCells (layer_writer.cpp).
Json write_cell_field(const CellHandle& cell);

/// Puts the fields of an aggregate into a configuration as Keras writes them.
class FieldWriter {
 public:
  explicit FieldWriter(Json& config) : config_(config) {}

  template <class T>
  void operator()(const char* name, const T& field) const {
    config_[name] = write(field, name);
  }

 private:
  template <class T>
  static Json write(const T& value, std::string_view name) {
    if constexpr (is_required<T>)
      return write(value.get(), name);
    else if constexpr (std::is_floating_point_v<T>)
      return shortest(static_cast<float>(value));
    else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>)
      return value;
    else if constexpr (std::is_enum_v<T>)
      return write_enumerator(value);
    else if constexpr (std::is_same_v<T, Initializer>)
      return write_initializer(value);
    else if constexpr (std::is_same_v<T, Regularizer>)
      return write_regularizer(value);
    else if constexpr (std::is_same_v<T, Constraint>)
      return write_constraint(value);
    else if constexpr (std::is_same_v<T, ActivationFunction>)
      return write_activation(value);
    else if constexpr (std::is_same_v<T, LearningRate>)
      return write_learning_rate(value);
    else if constexpr (std::is_same_v<T, LayerHandle>)
      return write_layer_field(value);
    else if constexpr (std::is_same_v<T, CellHandle>)
      return write_cell_field(value);
    else if constexpr (std::is_same_v<T, Shape>)
      return write_list(value.to_vector(), name);
    else if constexpr (is_vector<T>)
      return write_list(value, name);
    else if constexpr (BeforeAfter<T>)
      return Json::array({value.before, value.after});
    else if constexpr (AxisValues<T>)
      return write_axes(value, name);
    else if constexpr (ListOfNumbers<T>)
      return write_numbers(value.values(), name);
    else  // an optional value
      return value ? write(*value, name) : Json();
  }

  template <class E>
  static Json write_enumerator(E value) {
    const std::string_view word = enumerator_names<E>()[static_cast<std::size_t>(value)];
    return word == "none" ? Json() : Json(word);
  }
  template <class Vector>
  static Json write_list(const Vector& values, std::string_view name) {
    if (values.empty()) return {};  // Keras' None
    Json out = Json::array();
    for (const auto& value : values) out.push_back(write(value, name));
    return out;
  }
  /// Keras has one number where one is given, but for shapes.
  template <class Vector>
  static Json write_numbers(const Vector& values, std::string_view name) {
    if (values.size() == 1 && name != "target_shape" && name != "dims") return write(values[0], name);
    return write_list(values, name);
  }
  template <class T>
  static Json write_axes(const T& value, std::string_view name) {
    Json out = Json::array();
    for_axes(value, [&](const auto& extent) { out.push_back(write(extent, name)); });
    // Numbers that no option can have stand for Keras' None: strides of 0, an output_padding of -1.
    const Json none = name == "strides" ? 0 : -1;
    if (std::all_of(out.begin(), out.end(), [&](const Json& v) { return v == none; })) return {};
    return out.size() == 1 && out[0].is_array() ? Json(out[0]) : out;
  }

  Json& config_;
};

/// The configuration of an aggregate: its fields.
template <class Spec>
Json fields_config(const Spec& spec) {
  Json config = Json::object();
  Spec::fields(spec, FieldWriter(config));
  return config;
}

}  // namespace cornu::detail
