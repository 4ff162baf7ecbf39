#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// y = x; nothing is done where they are the same memory.
template <class T>
void copy(View<const T> x, View<T> y);
/// y += x.
template <class T>
void add_to(View<const T> x, View<T> y);
/// y = value everywhere.
template <class T>
void fill(View<T> y, T value);
/// y = x * scale + offset. y may be x.
template <class T>
void scale(View<const T> x, View<T> y, T scale, T offset);

}  // namespace cornu::kernels
