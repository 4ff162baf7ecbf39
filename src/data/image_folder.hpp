#pragma once
#include <string>
#include <vector>

#include "cornu/data/image_iterator.hpp"

namespace cornu::detail {

/// The pictures of a folder that has one folder a class, in Keras' order: classes as given or sorted, then
/// files by the path of their folder, then by name; all by bytes.
struct ImageFolder {
  std::vector<std::string> class_names;
  std::vector<std::string> paths;
  /// Below the folder, with '/'.
  std::vector<std::string> names;
  std::vector<Index> classes;
};

/// Errors: FileError, ValueError: see flow_from_directory.
ImageFolder list_images(const std::string& directory, const FlowOptions& options, double validation_split);

}  // namespace cornu::detail
