#pragma once
#include <type_traits>
#include <vector>

#include "cornu/core/required.hpp"
#include "cornu/layers/layer_handle.hpp"

namespace cornu::detail {

// What reader and writer of fields must tell apart. Types are known by what they offer, so that an aggregate
// with a new one of the same build needs nothing here.

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_required = false;
template <class T>
inline constexpr bool is_required<Required<T>> = true;

/// IndexList, NormAxes, ChannelValues: made from a list, and gives it back.
template <class T>
concept ListOfNumbers = requires(const T& v) {
  v.values();
  T(v.values());
};

/// Size1, Size2, Size3, Margins1, Margins2: f gets the extents in Keras' order.
template <class T>
concept AxisValues = requires(T v) {
  v.w;
};
void for_axes(AxisValues auto& value, auto&& f) {
  if constexpr (requires { value.d; }) f(value.d);
  if constexpr (requires { value.h; }) f(value.h);
  f(value.w);
}
template <class T>
concept BeforeAfter = requires(T v) {
  v.before;
  v.after;
};

/// An aggregate with its required fields set to something.
template <class Spec>
Spec blank_spec() {
  if constexpr (requires { Spec::blank(); })
    return Spec::blank();
  else
    return Spec{};
}

}  // namespace cornu::detail
