#include "model/arena.hpp"

#include <algorithm>

namespace cornu::detail {

Index place_intervals(std::vector<Interval*> intervals) {
  constexpr Index kAlign = 64;
  std::stable_sort(intervals.begin(), intervals.end(),
                   [](const Interval* a, const Interval* b) { return a->bytes > b->bytes; });
  std::vector<Interval*> placed;  // sorted by offset
  Index size = 0;
  for (Interval* interval : intervals) {
    const Index bytes = (interval->bytes + kAlign - 1) / kAlign * kAlign;
    Index at = 0;
    for (const Interval* other : placed) {
      if (other->last < interval->first || interval->last < other->first) continue;
      if (at + bytes <= other->offset) break;
      at = std::max(at, other->offset + (other->bytes + kAlign - 1) / kAlign * kAlign);
    }
    interval->offset = at;
    size = std::max(size, at + bytes);
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), interval,
                         [](const Interval* a, const Interval* b) { return a->offset < b->offset; }),
        interval);
  }
  return size;
}

}  // namespace cornu::detail
