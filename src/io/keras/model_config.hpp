#pragma once
#include <memory>
#include <string>
#include <vector>

#include "io/keras/field_reader.hpp"
#include "model/graph.hpp"

namespace cornu::detail {

/// A model beside the names that its layers have in files: weights are found by classes and places there.
struct FileModel {
  struct Entry {
    std::string type;  ///< Keras' class in the file
    std::shared_ptr<Layer> layer;
    std::shared_ptr<FileModel> model;  ///< of a nested model
  };

  std::shared_ptr<Graph> graph;
  std::vector<Entry> layers;  ///< as Keras lists them: with input layers unless it is a Sequential

  static FileModel of(const std::shared_ptr<Graph>& graph);
};

struct ModelConfigOptions {
  std::vector<Shape> input_shapes = {};  ///< in place of those in the file, for the outermost model
  Index most_numbers = 0;                ///< weights together may have
};

/// Builds a model from its saved object {"class_name": "Sequential" or "Functional" or "Model", "config":
/// ...} of Keras 1, 2 or 3. The weights are zeros then: read them next. Errors: ValueError, ShapeError.
FileModel read_model(const Json& saved, const ModelConfigOptions& options, Notes& notes);

}  // namespace cornu::detail
