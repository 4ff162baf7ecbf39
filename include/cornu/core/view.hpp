#pragma once
#include <type_traits>

#include "cornu/core/shape.hpp"

namespace cornu {

/// A dense, row-major array that somebody else owns: a pointer and a shape. T is float, double, or
/// const of these. Copying a View copies no numbers. An empty View (data == nullptr) means "not given".
template <class T>
struct View {
  T* data = nullptr;
  Shape shape;

  View() = default;
  View(T* d, const Shape& s) : data(d), shape(s) {}
  /// A writable view may be read.
  template <class U>
  requires(std::is_const_v<T>&& std::is_same_v<U, std::remove_const_t<T>>) View(const View<U>& other)
      : data(other.data), shape(other.shape) {}

  explicit operator bool() const { return data != nullptr; }
  Index size() const { return shape.count(); }
  T& operator[](Index i) const { return data[i]; }
  T* begin() const { return data; }
  T* end() const { return data + size(); }
  /// Samples first .. first + count - 1 (axis 0); count and first must be in range.
  View samples(Index first, Index count) const {
    const Shape sample = shape.without_front();
    return {data ? data + first * sample.count() : nullptr, sample.with_front(count)};
  }
  /// The same numbers with another shape of the same count.
  View reshaped(const Shape& s) const { return {data, s}; }
};

}  // namespace cornu
