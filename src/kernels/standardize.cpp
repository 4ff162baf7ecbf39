#include "cornu/kernels/standardize.hpp"

#include "core/parallel.hpp"

namespace cornu::kernels {

template <class T>
void standardize(View<const T> x, View<const T> mean, View<const T> deviation, bool backwards, View<T> y) {
  const Index width = deviation.size();
  if (y.size() == 0) return;
  detail::parallel_chunks(y.size() / width, detail::kElementChunk / width + 1, [&](Index first, Index last) {
    for (Index r = first; r < last; ++r)
      for (Index i = 0; i < width; ++i) {
        const T shift = mean ? mean[i] : T(0), v = x[r * width + i];
        y[r * width + i] = backwards ? v * deviation[i] + shift : (v - shift) / deviation[i];
      }
  });
}

template void standardize(View<const float>, View<const float>, View<const float>, bool, View<float>);
template void standardize(View<const double>, View<const double>, View<const double>, bool, View<double>);

}  // namespace cornu::kernels
