#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cornu/core/tensor.hpp"

namespace cornu {

/// One-hot rows of class numbers, (n) or (n, 1): keras.utils.to_categorical. num_classes 0 means the largest
/// number + 1.
///
///   to_categorical(Tensor::from({0, 2}))   // {{1, 0, 0}, {0, 0, 1}}
///
/// Errors  ValueError: a label that is not 0, 1, .. num_classes - 1. ShapeError: another shape.
Tensor to_categorical(const Tensor& labels, Index num_classes = 0);
Tensor to_categorical(const std::vector<Index>& labels, Index num_classes = 0);
/// The same with a fixed number of classes: keras.ops.one_hot.
Tensor one_hot(const Tensor& labels, Index num_classes);
/// The position of the largest value of each row (n, classes): class numbers from one-hot rows or
/// predictions. The first wins a tie. Errors: ShapeError.
std::vector<Index> argmax_rows(const Tensor& rows);

/// Numbers for names: sorted by bytes, as scikit-learn's LabelEncoder.
///
///   LabelEncoder encoder;
///   encoder.fit({"dog", "cat", "dog"});
///   encoder.transform({"dog"});            // (1): {1}
///   encoder.inverse_transform(Tensor::from({0}));   // {"cat"}
///
/// Errors  StateError: not fitted. ValueError: a name that fit did not see, a number without a name.
class LabelEncoder {
 public:
  void fit(const std::vector<std::string>& names);
  Tensor transform(const std::vector<std::string>& names) const;
  Tensor fit_transform(const std::vector<std::string>& names);
  std::vector<std::string> inverse_transform(const Tensor& numbers) const;
  /// The names by number. To keep them with a model, save these and fit them again.
  const std::vector<std::string>& classes() const { return classes_; }

 private:
  std::vector<std::string> classes_;
};

/// Options of train_test_split; names and defaults of scikit-learn.
struct SplitOptions {
  /// Part of the samples that tests, 0 .. 1; the number is rounded up.
  double test_size = 0.25;
  /// false takes the test samples from the end.
  bool shuffle = true;
  std::uint64_t seed = 0;
};
struct SplitData {
  Tensor x_train, x_test, y_train, y_test;
};
/// Divides samples (axis 0) into two parts.
///
///   auto [x_train, x_test, y_train, y_test] = train_test_split(x, y, {.test_size = 0.2});
///
/// Errors  ShapeError: x and y differ in their number of samples. ValueError: a part would be empty.
SplitData train_test_split(const Tensor& x, const Tensor& y, const SplitOptions& options = {});

}  // namespace cornu
