#pragma once
#include <string>

#include "cornu/core/shape.hpp"

namespace cornu {

/// Pixels or steps before and after along one axis.
struct Margin {
  Index before, after;
  friend constexpr bool operator==(const Margin&, const Margin&) = default;
};

/// Pixels around a picture: `.padding = 1` on every side, `.padding = {1, 2}` above and below, left and
/// right, `.padding = {{1, 0}, {2, 2}}` top and bottom, left and right.
struct Margins2 {
  Margin h, w;
  constexpr Margins2(Index all) : h{all, all}, w{all, all} {}
  constexpr Margins2(Index height, Index width) : h{height, height}, w{width, width} {}
  constexpr Margins2(Margin height, Margin width) : h(height), w(width) {}

  bool negative() const { return h.before < 0 || h.after < 0 || w.before < 0 || w.after < 0; }
  /// "((1, 0), (2, 2))".
  std::string text() const;
  friend constexpr bool operator==(const Margins2&, const Margins2&) = default;
};

/// Cells around a volume, as Margins2: `.padding = 1`, `.padding = {1, 2, 2}`, `.padding = {{1, 0}, {2, 2},
/// {2, 2}}`.
struct Margins3 {
  Margin d, h, w;
  constexpr Margins3(Index all) : d{all, all}, h{all, all}, w{all, all} {}
  constexpr Margins3(Index depth, Index height, Index width)
      : d{depth, depth}, h{height, height}, w{width, width} {}
  constexpr Margins3(Margin depth, Margin height, Margin width) : d(depth), h(height), w(width) {}

  bool negative() const { return d.before < 0 || d.after < 0 || Margins2(h, w).negative(); }
  /// "((1, 0), (2, 2), (2, 2))".
  std::string text() const;
  friend constexpr bool operator==(const Margins3&, const Margins3&) = default;
};

/// Steps around a sequence: `.padding = 1` on both sides, `.padding = {1, 2}` before and after.
struct Margins1 {
  Margin w;
  constexpr Margins1(Index both) : w{both, both} {}
  constexpr Margins1(Index before, Index after) : w{before, after} {}

  bool negative() const { return w.before < 0 || w.after < 0; }
  /// "(1, 2)".
  std::string text() const;
  friend constexpr bool operator==(const Margins1&, const Margins1&) = default;
};

}  // namespace cornu
