#pragma once
#include <initializer_list>
#include <type_traits>
#include <vector>

#include "cornu/core/shape.hpp"

namespace cornu {

/// A list of whole numbers that a layer requires, so that leaving it out does not compile:
/// `.target_shape = {-1, 4}`, `.dims = {2, 1}`.
class IndexList {
 public:
  template <class... I>
  requires(sizeof...(I) > 0 && (std::is_integral_v<I> && ...)) IndexList(I... values)
      : values_{static_cast<Index>(values)...} {}
  explicit IndexList(std::vector<Index> values) : values_(std::move(values)) {}

  const std::vector<Index>& values() const { return values_; }
  /// "(-1, 4)"; one number prints as "(5,)", as in Python.
  std::string text() const;

  friend bool operator==(const IndexList&, const IndexList&) = default;

 private:
  std::vector<Index> values_;
};

}  // namespace cornu
