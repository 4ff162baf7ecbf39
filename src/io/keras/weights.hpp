#pragma once
#include <string>
#include <vector>

#include "io/keras/h5_reader.hpp"
#include "io/keras/model_config.hpp"

namespace cornu::detail {

struct WeightOptions {
  bool by_name = false;        ///< by the names of the layers, not by their places
  bool skip_mismatch = false;  ///< leaves layers as they are that the file does not fit
};

/// Which array of a file goes into which weight. Made in full before a weight changes.
struct WeightPlan {
  struct Step {
    Weight* weight;
    std::string path;
  };
  std::vector<Step> steps;

  /// Reads all arrays, then sets all weights.
  void apply(const H5Reader& file) const;
};

/// In the layout that the file has: Keras 3's, that of a whole legacy file, or of one with weights only.
/// Errors: ValueError, ShapeError naming the first layer that does not fit.
WeightPlan plan_weights(const H5Reader& file, const FileModel& model, const WeightOptions& options,
                        Notes& notes);

/// Whether the file has Keras 3's layout of weights (layers/dense/vars/0).
bool has_modern_weights(const H5Reader& file);

WeightPlan plan_modern_weights(const H5Reader& file, const FileModel& model, const WeightOptions& options,
                               Notes& notes);
WeightPlan plan_legacy_weights(const H5Reader& file, const FileModel& model, const WeightOptions& options,
                               Notes& notes);

/// Adds arrays to weights one by one, if count and shapes agree; else the text of what does not.
std::string match_weights(const H5Reader& file, const std::vector<Weight*>& weights,
                          std::vector<std::string> arrays, const std::string& who, WeightPlan& plan);

}  // namespace cornu::detail
