#pragma once
#include <array>
#include <utility>

#include "cornu/core/choice.hpp"

namespace cornu::detail {

template <class... Alternatives>
Choice<OneOf<Alternatives...>> Choice<OneOf<Alternatives...>>::of(Variant value) {
  Choice out;
  out.value_ = std::make_shared<const Variant>(std::move(value));
  return out;
}

template <class... Alternatives>
const std::variant<Alternatives...>& Choice<OneOf<Alternatives...>>::get() const {
  if constexpr (std::is_default_constructible_v<Variant>) {
    static const Variant first;
    if (!value_) return first;
  }
  return *static_cast<const Variant*>(value_.get());
}

template <class... Alternatives>
std::shared_ptr<const void> Choice<OneOf<Alternatives...>>::copy(std::size_t alternative, const void* value) {
  using Make = std::shared_ptr<const void> (*)(const void*);
  static constexpr std::array<Make, sizeof...(Alternatives)> make{
      [](const void* p) -> std::shared_ptr<const void> {
        return std::make_shared<const Variant>(*static_cast<const Alternatives*>(p));
      }...};
  return make[alternative](value);
}

}  // namespace cornu::detail
