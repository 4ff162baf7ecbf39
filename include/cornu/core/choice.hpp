#pragma once
#include <cstddef>
#include <memory>
#include <type_traits>
#include <variant>

namespace cornu::detail {

/// An unchangeable value of one of these types; copies share it.
///
/// It stands in classes that reach every user, in place of a std::variant: one of twenty option structs takes
/// 0.3 s to compile wherever a class with it is included, a Choice nothing. What needs the variant is in
/// src/core/choice.hpp, for the one source that instantiates a Choice.
template <class List>
class Choice;
template <class... Alternatives>
struct OneOf {};
template <class... Alternatives>
class Choice<OneOf<Alternatives...>> {
 public:
  using Variant = std::variant<Alternatives...>;
  template <class T>
  static constexpr bool holds = (std::is_same_v<T, Alternatives> || ...);

  /// The first alternative as it is by default; allocates nothing.
  Choice() = default;
  template <class T>
  requires holds<T>
  explicit Choice(const T& value) : value_(copy(position<T>(), &value)) {}
  /// For sources that have a variant at hand.
  static Choice of(Variant value);

  const Variant& get() const;
  /// Whether it was made by the default constructor.
  bool is_default() const { return value_ == nullptr; }

 private:
  template <class T>
  static constexpr std::size_t position() {
    std::size_t at = 0, found = 0;
    ((std::is_same_v<T, Alternatives> ? found = at : 0, ++at), ...);
    return found;
  }
  static std::shared_ptr<const void> copy(std::size_t alternative, const void* value);

  std::shared_ptr<const void> value_;  // a Variant, which this header must not look into
};

}  // namespace cornu::detail
