#include "cornu/layers/gaussian_dropout.hpp"

#include <cmath>

namespace cornu {

template <class T>
void GaussianDropoutLayer::apply(const Call<T>& c, View<const T> from, View<T> to) const {
  if (!c.training || spec_.rate == 0) return kernels::copy<T>(from, to);
  const double rate = spec_.rate;
  kernels::multiply_noise<T>(std::sqrt(rate / (1 - rate)), detail::streams(c, spec_.seed), from, to);
}

template void GaussianDropoutLayer::apply(const Call<float>&, View<const float>, View<float>) const;
template void GaussianDropoutLayer::apply(const Call<double>&, View<const double>, View<double>) const;

}  // namespace cornu
