#pragma once
#include <string>
#include <string_view>

#include "cornu/core/shape.hpp"

namespace cornu {

/// The share of right answers, whatever the network ends with: one unit -> BinaryAccuracy, whole labels ->
/// SparseCategoricalAccuracy, one-hot labels -> CategoricalAccuracy. Write it as `accuracy`:
///
///   model.compile(CompileOptions{.metrics = {accuracy}});
struct AccuracyTag {
  static constexpr std::string_view type = "accuracy";
};
inline constexpr AccuracyTag accuracy{};

/// The share of predictions equal to their label.
struct Accuracy {
  std::string name = "accuracy";
  static constexpr std::string_view type = "Accuracy";
  static void fields(auto& self, auto visit) { visit("name", self.name); }
};
/// The share of predictions on the right side of the threshold; a prediction equal to it counts as 0.
struct BinaryAccuracy {
  std::string name = "binary_accuracy";
  float threshold = 0.5f;
  static constexpr std::string_view type = "BinaryAccuracy";
  static void fields(auto& self, auto visit) { visit("name", self.name), visit("threshold", self.threshold); }
};
/// The share of rows whose largest prediction is at the largest label (one-hot labels). The first of equals
/// counts.
struct CategoricalAccuracy {
  std::string name = "categorical_accuracy";
  static constexpr std::string_view type = "CategoricalAccuracy";
  static void fields(auto& self, auto visit) { visit("name", self.name); }
};
/// The share of rows whose largest prediction is at the label (whole labels).
struct SparseCategoricalAccuracy {
  std::string name = "sparse_categorical_accuracy";
  static constexpr std::string_view type = "SparseCategoricalAccuracy";
  static void fields(auto& self, auto visit) { visit("name", self.name); }
};
/// The share of rows whose label is among the k largest predictions (one-hot labels); ties count for it.
struct TopKCategoricalAccuracy {
  Index k = 5;
  std::string name = "top_k_categorical_accuracy";
  static constexpr std::string_view type = "TopKCategoricalAccuracy";
  static void fields(auto& self, auto visit) { visit("k", self.k), visit("name", self.name); }
};
/// The same for whole labels.
struct SparseTopKCategoricalAccuracy {
  Index k = 5;
  std::string name = "sparse_top_k_categorical_accuracy";
  static constexpr std::string_view type = "SparseTopKCategoricalAccuracy";
  static void fields(auto& self, auto visit) { visit("k", self.k), visit("name", self.name); }
};

}  // namespace cornu
