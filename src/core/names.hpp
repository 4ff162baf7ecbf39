#pragma once
#include <cctype>
#include <span>
#include <string>
#include <string_view>

namespace cornu::detail {

/// Lower case of ASCII letters.
inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// "GlorotUniform" -> "glorot_uniform", "MeanSquaredError" -> "mean_squared_error", "AUC" -> "auc": Keras'
/// rule.
std::string snake_case(std::string_view class_name);

/// ValueError: "unknown loss 'msee'. Near names: mse, mae, msle." or, when none is near, all of them.
[[noreturn]] void throw_unknown_name(std::string_view what, std::string_view name,
                                     std::span<const std::string> known);

}  // namespace cornu::detail
