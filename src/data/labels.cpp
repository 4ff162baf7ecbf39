#include "cornu/data/labels.hpp"

#include <algorithm>
#include <cmath>

#include "cornu/core/error.hpp"
#include "cornu/core/random.hpp"

namespace cornu {

namespace {
[[noreturn]] void bad_label(double label, Index num_classes) {
  throw ValueError(
      detail::concat("to_categorical: label ", label, " with ", num_classes,
                     " classes; labels must be whole numbers from 0 to num_classes - 1. Use LabelEncoder "
                     "for names, or leave num_classes out."));
}
}  // namespace

Tensor to_categorical(const std::vector<Index>& labels, Index num_classes) {
  const Index largest = labels.empty() ? -1 : *std::max_element(labels.begin(), labels.end());
  const Index classes = num_classes == 0 ? largest + 1 : num_classes;
  if (classes < 0) bad_label(static_cast<double>(largest), num_classes);
  const auto n = static_cast<Index>(labels.size());
  for (const Index label : labels)
    if (label < 0 || label >= classes) bad_label(static_cast<double>(label), classes);
  if (classes > 0 && n > (Index(1) << 40) / classes)
    throw ValueError(detail::concat("to_categorical: ", n, " labels of ", classes,
                                    " classes need more than 4 TiB. Is the largest label right?"));
  Tensor out({n, classes});
  for (Index i = 0; i < n; ++i) out.data()[i * classes + labels[std::size_t(i)]] = 1.f;
  return out;
}

Tensor to_categorical(const Tensor& labels, Index num_classes) {
  const bool column = labels.rank() == 2 && labels.shape()[1] == 1;
  if (labels.rank() != 1 && !column)
    throw ShapeError(detail::concat("to_categorical: labels have shape ", labels.shape().text(),
                                    "; it must be (n,) or (n, 1). Are they one-hot already?"));
  std::vector<Index> numbers;
  for (const float label : labels) {
    if (!(label >= 0 && label < 1e9f && label == std::floor(label)))
      bad_label(static_cast<double>(label), num_classes);
    numbers.push_back(static_cast<Index>(label));
  }
  return to_categorical(numbers, num_classes);
}

Tensor one_hot(const Tensor& labels, Index num_classes) {
  if (num_classes < 1)
    throw ValueError(detail::concat("one_hot: num_classes is ", num_classes, "; it must be at least 1."));
  return to_categorical(labels, num_classes);
}

std::vector<Index> argmax_rows(const Tensor& rows) {
  if (rows.rank() != 2 || rows.shape()[1] < 1)
    throw ShapeError(detail::concat("argmax_rows: the shape is ", rows.shape().text(),
                                    "; it must be (n, classes) with at least 1 class."));
  const Index classes = rows.shape()[1];
  std::vector<Index> out;
  for (const float* row = rows.begin(); row != rows.end(); row += classes)
    out.push_back(std::max_element(row, row + classes) - row);
  return out;
}

void LabelEncoder::fit(const std::vector<std::string>& names) {
  classes_ = names;
  std::sort(classes_.begin(), classes_.end());
  classes_.erase(std::unique(classes_.begin(), classes_.end()), classes_.end());
}

Tensor LabelEncoder::transform(const std::vector<std::string>& names) const {
  if (classes_.empty())
    throw StateError("LabelEncoder::transform: fit was not called. Call fit(names) first.");
  Tensor out(Shape{static_cast<Index>(names.size())});
  float* to = out.data();
  for (const std::string& name : names) {
    const auto found = std::lower_bound(classes_.begin(), classes_.end(), name);
    if (found == classes_.end() || *found != name)
      throw ValueError(detail::concat("LabelEncoder::transform: '", name, "' is none of the ",
                                      classes_.size(), " names that fit saw. Fit all names that occur."));
    *to++ = static_cast<float>(found - classes_.begin());
  }
  return out;
}

Tensor LabelEncoder::fit_transform(const std::vector<std::string>& names) {
  fit(names);
  return names.empty() ? Tensor() : transform(names);
}

std::vector<std::string> LabelEncoder::inverse_transform(const Tensor& numbers) const {
  std::vector<std::string> out;
  for (const float number : numbers) {
    if (!(number >= 0 && number < static_cast<float>(classes_.size()) && number == std::floor(number)))
      throw ValueError(detail::concat("LabelEncoder::inverse_transform: ", double(number),
                                      " is no class number; there are ", classes_.size(),
                                      ". Give whole numbers, e.g. of argmax_rows."));
    out.push_back(classes_[static_cast<std::size_t>(number)]);
  }
  return out;
}

SplitData train_test_split(const Tensor& x, const Tensor& y, const SplitOptions& options) {
  if (x.rank() < 1 || y.rank() < 1 || x.shape().front() != y.shape().front())
    throw ShapeError(detail::concat("train_test_split: x has shape ", x.shape().text(), ", y ",
                                    y.shape().text(), "; axis 0 must be equal. Give one target a sample."));
  const Index n = x.shape().front();
  const bool sensible = options.test_size > 0 && options.test_size < 1;
  const Index tests =
      sensible ? static_cast<Index>(std::ceil(options.test_size * static_cast<double>(n))) : 0;
  if (tests < 1 || tests >= n)
    throw ValueError(detail::concat("train_test_split: test_size ", options.test_size, " of ", n,
                                    " samples leaves one part empty. Choose a part between 0 and 1."));
  std::vector<Index> order(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) order[std::size_t(i)] = i;
  if (options.shuffle) order = Random(options.seed).permutation(n);
  const std::vector<Index> train(order.begin(), order.end() - tests), test(order.end() - tests, order.end());
  return {x.gather(train), x.gather(test), y.gather(train), y.gather(test)};
}

}  // namespace cornu
