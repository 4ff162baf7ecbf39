#pragma once
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "cornu/layers/layers.hpp"

namespace cornu::support {

/// A field's value as Python prints it: "0.5", "True", "None", "(2, 2)", "relu", "GlorotUniform".
template <class V>
std::string field_text(const V& value) {
  using cornu::detail::concat;
  if constexpr (std::is_same_v<V, bool>)
    return value ? "True" : "False";
  else if constexpr (std::is_arithmetic_v<V>)
    return concat(std::is_floating_point_v<V> ? static_cast<V>(value) : value);
  else if constexpr (std::is_same_v<V, std::string>)
    return value;
  else if constexpr (std::is_same_v<V, LayerHandle>)
    return std::string(value.layer().type());
  else if constexpr (std::is_same_v<V, CellHandle>)
    return "RNNCell";
  else if constexpr (std::is_same_v<V, MergeMode>)
    return value == MergeMode::concat ? "concat" : "other";
  else if constexpr (std::is_same_v<V, Padding>)
    return value == Padding::same ? "same" : value == Padding::causal ? "causal" : "valid";
  else if constexpr (std::is_same_v<V, Attention::Score>)
    return value == Attention::Score::dot ? "dot" : "concat";
  else if constexpr (std::is_same_v<V, Interpolation>)
    return value == Interpolation::nearest    ? "nearest"
           : value == Interpolation::bilinear ? "bilinear"
                                              : "other";
  else if constexpr (std::is_same_v<V, Size2>)
    return concat("(", value.h, ", ", value.w, ")");
  else if constexpr (std::is_same_v<V, Size1>)
    return concat("(", value.w, ",)");
  else if constexpr (std::is_same_v<V, Size3>)
    return concat("(", value.d, ", ", value.h, ", ", value.w, ")");
  else if constexpr (std::is_same_v<V, Initializer>)
    return std::string(value.name());
  else if constexpr (std::is_same_v<V, Regularizer> || std::is_same_v<V, Constraint>)
    return value ? "some" : "None";
  else if constexpr (std::is_same_v<V, ActivationFunction>)
    return std::string(value.name());
  else if constexpr (requires { value.has_value(); })
    return value ? field_text(*value) : "None";
  else if constexpr (requires { value.get(); })
    return field_text(value.get());
  else if constexpr (requires { value.text(); })
    return value.text();
  else if constexpr (requires { value.values(); })
    return field_text(value.values());
  else {  // a list
    std::string out;
    for (const auto& v : value) out += (out.empty() ? "" : ", ") + field_text(v);
    return "(" + out + ")";
  }
}

/// "rate=0.5 seed=None": every field but trainable and name.
template <class Spec>
std::string fields_text(const Spec& spec) {
  std::string out;
  Spec::fields(spec, [&](std::string_view name, const auto& value) {
    out += cornu::detail::concat(out.empty() ? "" : " ", name, "=", field_text(value));
  });
  return out;
}

}  // namespace cornu::support
