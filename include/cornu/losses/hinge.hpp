#pragma once
#include <string>
#include <string_view>

#include "cornu/losses/loss.hpp"

namespace cornu {

/// mean(max(1 - t p, 0)) over the last axis for labels -1 or 1; a batch that has only 0 and 1 is mapped to -1
/// and 1.
struct Hinge {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "hinge";
  static constexpr std::string_view type = "Hinge";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};
/// mean(max(1 - t p, 0)^2) over the last axis; labels as for Hinge.
struct SquaredHinge {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "squared_hinge";
  static constexpr std::string_view type = "SquaredHinge";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};
/// max(max((1 - t) p) - sum(t p) + 1, 0) over the last axis, for one-hot labels.
struct CategoricalHinge {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "categorical_hinge";
  static constexpr std::string_view type = "CategoricalHinge";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};

}  // namespace cornu
