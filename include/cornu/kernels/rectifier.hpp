#pragma once
#include <limits>
#include <span>

#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// The piecewise linear family of ReLU, in float and double alike:
///   y = min(x, max_value) where x > threshold, else negative_slope * (x - threshold).
/// All three are >= 0, so that the derivative follows from y; it is 0 at max_value and above.
struct Rectifier {
  double max_value = std::numeric_limits<double>::infinity();
  double negative_slope = 0;
  double threshold = 0;
};

/// y may be x.
template <class T>
void rectify(const Rectifier& r, View<const T> x, View<T> y);
/// dx = dy * derivative, overwriting dx, which may be dy.
template <class T>
void rectify_grad(const Rectifier& r, View<const T> y, View<const T> dy, View<T> dx);

/// y = x where x > 0, else alpha * (exp(x) - 1). y may be x.
template <class T>
void elu(double alpha, View<const T> x, View<T> y);
/// dx = dy * derivative, overwriting dx, which may be dy. y is enough because alpha >= 0.
template <class T>
void elu_grad(double alpha, View<const T> y, View<const T> dy, View<T> dx);

/// y = x where x > 0, else alpha * x. x, y (n, sample); alpha has the sample's axes, each of the same extent
/// or of 1: then the axis shares its alphas. y may be x.
template <class T>
void prelu(View<const T> x, View<const T> alpha, View<T> y);
/// Overwrites dx, which may be dy, and adds to dalpha; either may be empty. The derivative by x is 0 at 0, as
/// in Keras. partial: alpha.size() values of scratch.
template <class T>
void prelu_grad(View<const T> x, View<const T> alpha, View<const T> dy, View<T> dx, View<T> dalpha,
                std::span<T> partial);

}  // namespace cornu::kernels
