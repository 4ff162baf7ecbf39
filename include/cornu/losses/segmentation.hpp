#pragma once
#include <string>
#include <string_view>

#include "cornu/losses/loss.hpp"

namespace cornu {

/// 1 - 2 sum(t p) / (sum t + sum p + 1e-7), over the whole batch: one value, whatever the batch size.
struct Dice {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "dice";
  static constexpr std::string_view type = "Dice";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};
/// 1 - tp / (tp + alpha fp + beta fn + 1e-7) over the whole batch, with tp = sum(t p), fp = sum((1 - p) t)
/// and fn = sum(p (1 - t)): Keras' naming, in which alpha weighs the missed positives. Source: Salehi et al.
/// 2017.
struct Tversky {
  float alpha = 0.5f;
  float beta = 0.5f;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "tversky";
  static constexpr std::string_view type = "Tversky";
  static void fields(auto& self, auto visit) {
    visit("alpha", self.alpha), visit("beta", self.beta), visit("reduction", self.reduction);
    visit("name", self.name);
  }
};

}  // namespace cornu
