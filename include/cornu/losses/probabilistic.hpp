#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "cornu/losses/loss.hpp"

namespace cornu {

/// -mean(t log p + (1 - t) log(1 - p)) over the last axis, for labels 0 or 1 and one sigmoid unit a class.
///
///   BinaryCrossentropy{}                       after a sigmoid: computed from its logits, as Keras does
///   BinaryCrossentropy{.from_logits = true}    the last layer has no activation
///
/// label_smoothing a: t (1 - a) + a / 2, 0 <= a <= 1. Probabilities are clipped to [1e-7, 1 - 1e-7] where
/// they are not computed from logits. Errors: ValueError: label_smoothing outside [0, 1], axis other than -1.
struct BinaryCrossentropy {
  bool from_logits = false;
  float label_smoothing = 0.f;
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "binary_crossentropy";
  static constexpr std::string_view type = "BinaryCrossentropy";
  static void fields(auto& self, auto visit) {
    visit("from_logits", self.from_logits), visit("label_smoothing", self.label_smoothing),
        visit("axis", self.axis);
    visit("reduction", self.reduction), visit("name", self.name);
  }
};
/// Binary crossentropy times (1 - p_t)^gamma, which turns easy samples down; apply_class_balancing also
/// weighs class 1 by alpha and class 0 by 1 - alpha. Source: Lin et al. 2017.
struct BinaryFocalCrossentropy {
  bool apply_class_balancing = false;
  float alpha = 0.25f;
  float gamma = 2.f;
  bool from_logits = false;
  float label_smoothing = 0.f;
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "binary_focal_crossentropy";
  static constexpr std::string_view type = "BinaryFocalCrossentropy";
  static void fields(auto& self, auto visit) {
    visit("apply_class_balancing", self.apply_class_balancing), visit("alpha", self.alpha);
    visit("gamma", self.gamma), visit("from_logits", self.from_logits);
    visit("label_smoothing", self.label_smoothing), visit("axis", self.axis),
        visit("reduction", self.reduction);
    visit("name", self.name);
  }
};
/// -sum(t log p) over the last axis, for one-hot labels and a softmax.
///
/// Without logits p is first divided by its sum and clipped to [1e-7, 1 - 1e-7]. label_smoothing a: t (1 - a)
/// + a / K. Whole labels 0 .. K-1 belong to SparseCategoricalCrossentropy.
struct CategoricalCrossentropy {
  bool from_logits = false;
  float label_smoothing = 0.f;
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "categorical_crossentropy";
  static constexpr std::string_view type = "CategoricalCrossentropy";
  static void fields(auto& self, auto visit) {
    visit("from_logits", self.from_logits), visit("label_smoothing", self.label_smoothing),
        visit("axis", self.axis);
    visit("reduction", self.reduction), visit("name", self.name);
  }
};
/// -sum(alpha (1 - p)^gamma t log p) over the last axis. Source: Lin et al. 2017.
struct CategoricalFocalCrossentropy {
  float alpha = 0.25f;
  float gamma = 2.f;
  bool from_logits = false;
  float label_smoothing = 0.f;
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "categorical_focal_crossentropy";
  static constexpr std::string_view type = "CategoricalFocalCrossentropy";
  static void fields(auto& self, auto visit) {
    visit("alpha", self.alpha), visit("gamma", self.gamma), visit("from_logits", self.from_logits);
    visit("label_smoothing", self.label_smoothing), visit("axis", self.axis),
        visit("reduction", self.reduction);
    visit("name", self.name);
  }
};
/// -log p[label] for whole labels 0 .. K-1 of shape (batch, ...) or (batch, ..., 1), and a softmax over K
/// units.
///
/// Without logits p is clipped to [1e-7, 1 - 1e-7] and divided by its sum. Rows of label ignore_class give 0
/// and do not count in the mean. Errors: ValueError: a label that is NaN, not whole or outside 0 .. K-1, with
/// its row.
struct SparseCategoricalCrossentropy {
  bool from_logits = false;
  std::optional<int> ignore_class = {};
  Reduction reduction = Reduction::sum_over_batch_size;
  int axis = -1;
  std::string name = "sparse_categorical_crossentropy";
  static constexpr std::string_view type = "SparseCategoricalCrossentropy";
  static void fields(auto& self, auto visit) {
    visit("from_logits", self.from_logits), visit("ignore_class", self.ignore_class);
    visit("reduction", self.reduction), visit("axis", self.axis), visit("name", self.name);
  }
};
/// sum(t log(t / p)) over the last axis; both clipped to [1e-7, 1].
struct KLDivergence {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "kl_divergence";
  static constexpr std::string_view type = "KLDivergence";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};
/// mean(p - t log(p + 1e-7)) over the last axis, for counts t.
struct Poisson {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "poisson";
  static constexpr std::string_view type = "Poisson";
  static void fields(auto& self, auto visit) { visit("reduction", self.reduction), visit("name", self.name); }
};

}  // namespace cornu
