#pragma once
#include <concepts>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cornu/core/view.hpp"

namespace cornu {

namespace detail {
/// A number of any kind as a float. As a class it makes `from({{1}, {2}})` mean rows, not numbers in braces.
struct Number {
  template <class T>
  requires std::is_arithmetic_v<T> Number(T v) : value(static_cast<float>(v)) {}
  float value;
};
}  // namespace detail

/// Dense float32 array, row-major, 64-byte aligned, owning its memory: copies are deep, moves cheap.
///
///   Tensor x({2, 3});                      // zeros
///   x(1, 2) = 5.f;                         // checked access
///   Tensor y = Tensor::from({{1, 2}, {3, 4}});
///
/// Errors  ValueError: wrong number of indices, an index out of range, ragged nested lists.
///         ShapeError: reshape to another count.
class Tensor {
 public:
  /// An empty tensor: shape (0,).
  Tensor();
  /// Zeros of this shape.
  explicit Tensor(const Shape& shape);
  Tensor(const Shape& shape, float fill);
  /// The numbers in row-major order; values.size() must be shape.count().
  Tensor(const Shape& shape, const std::vector<float>& values);
  Tensor(const Tensor& other);
  Tensor(Tensor&& other) noexcept;
  Tensor& operator=(const Tensor& other);
  Tensor& operator=(Tensor&& other) noexcept;
  ~Tensor();

  /// Nested lists of one, two or three levels, or a vector. `from({{1, 2}, {3, 4}})` is (2, 2), `from({{1},
  /// {2}})` (2, 1).
  template <std::same_as<std::vector<float>> Vector>
  static Tensor from(const Vector& values) {
    return Tensor(Shape{static_cast<Index>(values.size())}, values);
  }
  static Tensor from(std::initializer_list<detail::Number> values);
  static Tensor from(std::initializer_list<std::initializer_list<float>> rows);
  static Tensor from(std::initializer_list<std::initializer_list<std::initializer_list<float>>> blocks);
  static Tensor scalar(float value);

  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  Index size() const { return shape_.count(); }
  bool empty() const { return size() == 0; }
  float* data() { return data_; }
  const float* data() const { return data_; }
  float* begin() { return data_; }
  float* end() { return data_ + size(); }
  const float* begin() const { return data_; }
  const float* end() const { return data_ + size(); }

  /// Element by position, one index an axis, each checked.
  template <class... I>
  float& operator()(I... index) {
    return data_[offset({static_cast<Index>(index)...})];
  }
  template <class... I>
  float operator()(I... index) const {
    return data_[offset({static_cast<Index>(index)...})];
  }
  /// Element by row-major position, checked.
  float& at(Index i) { return data_[offset_flat(i)]; }
  float at(Index i) const { return data_[offset_flat(i)]; }
  /// The only element of a tensor of size 1. Errors: ShapeError.
  float item() const;

  View<float> view() { return {data_, shape_}; }
  View<const float> view() const { return {data_, shape_}; }

  /// The same numbers under another shape of the same count.
  Tensor reshape(const Shape& shape) const&;
  Tensor reshape(const Shape& shape) &&;
  /// Samples first .. first + count - 1 of axis 0, copied.
  Tensor slice(Index first, Index count) const;
  /// The rows (axis 0) named by `rows`, copied in that order.
  Tensor gather(const std::vector<Index>& rows) const;
  /// Sets every element.
  void fill(float value);
  /// Takes this shape; keeps its memory when that is large enough. The content is unspecified.
  void resize(const Shape& shape);

  std::vector<float> to_vector() const { return {begin(), end()}; }
  /// Nested brackets as NumPy prints them; long axes are shortened with "...".
  std::string text() const;

  /// Same shape and same numbers (NaN is unequal to itself).
  friend bool operator==(const Tensor& a, const Tensor& b);

 private:
  Index offset(std::initializer_list<Index> index) const;
  Index offset_flat(Index i) const;

  float* data_ = nullptr;
  Index capacity_ = 0;
  Shape shape_{0};
};

/// Raw bytes of equal shape and content; unlike ==, a NaN equals the same NaN.
bool same_bits(const Tensor& a, const Tensor& b);

}  // namespace cornu
