#include "cornu/kernels/embedding.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace cornu::kernels {

template <class T>
Index first_outside(View<const T> ids, Index limit) {
  const T* found = std::find_if(ids.begin(), ids.end(), [&](T id) { return !(id > T(-1) && id < T(limit)); });
  return found == ids.end() ? -1 : found - ids.begin();
}

template <class T>
void gather_rows(View<const T> ids, View<const T> table, View<T> y) {
  const Index width = table.shape.back();
  detail::parallel_chunks(ids.size(), detail::kElementChunk / width + 1, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      const T* row = table.data + static_cast<Index>(ids[i]) * width;
      std::copy(row, row + width, y.data + i * width);
    }
  });
}

namespace {

/// add(sum, contribution) for all numbers of all rows of dy. Threads share the columns: ids that come twice
/// then meet in one thread, in their order.
template <class T, class Add>
void scatter(View<const T> ids, View<const T> dy, View<T> dtable, const Add& add) {
  constexpr Index kColumns = 32;
  const Index width = dtable.shape.back();
  detail::parallel_chunks(width, kColumns, [&](Index first, Index last) {
    for (Index i = 0; i < ids.size(); ++i) {
      const T* from = dy.data + i * width;
      T* to = dtable.data + static_cast<Index>(ids[i]) * width;
      for (Index c = first; c < last; ++c) add(to[c], from[c]);
    }
  });
}

}  // namespace

template <class T>
void scatter_add_rows(View<const T> ids, View<const T> dy, View<T> dtable) {
  scatter(ids, dy, dtable, [](T& sum, T value) { sum += value; });
}

template <class T>
void scatter_add_squares(View<const T> ids, View<const T> dy, View<T> dtable) {
  scatter(ids, dy, dtable, [](T& sum, T value) { sum += value * value; });
}

template Index first_outside(View<const float>, Index);
template Index first_outside(View<const double>, Index);
template void gather_rows(View<const float>, View<const float>, View<float>);
template void gather_rows(View<const double>, View<const double>, View<double>);
template void scatter_add_rows(View<const float>, View<const float>, View<float>);
template void scatter_add_rows(View<const double>, View<const double>, View<double>);
template void scatter_add_squares(View<const float>, View<const float>, View<float>);
template void scatter_add_squares(View<const double>, View<const double>, View<double>);

}  // namespace cornu::kernels
