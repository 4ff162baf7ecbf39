#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cornu/core/shape.hpp"

namespace cornu::cli {

// Each command of the program with its options; main.cpp fills them from the command line. They print their
// results on standard output and throw cornu::Error for everything that is wrong.

struct ModelArguments {
  std::string path;
  std::vector<std::string> input_shapes = {};  ///< "64,64,3", one an input
};

struct SummaryCommand {
  ModelArguments model;
  bool json = false;
  void run() const;
};

struct PredictCommand {
  ModelArguments model;
  std::vector<std::string> inputs = {}, outputs = {};  ///< .npy
  std::vector<std::string> pictures = {};              ///< files and folders
  std::string classes = {};                            ///< "cat,dog", or a file with one a line
  Index batch_size = 32;
  Index top = 3;
  float scale = 1;  ///< pixels of pictures, 0 .. 255, are multiplied by it
  bool json = false;
  void run() const;
};

struct DataArguments {
  std::vector<std::string> x = {}, y = {};
  std::string sample_weight = {};
  Index batch_size = 32;
};

struct EvaluateCommand {
  ModelArguments model;
  DataArguments data;
  bool json = false;
  void run() const;
};

struct FitCommand {
  ModelArguments model;
  DataArguments data;
  Index epochs = 1, initial_epoch = 0, steps_per_epoch = 0;
  bool no_shuffle = false, json = false, resume = false;
  float validation_split = 0;
  std::string class_weight = {};  ///< "0=1,1=2.5"
  std::uint64_t seed = 0;
  int verbose = -1;
  std::string history = {}, output = {};
  void run() const;
};

struct TrainCommand {
  std::string folder, output = "model.keras", network = "small", model = {}, plot = {}, history = {};
  Index epochs = 10, batch_size = 32, size = 64;
  float validation_split = 0.2f, learning_rate = 1e-3f;
  bool no_augmentation = false;
  std::uint64_t seed = 0;
  void run() const;
};

struct ConvertCommand {
  ModelArguments model;
  std::string output, weights = {};
  bool by_name = false, skip_mismatch = false;
  void run() const;
};

struct WeightsCommand {
  ModelArguments model;
  std::string output_dir = {};
  bool json = false;
  void run() const;
};

struct DiffCommand {
  ModelArguments a, b;
  double tolerance = 0;
  bool json = false;
  /// Whether they are the same: architecture, and weights within the tolerance.
  bool run() const;
};

struct InfoCommand {
  bool json = false;
  void run() const;
};

}  // namespace cornu::cli
