#pragma once
#include <limits>

#include "cornu/core/shape.hpp"

namespace cornu::detail {

/// How many numbers the weights of layers that this thread builds may still have. A reader of files sets it
/// to what the file holds, so that a false size in a configuration takes no memory: Layer refuses it.
class WeightBudget {
 public:
  explicit WeightBudget(Index numbers) : before_(left()) { left() = numbers; }
  ~WeightBudget() { left() = before_; }
  WeightBudget(const WeightBudget&) = delete;
  WeightBudget& operator=(const WeightBudget&) = delete;

  static Index& left() {
    thread_local Index numbers = std::numeric_limits<Index>::max();
    return numbers;
  }

 private:
  Index before_;
};

}  // namespace cornu::detail
