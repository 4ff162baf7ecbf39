#include "cornu/kernels/rescale.hpp"

#include "core/parallel.hpp"
#include "cornu/kernels/elementwise.hpp"

namespace cornu::kernels {

template <class T>
void rescale(View<const T> x, std::span<const float> scale, std::span<const float> offset, View<T> y) {
  if (y.size() == 0) return;
  if (scale.size() == 1 && offset.size() <= 1)
    return kernels::scale<T>(x, y, T(scale[0]), offset.empty() ? T(0) : T(offset[0]));
  const Index channels = y.shape.back();
  const std::size_t scale_step = scale.size() > 1, offset_step = offset.size() > 1;
  const float zero = 0;
  const float* const shift = offset.empty() ? &zero : offset.data();
  detail::parallel_chunks(
      y.size() / channels, detail::kElementChunk / channels + 1, [&](Index first, Index last) {
        for (Index at = first * channels; at < last * channels; at += channels)
          for (Index c = 0; c < channels; ++c)
            y[at + c] =
                x[at + c] * T(scale[std::size_t(c) * scale_step]) + T(shift[std::size_t(c) * offset_step]);
      });
}

template void rescale(View<const float>, std::span<const float>, std::span<const float>, View<float>);
template void rescale(View<const double>, std::span<const float>, std::span<const float>, View<double>);

}  // namespace cornu::kernels
