#pragma once
#include <type_traits>
#include <utility>

namespace cornu {

/// A field that has no default: leaving it out of an aggregate does not compile.
///
///   struct Dense { Required<Index> units; };   Dense{}  // error: no default constructor
template <class T>
class Required {
 public:
  template <class U>
  requires std::is_convertible_v<U, T>
  constexpr Required(U&& value) : value_(static_cast<T>(std::forward<U>(value))) {}
  constexpr operator const T&() const { return value_; }
  constexpr operator T&() { return value_; }
  constexpr const T& get() const { return value_; }

 private:
  T value_;
};

}  // namespace cornu
