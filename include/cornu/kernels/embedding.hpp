#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// Position of the first id that is not in 0 .. limit - 1 when its fraction is cut off (a NaN is not); -1 if
/// there is none.
template <class T>
Index first_outside(View<const T> ids, Index limit);

/// y (ids..., width) = the rows of table (rows, width) that ids name, with their fractions cut off. Every id
/// must be in 0 .. rows - 1: ask first_outside.
template <class T>
void gather_rows(View<const T> ids, View<const T> table, View<T> y);

/// dtable[id] += the row of dy (ids..., width), for one id after the other. ids as in gather_rows.
/// Numerics each row of dtable is summed in the order of ids.
template <class T>
void scatter_add_rows(View<const T> ids, View<const T> dy, View<T> dtable);

/// dtable[id] += the squares of the row of dy, for each id. Views as scatter_add_rows.
template <class T>
void scatter_add_squares(View<const T> ids, View<const T> dy, View<T> dtable);

}  // namespace cornu::kernels
