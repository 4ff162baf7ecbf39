#include "losses/shapes.hpp"

#include <cmath>

#include "cornu/core/error.hpp"

namespace cornu::detail {

namespace {
/// The shape without a last axis of 1.
Shape squeezed(const Shape& shape) {
  if (shape.rank() < 2 || shape.back() != 1) return shape;
  return Shape(std::span<const Index>(shape.begin(), static_cast<std::size_t>(shape.rank() - 1)));
}
Shape without_back(const Shape& shape) {
  return Shape(std::span<const Index>(shape.begin(), static_cast<std::size_t>(shape.rank() - 1)));
}
std::string shapes_text(Who who, const Shape& y_true, const Shape& y_pred) {
  return concat(who.kind, " '", who.name, "': labels of shape ", y_true.text(),
                " do not fit predictions of shape ", y_pred.text());
}
}  // namespace

Rows rows_of(const Shape& y_pred) {
  if (y_pred.rank() < 2) return {y_pred.count(), 1};
  const Index width = y_pred.back();
  Index count = 1;
  for (int axis = 0; axis < y_pred.rank() - 1; ++axis) count *= y_pred[axis];
  return {count, width};
}

bool same_elements(const Shape& y_true, const Shape& y_pred) { return squeezed(y_true) == squeezed(y_pred); }

bool one_per_row(const Shape& y_true, const Shape& y_pred) {
  if (y_pred.rank() < 2) return same_elements(y_true, y_pred);
  const Shape rows = without_back(y_pred);
  return y_true == rows ||
         (y_true.rank() == y_pred.rank() && y_true.back() == 1 && without_back(y_true) == rows);
}

void check_dense_labels(Who who, bool classes, const Shape& y_true, const Shape& y_pred) {
  const bool fits = same_elements(y_true, y_pred);
  if (fits && !(classes && y_pred.rank() >= 2 && y_pred.back() == 1)) return;
  const Index width = y_pred.rank() < 2 ? 1 : y_pred.back();
  if (fits) {
    throw ShapeError(concat(who.kind, " '", who.name, "': predictions of shape ", y_pred.text(),
                            " have one unit, over which a softmax is always 1. Use BinaryCrossentropy with a "
                            "sigmoid, or one unit a class."));
  }
  if (classes && one_per_row(y_true, y_pred)) {
    throw ShapeError(concat(shapes_text(who, y_true, y_pred), ": it wants one-hot labels of width ", width,
                            ". Use SparseCategoricalCrossentropy for whole labels, or to_categorical(y, ",
                            width, ")."));
  }
  const bool one_hot = width == 1 && y_true.rank() == y_pred.rank() && y_true.back() > 1;
  if (one_hot) {
    throw ShapeError(concat(shapes_text(who, y_true, y_pred), ": labels have ", y_true.back(),
                            " columns, the last layer has 1 unit. End with ", y_true.back(),
                            " units, or give one label a sample."));
  }
  throw ShapeError(concat(shapes_text(who, y_true, y_pred),
                          ": every prediction needs one label. Give labels of shape ", y_pred.text(),
                          ", or end the network with the labels' shape."));
}

void check_sparse_labels(Who who, const Shape& y_true, const Shape& y_pred) {
  if (one_per_row(y_true, y_pred)) return;
  if (y_true == y_pred) {
    throw ShapeError(
        concat(shapes_text(who, y_true, y_pred),
               ": it wants one whole label a row, and these look one-hot. Use CategoricalCrossentropy, "
               "or give the position of the 1 in each row."));
  }
  throw ShapeError(concat(shapes_text(who, y_true, y_pred),
                          ": it wants one whole label a row. Give labels of shape ",
                          y_pred.rank() < 2 ? y_pred.text() : without_back(y_pred).text(), "."));
}

void check_label_values(Who who, View<const float> y_true, Index width, const int* ignored) {
  for (Index row = 0; row < y_true.size(); ++row) {
    const float label = y_true[row];
    if (ignored != nullptr && label == static_cast<float>(*ignored)) continue;
    if (label >= 0 && label < static_cast<float>(width) && label == std::floor(label)) continue;
    const Index per_sample =
        y_true.shape.rank() == 0 || y_true.shape[0] == 0 ? 1 : y_true.size() / y_true.shape[0];
    throw ValueError(concat(who.kind, " '", who.name, "': the label of sample ", row / per_sample,
                            per_sample > 1 ? concat(", position ", row % per_sample) : std::string{}, " is ",
                            std::isnan(label) ? std::string("nan") : concat(static_cast<double>(label)),
                            "; it must be a whole number from 0 to ", width - 1,
                            ". Number the classes from 0, and end the network with one unit a class."));
  }
}

void check_width(Who who, const Shape& y_pred, Index width) {
  if (width > 0) return;
  throw ShapeError(concat(who.kind, " '", who.name, "': predictions of shape ", y_pred.text(),
                          " have an empty last axis. End the network with at least one unit."));
}

void check_size(Who who, std::string_view what, Index size, Index expected) {
  if (size == expected) return;
  throw ShapeError(concat(who.kind, " '", who.name, "': ", what, " has ", size, " elements; it needs ",
                          expected, ". Give one a value, in the shape values_shape() says."));
}

}  // namespace cornu::detail
