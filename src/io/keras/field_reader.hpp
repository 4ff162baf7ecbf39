#pragma once
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <variant>

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

/// What was left out or changed while a file was read, a sentence each.
using Notes = std::vector<std::string>;

/// Where a value stands, for messages, and which members of a configuration were read.
struct FieldContext {
  std::string who;  ///< "layer 'conv' (Conv2D)"
  Notes& notes;
  std::set<std::string> seen = {};

  /// "layer 'conv' (Conv2D): padding is "reflect"; ..."
  [[noreturn]] void refuse(std::string_view field, const Json& value, std::string_view why) const {
    throw ValueError(concat(who, ": ", field, " is ", shown(value), "; ", why));
  }
};

/// The class of a saved object: "Adam" also for "Custom>Adam" and "keras.optimizers>Adam".
std::string class_of(const Json& saved);

Initializer read_initializer(const Json& saved, const Initializer& fallback, FieldContext& context);
Regularizer read_regularizer(const Json& saved, FieldContext& context);
Constraint read_constraint(const Json& saved, FieldContext& context);
ActivationFunction read_activation(const Json& saved, FieldContext& context);
LearningRate read_learning_rate(const Json& saved, FieldContext& context);
/// The layer in a wrapper's field (layer_config.cpp).
LayerHandle read_layer_field(const Json& saved, FieldContext& context);
/// The cell in a field of RNN or StackedRNNCells (layer_config.cpp).
CellHandle read_cell_field(const Json& saved, FieldContext& context);

/// Sets the fields of an aggregate from a configuration, each by its name; what the configuration does not
/// have keeps its value. Errors: ValueError naming the field for values that are no such thing.
class FieldReader {
 public:
  FieldReader(const Json& config, FieldContext& context) : config_(config), context_(context) {}

  template <class T>
  void operator()(const char* name, T& field) const {
    const auto found = config_.find(name);
    if (found == config_.end()) return;
    context_.seen.insert(name);
    read(*found, field, name);
  }

