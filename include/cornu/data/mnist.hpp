#pragma once
#include <string>

#include "cornu/core/tensor.hpp"

namespace cornu {

/// A set of pictures with class numbers, divided as its makers did.
struct ImageDataset {
  /// (n, height, width) or (n, height, width, channels), 0 .. 255.
  Tensor x_train;
  /// (n): class numbers.
  Tensor y_train;
  Tensor x_test;
  Tensor y_test;
};

/// Reads an idx file (MNIST's format) of any type, packed by gzip or not, as float32 of the shape in it.
/// Errors  FileError, naming the file: unreadable, another format, or not exactly as long as its header says.
/// Source  LeCun's description of the format.
Tensor read_idx(const std::string& path);

/// MNIST from a folder that holds its four files, packed (.gz) or not: x (n, 28, 28), y (n), as
/// keras.datasets.mnist.load_data gives them, in float32.
///
///   ImageDataset digits = load_mnist("mnist");
///   Tensor x = digits.x_train.reshape({60000, 28, 28, 1});
///
/// Any number of pictures of any size will do (Fashion-MNIST has the same files).
/// Errors  FileError: a file is missing or damaged, pictures and labels differ in number, a label is not
///         0 .. 9.
ImageDataset load_mnist(const std::string& folder);

}  // namespace cornu
