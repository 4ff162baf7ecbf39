#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cornu/data/mnist.hpp"

namespace cornu {

/// Names of CIFAR-10's classes, 0 to 9.
const std::vector<std::string>& cifar10_classes();

/// Reads one file of CIFAR-10's binary form with any number of records: x (n, 32, 32, 3), 0 .. 255, y (n).
/// Errors  FileError, naming the file: unreadable, empty, not a whole number of records of 3,073 bytes, a
///         label that is not 0 .. 9.
std::pair<Tensor, Tensor> read_cifar10_batch(const std::string& path);

/// CIFAR-10 from a folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin: x (n, 32, 32, 3), y
/// (n), as keras.datasets.cifar10.load_data gives them but for y's shape, in float32. Missing training files
/// are passed over as long as one is there. Errors: FileError, as above.
ImageDataset load_cifar10(const std::string& folder);

/// Deals out x and y in random order, and again when it comes to the end: the helper class of courses that
/// write their training loop themselves.
///
///   CifarHelper cifar(set.x_train, to_categorical(set.y_train), 7);
///   auto [x, y] = cifar.next_batch(100);
///
/// Errors  ShapeError: x and y differ in their number of samples. ValueError: no samples.
class CifarHelper {
 public:
  CifarHelper(Tensor x, Tensor y, std::uint64_t seed = 0);
  /// The next n samples, 1 <= n <= all; a pass over the data ends where a new order begins. Errors:
  /// ValueError.
  std::pair<Tensor, Tensor> next_batch(Index n);
  /// Passes begun so far, from 1.
  Index epoch() const { return epoch_; }

 private:
  void reshuffle();

  Tensor x_, y_;
  std::uint64_t seed_;
  std::vector<Index> order_;
  Index position_ = 0;
  Index epoch_ = 0;
};

}  // namespace cornu