 private:
  template <class T>
  void read(const Json& j, T& out, const char* name) const {
    if constexpr (is_required<T>) {
      auto value = out.get();
      read(j, value, name);
      out = value;
    } else if constexpr (std::is_same_v<T, bool>) {
      if (j.is_boolean())
        out = j.get<bool>();
      else if (j.is_number())
        out = j.get<double>() != 0;
      else
        context_.refuse(name, j, "it must be true or false.");
    } else if constexpr (std::is_integral_v<T>) {
      read_integer(j, out, name);
    } else if constexpr (std::is_floating_point_v<T>) {
      out = static_cast<T>(number(j, name));
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!j.is_string()) context_.refuse(name, j, "it must be a text.");
      out = j.get<std::string>();
    } else if constexpr (std::is_enum_v<T>) {
      read_enumerator(j, out, name);
    } else if constexpr (std::is_same_v<T, Initializer>) {
      out = read_initializer(j, out, context_);
    } else if constexpr (std::is_same_v<T, Regularizer>) {
      out = read_regularizer(j, context_);
    } else if constexpr (std::is_same_v<T, Constraint>) {
      out = read_constraint(j, context_);
    } else if constexpr (std::is_same_v<T, ActivationFunction>) {
      out = read_activation(j, context_);
    } else if constexpr (std::is_same_v<T, LearningRate>) {
      out = read_learning_rate(j, context_);
    } else if constexpr (std::is_same_v<T, LayerHandle>) {
      out = read_layer_field(j, context_);
    } else if constexpr (std::is_same_v<T, CellHandle>) {
      out = read_cell_field(j, context_);
    } else if constexpr (std::is_same_v<T, Shape>) {
      std::vector<Index> extents;
      read(j, extents, name);
      out = Shape(std::span<const Index>(extents));
    } else if constexpr (is_vector<T>) {
      read_list(j, out, name);
    } else if constexpr (BeforeAfter<T>) {
      if (!j.is_array() || j.size() != 2)
        context_.refuse(name, j, "it must be two numbers: before and after.");
      read(j[0], out.before, name);
      read(j[1], out.after, name);
    } else if constexpr (AxisValues<T>) {
      read_axes(j, out, name);
    } else if constexpr (ListOfNumbers<T>) {
      auto values = out.values();
      read(j, values, name);
      out = T(std::move(values));
    } else {  // an optional value
      out.reset();
      if (!j.is_null()) {
        typename T::value_type value = blank_value<typename T::value_type>();
        read(j, value, name);
        out.emplace(std::move(value));
      }
    }
  }

  template <class T>
  static T blank_value() {
    if constexpr (std::is_same_v<T, LayerHandle>)
      return LayerHandle(std::shared_ptr<Layer>());
    else if constexpr (std::is_same_v<T, CellHandle>)
      return CellHandle(SimpleRNNCell::blank());
    else
      return T{};
  }

  /// A number; NumPy scalars stand in an object, seeds in that of their generator.
  double number(const Json& j, const char* name) const {
    if (j.is_number()) return j.get<double>();
    if (j.is_array() && j.size() == 1) return number(j[0], name);
    if (j.is_object() && j.contains("config")) {
      const Json& config = j["config"];
      for (const char* key : {"value", "seed"})
        if (config.contains(key) && !config[key].is_object()) return number(config[key], name);
    }
    if (j.is_object() && j.contains("value"))
      return number(j["value"], name);  // Keras 2: {"type": "ndarray"}
    context_.refuse(name, j, "it must be a number.");
  }
  template <class T>
  void read_integer(const Json& j, T& out, const char* name) const {
    if (j.is_number_unsigned() && j.get<std::uint64_t>() <= std::uint64_t(std::numeric_limits<T>::max())) {
      out = static_cast<T>(j.get<std::uint64_t>());
      return;
    }
    const double value = number(j, name);
    constexpr double low = std::is_signed_v<T> ? -9e15 : 0, high = 9e15;
    if (value != std::floor(value) || value < low || value > high ||
        value > double(std::numeric_limits<T>::max()) || value < double(std::numeric_limits<T>::min()))
      context_.refuse(name, j, "it must be a whole number.");
    out = static_cast<T>(value);
  }
  template <class E>
  void read_enumerator(const Json& j, E& out, const char* name) const {
    const std::string word = j.is_null() ? "none" : j.is_string() ? j.get<std::string>() : shown(j);
    std::string known;
    int place = 0;
    for (const std::string_view text : enumerator_names<E>()) {
      if (text.empty()) break;
      if (text == word) {
        out = static_cast<E>(place);
        return;
      }
      known += (known.empty() ? "" : ", ") + std::string(text);
      ++place;
    }
    context_.refuse(name, j, concat("Cornu knows ", known, "."));
  }
  template <class Vector>
  void read_list(const Json& j, Vector& out, const char* name) const {
    using T = typename Vector::value_type;
    out.clear();
    if (j.is_null()) return;
    if (j.is_object() && j.contains("config")) return read_list(member(j["config"], "value"), out, name);
    if (!j.is_array()) {
      T value = blank_value<T>();
      read(j, value, name);
      out.push_back(std::move(value));
      return;
    }
    for (const Json& element : j) {
      T value = blank_value<T>();
      read(element, value, name);
      out.push_back(std::move(value));
    }
  }
  template <class T>
  void read_axes(const Json& j, T& out, const char* name) const {
    if (j.is_null()) return;  // strides of a pooling layer: as by default
    if (j.is_number_integer()) {
      out = T(j.get<Index>());
      return;
    }
    std::size_t axes = 0;
    for_axes(out, [&](auto&) { ++axes; });
    // A layer over one axis may have its pair without a list around it.
    const bool bare = axes == 1 && j.is_array() && j.size() == 2;
    if (!bare && (!j.is_array() || j.size() != axes))
      context_.refuse(name, j, concat("it must be ", axes, " numbers, or one for all axes."));
    std::size_t at = 0;
    for_axes(out, [&](auto& value) { read(bare ? j : j[at++], value, name); });
  }

  const Json& config_;
  FieldContext& context_;
};

/// The alternative of Variant whose type is `type`, with its fields from the configuration; nothing when
/// there is none of that name.
template <class Variant, std::size_t I = 0>
std::optional<Variant> read_alternative(const std::string& type, const Json& config, FieldContext& context) {
  if constexpr (I == std::variant_size_v<Variant>) {
    return std::nullopt;
  } else {
    using Spec = std::variant_alternative_t<I, Variant>;
    if constexpr (requires { Spec::type; }) {
      if (type == Spec::type) {
        Spec spec = blank_spec<Spec>();
        if constexpr (requires { Spec::fields(spec, FieldReader(config, context)); })
          if (config.is_object()) Spec::fields(spec, FieldReader(config, context));
        return Variant(std::move(spec));
      }
    }
    return read_alternative<Variant, I + 1>(type, config, context);
  }
}

}  // namespace cornu::detail
