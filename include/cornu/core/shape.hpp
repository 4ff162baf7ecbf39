#pragma once
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace cornu {

/// Signed size and position type of the whole library.
using Index = std::ptrdiff_t;

/// The extents of a tensor, outermost first: up to 8 axes, each >= 0. Rank 0 is a scalar.
///
///   Shape image{64, 64, 3};   image[0] == 64;   image.back() == 3;   image.count() == 12288
///
/// Errors  ValueError: more than 8 axes, a negative extent, or a product beyond 2^62.
class Shape {
 public:
  static constexpr int kMaxRank = 8;

  Shape() = default;
  Shape(std::initializer_list<Index> extents);
  explicit Shape(std::span<const Index> extents);

  int rank() const { return rank_; }
  bool empty() const { return rank_ == 0; }
  /// Product of the extents; 1 for a scalar.
  Index count() const;
  /// Extent of an axis; a negative axis counts from the end. Errors: ValueError.
  Index operator[](int axis) const;
  Index front() const { return (*this)[0]; }
  Index back() const { return (*this)[-1]; }
  const Index* begin() const { return extents_.data(); }
  const Index* end() const { return extents_.data() + rank_; }

  /// The same with one axis put before the others, e.g. the batch axis.
  Shape with_front(Index extent) const;
  /// The same without its first axis. Errors: ValueError on a scalar.
  Shape without_front() const;
  /// The same with another last extent. Errors: ValueError on a scalar.
  Shape with_back(Index extent) const;

  /// "(64, 64, 3)"; a one-axis shape prints as "(5,)", as in Python.
  std::string text() const;
  /// "(batch, 64, 64, 3)": a per-sample shape in a message.
  std::string batch_text() const;
  std::vector<Index> to_vector() const { return {begin(), end()}; }

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i)
      if (a.extents_[std::size_t(i)] != b.extents_[std::size_t(i)]) return false;
    return true;
  }

 private:
  std::array<Index, kMaxRank> extents_{};
  int rank_ = 0;
};

/// One shape an input or output of a layer.
using Shapes = std::vector<Shape>;

}  // namespace cornu
