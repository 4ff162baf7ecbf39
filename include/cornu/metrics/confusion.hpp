#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cornu/core/shape.hpp"

namespace cornu {

/// Right positives over all predicted positives. A prediction counts as positive above the threshold (0.5
/// when not given); with top_k, when it is among the k largest of its row. class_id looks at that column
/// only. One number: unlike Keras it takes one threshold, not a list. Errors: ShapeError: class_id outside
/// the row.
struct Precision {
  std::optional<float> thresholds = {};
  std::optional<Index> top_k = {};
  std::optional<Index> class_id = {};
  std::string name = "precision";
  static constexpr std::string_view type = "Precision";
  static void fields(auto& self, auto visit) {
    visit("thresholds", self.thresholds), visit("top_k", self.top_k), visit("class_id", self.class_id);
    visit("name", self.name);
  }
};
/// Right positives over all labelled positives; options as for Precision.
struct Recall {
  std::optional<float> thresholds = {};
  std::optional<Index> top_k = {};
  std::optional<Index> class_id = {};
  std::string name = "recall";
  static constexpr std::string_view type = "Recall";
  static void fields(auto& self, auto visit) {
    visit("thresholds", self.thresholds), visit("top_k", self.top_k), visit("class_id", self.class_id);
    visit("name", self.name);
  }
};
/// The (weighted) number of predictions above the threshold whose label is not 0.
struct TruePositives {
  std::optional<float> thresholds = {};
  std::string name = "true_positives";
  static constexpr std::string_view type = "TruePositives";
  static void fields(auto& self, auto visit) {
    visit("thresholds", self.thresholds), visit("name", self.name);
  }
};
/// The number of predictions above the threshold whose label is 0.
struct FalsePositives {
  std::optional<float> thresholds = {};
  std::string name = "false_positives";
  static constexpr std::string_view type = "FalsePositives";
  static void fields(auto& self, auto visit) {
    visit("thresholds", self.thresholds), visit("name", self.name);
  }
};
/// The number of predictions not above the threshold whose label is 0.
struct TrueNegatives {
  std::optional<float> thresholds = {};
  std::string name = "true_negatives";
  static constexpr std::string_view type = "TrueNegatives";
  static void fields(auto& self, auto visit) {
    visit("thresholds", self.thresholds), visit("name", self.name);
  }
};
/// The number of predictions not above the threshold whose label is not 0.
struct FalseNegatives {
  std::optional<float> thresholds = {};
  std::string name = "false_negatives";
  static constexpr std::string_view type = "FalseNegatives";
  static void fields(auto& self, auto visit) {
    visit("thresholds", self.thresholds), visit("name", self.name);
  }
};

/// ROC: true against false positive rate; PR: precision against recall.
enum class Curve { ROC, PR };
/// Heights between two thresholds: their mean (PR: the interpolation of Davis and Goadrich 2006), minimum,
/// maximum.
enum class SummationMethod { interpolation, minoring, majoring };

/// Area under the curve, approximated at num_thresholds thresholds: -1e-7, evenly between 0 and 1, 1 + 1e-7,
/// or at the `thresholds` given between those ends. Predictions lie in [0, 1] (from_logits: a sigmoid is
/// applied). multi_label: one area a column, then their mean weighted by label_weights. Errors  ValueError:
/// num_thresholds < 2, thresholds outside [0, 1], another number of label_weights.
struct AUC {
  Index num_thresholds = 200;
  Curve curve = Curve::ROC;
  SummationMethod summation_method = SummationMethod::interpolation;
  std::string name = "auc";
  std::vector<float> thresholds = {};
  bool multi_label = false;
  std::optional<Index> num_labels = {};
  std::vector<float> label_weights = {};
  bool from_logits = false;
  static constexpr std::string_view type = "AUC";
  static void fields(auto& self, auto visit) {
    visit("num_thresholds", self.num_thresholds), visit("curve", self.curve);
    visit("summation_method", self.summation_method), visit("name", self.name);
    visit("thresholds", self.thresholds), visit("multi_label", self.multi_label);
    visit("num_labels", self.num_labels), visit("label_weights", self.label_weights);
    visit("from_logits", self.from_logits);
  }
};

/// How the F scores of the classes become one number.
enum class ScoreAverage { none, micro, macro, weighted };

/// 2 precision recall / (precision + recall) of (batch, classes) predictions. Without a threshold the largest
/// prediction of a row counts as positive. average micro counts all classes together, macro is the mean over
/// classes, weighted weighs by the number of labels. Keras' default (none) gives a number a class; here every
/// metric is one number, and none is the same as macro. Errors: ShapeError: not two axes. ValueError:
/// threshold outside (0, 1].
struct F1Score {
  ScoreAverage average = ScoreAverage::none;
  std::optional<float> threshold = {};
  std::string name = "f1_score";
  static constexpr std::string_view type = "F1Score";
  static void fields(auto& self, auto visit) {
    visit("average", self.average), visit("threshold", self.threshold), visit("name", self.name);
  }
};
/// F1Score with recall weighing beta times as much as precision. Errors: also ValueError: beta <= 0.
struct FBetaScore {
  ScoreAverage average = ScoreAverage::none;
  float beta = 1.f;
  std::optional<float> threshold = {};
  std::string name = "fbeta_score";
  static constexpr std::string_view type = "FBetaScore";
  static void fields(auto& self, auto visit) {
    visit("average", self.average), visit("beta", self.beta), visit("threshold", self.threshold);
    visit("name", self.name);
  }
};

}  // namespace cornu
