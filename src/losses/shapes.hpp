#pragma once
#include <string_view>

#include "cornu/core/view.hpp"

namespace cornu::detail {

/// Predictions as rows: a one-axis tensor counts as (n, 1), a scalar as (1, 1).
struct Rows {
  Index count;
  Index width;
};
Rows rows_of(const Shape& y_pred);

/// Who speaks in a message: loss 'mean_squared_error', metric 'auc'.
struct Who {
  std::string_view kind;
  std::string_view name;
};

/// Labels fit one to one, after squeezing or adding a last axis of 1.
bool same_elements(const Shape& y_true, const Shape& y_pred);
/// Labels fit one a row.
bool one_per_row(const Shape& y_true, const Shape& y_pred);

/// Throws ShapeError unless labels fit. `classes` losses say how one-hot and whole labels differ.
void check_dense_labels(Who who, bool classes, const Shape& y_true, const Shape& y_pred);
void check_sparse_labels(Who who, const Shape& y_true, const Shape& y_pred);
/// Throws ValueError naming the first row whose label is not a whole number 0 .. width - 1 (or `ignored`).
void check_label_values(Who who, View<const float> y_true, Index width, const int* ignored);
/// Throws ShapeError when the last axis is empty: there is no loss of nothing.
void check_width(Who who, const Shape& y_pred, Index width);
/// Throws ShapeError unless a buffer has this many elements.
void check_size(Who who, std::string_view what, Index size, Index expected);

}  // namespace cornu::detail
