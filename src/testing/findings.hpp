#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "cornu/core/error.hpp"
#include "cornu/core/shape.hpp"

namespace cornu::testing::detail {

using cornu::detail::concat;

/// Failures in the order they were met. The same thing wrong in many runs is told once: what differs from run
/// to run goes into `detail`.
class Findings {
 public:
  void add(const std::string& what, const std::string& detail) {
    if (known_.insert(what).second) texts_.push_back(what + ": " + detail);
  }
  bool empty() const { return texts_.empty(); }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::set<std::string> known_;
  std::vector<std::string> texts_;
};

/// "(0, 1, 2)": row-major position i in this shape.
inline std::string position_text(const Shape& shape, Index i) {
  std::vector<Index> index(static_cast<std::size_t>(shape.rank()));
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    index[static_cast<std::size_t>(axis)] = i % shape[axis];
    i /= shape[axis];
  }
  return Shape(std::span<const Index>(index)).text();
}

template <class T>
double largest(const std::vector<T>& values) {
  double out = 0;
  for (const T v : values) out = std::max(out, std::abs(static_cast<double>(v)));
  return out;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// Adds a finding unless every element is within tolerance * max(1, largest expected); tolerance 0 asks for
/// the same bits. `where` says in which run.
template <class T, class U>
void compare(Findings& findings, const std::string& what, const std::string& where, const Shape& shape,
             const std::vector<T>& expected, const std::vector<U>& received, double tolerance) {
  const double limit = tolerance * std::max(1., largest(expected));
  const auto equal = [&](std::size_t i) {
    if constexpr (std::is_same_v<T, U>)
      if (tolerance == 0)  // bits, not values: -0 is not 0 here
        // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison)
        return std::memcmp(&expected[i], &received[i], sizeof(T)) == 0;
    return std::abs(static_cast<double>(expected[i]) - static_cast<double>(received[i])) <= limit;
  };
  Index wrong = 0, first = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (equal(i)) continue;
    if (wrong++ == 0) first = static_cast<Index>(i);
  }
  if (wrong == 0) return;
  const auto at = static_cast<std::size_t>(first);
  findings.add(
      what, concat(where, where.empty() ? "" : ", ", "at ", position_text(shape, first), " expected ",
                   static_cast<double>(expected[at]), ", received ", static_cast<double>(received[at]), " (",
                   wrong, " of ", static_cast<Index>(expected.size()), " elements differ)"));
}

}  // namespace cornu::testing::detail
