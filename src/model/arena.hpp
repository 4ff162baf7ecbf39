#pragma once
#include <vector>

#include "cornu/core/shape.hpp"

namespace cornu::detail {

/// A piece of memory that is needed from step `first` to step `last`, both included.
struct Interval {
  Index bytes = 0;
  int first = 0, last = 0;
  Index offset = 0;  ///< set by place_intervals, a multiple of 64
};

/// Places all intervals in one arena so that none that live at the same time overlap: the largest first, each
/// at the lowest free place. Returns the arena's size in bytes.
Index place_intervals(std::vector<Interval*> intervals);

}  // namespace cornu::detail
