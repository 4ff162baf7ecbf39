#pragma once
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace cornu::detail {

/// The word of an enumerator as it stands in the source, "" for a value that is none. Cornu's enumerators
/// carry Keras' words, so a new one can be read and written without a table of its own.
template <auto Value>
constexpr std::string_view enumerator_name() {
  // g++: "... [with auto Value = cornu::Padding::same; ...]", clang: "... [Value = cornu::Padding::same]".
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("Value = ") + 8);
  text = text.substr(0, text.find_first_of(";]"));
  if (text.empty() || text[0] == '(' || text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) return {};
  return text.substr(text.rfind(':') + 1);
}

/// Words of the enumerators 0, 1, 2, ... of E, "" from the first number that is none.
template <class E>
constexpr auto enumerator_names() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{enumerator_name<static_cast<E>(I)>()...};
  }
  (std::make_index_sequence<16>{});
}

}  // namespace cornu::detail
