#include "cornu/kernels/activation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/parallel.hpp"
#include "kernels/activation_lanes.hpp"
#include "kernels/activation_loops.hpp"
#include "kernels/activation_rare.hpp"

namespace cornu::kernels {

namespace {
using loops::each_row;
using loops::map;
using loops::map_grad;
using loops::select_grad;
using loops::sigmoid_of;

constexpr double kSeluAlpha = 1.6732632423543772, kSeluScale = 1.0507009873554805;
constexpr double kLeakySlope = 0.2;  // Keras' function; the LeakyReLU layer has 0.3

template <class T>
T softplus_of(T x) {
  return std::max(x, T(0)) + std::log1p(std::exp(-std::abs(x)));
}
template <class T>
T clip01(T x) {
  return std::min(std::max(x, T(0)), T(1));
}

template <class T>
void softmax_rows(View<const T> x, View<T> y, bool log) {
  [[maybe_unused]] const ActivationLanes& lanes = activation_lanes();
  each_row(y, [&](Index at, Index n) {
    const T* in = x.data + at;
    T* out = y.data + at;
    if constexpr (std::is_same_v<T, float>) return lanes.softmax(in, out, n, log);
    const T top = *std::max_element(in, in + n);
    T sum = 0;
    if (log) {
      for (Index i = 0; i < n; ++i) sum += std::exp(in[i] - top);
      const T shift = top + std::log(sum);
      for (Index i = 0; i < n; ++i) out[i] = in[i] - shift;
      return;
    }
    for (Index i = 0; i < n; ++i) sum += out[i] = std::exp(in[i] - top);
    const T scale = T(1) / sum;
    for (Index i = 0; i < n; ++i) out[i] *= scale;
  });
}

template <class T>
void softmax_rows_grad(View<const T> y, View<const T> dy, View<T> dx, bool log) {
  [[maybe_unused]] const ActivationLanes& lanes = activation_lanes();
  each_row(dx, [&](Index at, Index n) {
    const T *p = y.data + at, *g = dy.data + at;
    T* out = dx.data + at;
    if constexpr (std::is_same_v<T, float>) return lanes.softmax_grad(p, g, out, n, log);
    T dot = 0;
    for (Index i = 0; i < n; ++i) dot += log ? g[i] : g[i] * p[i];
    for (Index i = 0; i < n; ++i) out[i] = log ? g[i] - std::exp(p[i]) * dot : p[i] * (g[i] - dot);
  });
}

/// The fast twins, where there are such: false where there are none.
bool in_lanes(ActivationFn fn, View<const float> x, View<float> y) {
  const ActivationLanes& lanes = activation_lanes();
  const auto chunks = [&](const auto& body) {
    detail::parallel_chunks(y.size(), detail::kElementChunk, [&](Index first, Index last) {
      body(x.data + first, y.data + first, last - first);
    });
    return true;
  };
  if (fn == ActivationFn::elu || fn == ActivationFn::celu)
    return chunks([&](const float* in, float* out, Index n) { lanes.elu(1, 1, in, out, n); });
  if (fn == ActivationFn::selu)
    return chunks([&](const float* in, float* out, Index n) {
      lanes.elu(float(kSeluScale), float(kSeluAlpha), in, out, n);
    });
  const ActivationLanes::Value value = lanes.value(fn);
  return value != nullptr && chunks(value);
}

bool grad_in_lanes(const ActivationFunction& fn, View<const float> x, View<const float> y,
                   View<const float> dy, View<float> dx) {
  const ActivationLanes::Gradient gradient = activation_lanes().gradient(fn.fn());
  if (gradient == nullptr) return false;
  const float* from = fn.needs_input() ? x.data : y.data;
  detail::parallel_chunks(dx.size(), detail::kElementChunk, [&](Index first, Index last) {
    gradient(from + first, dy.data + first, dx.data + first, last - first);
  });
  return true;
}
}  // namespace

template <class T>
void activation(const ActivationFunction& fn, View<const T> x, View<T> y) {
  if constexpr (std::is_same_v<T, float>)
    if (in_lanes(fn.fn(), x, y)) return;
  switch (fn.fn()) {
    case ActivationFn::linear:
      return map(x, y, [](T v) { return v; });
    case ActivationFn::relu:
      return map(x, y, [](T v) { return v < 0 ? T(0) : v; });  // NaN stays NaN
    case ActivationFn::relu6:
      return map(x, y, [](T v) { return v < 0 ? T(0) : v > 6 ? T(6) : v; });
    case ActivationFn::sigmoid:
      return map(x, y, [](T v) { return sigmoid_of(v); });
    case ActivationFn::hard_sigmoid:
      return map(x, y, [](T v) { return clip01(v / T(6) + T(0.5)); });
    case ActivationFn::tanh:
      return map(x, y, [](T v) { return std::tanh(v); });
    case ActivationFn::softmax:
      return softmax_rows(x, y, false);
    case ActivationFn::log_softmax:
      return softmax_rows(x, y, true);
    case ActivationFn::softplus:
      return map(x, y, [](T v) { return softplus_of(v); });
    case ActivationFn::softsign:
      return map(x, y, [](T v) { return v / (T(1) + std::abs(v)); });
    case ActivationFn::elu:
    case ActivationFn::celu:
      return map(x, y, [](T v) { return v > 0 ? v : std::expm1(v); });
    case ActivationFn::selu:
      return map(x, y, [](T v) { return T(kSeluScale) * (v > 0 ? v : T(kSeluAlpha) * std::expm1(v)); });
    case ActivationFn::gelu:
      return map(x, y, [](T v) { return v / 2 * std::erfc(-v * std::numbers::sqrt2_v<T> / 2); });
    case ActivationFn::silu:
      return map(x, y, [](T v) { return v * sigmoid_of(v); });
    case ActivationFn::hard_silu:
      return map(x, y, [](T v) { return v * clip01(v / T(6) + T(0.5)); });
    case ActivationFn::mish:
      return map(x, y, [](T v) { return v * std::tanh(softplus_of(v)); });
    case ActivationFn::exponential:
      return map(x, y, [](T v) { return std::exp(v); });
    case ActivationFn::leaky_relu:
      return map(x, y, [](T v) { return v < 0 ? T(kLeakySlope) * v : v; });
    case ActivationFn::threshold:
      return map(x, y, [](T v) { return v > 0 ? T(1) : T(0); });
    case ActivationFn::custom:
      return map(x, y, [f = fn.custom().value](T v) { return static_cast<T>(f(double(v))); });
    default:
      return rare_activation(fn.fn(), x, y);
  }
}

template <class T>
void activation_grad(const ActivationFunction& fn, View<const T> x, View<const T> y, View<const T> dy,
                     View<T> dx) {
  if constexpr (std::is_same_v<T, float>)
    if (grad_in_lanes(fn, x, y, dy, dx)) return;
  switch (fn.fn()) {
    case ActivationFn::linear:
      return map_grad(dy, dy, dx, [](T) { return T(1); });
    case ActivationFn::relu:
      return select_grad(y, dy, dx, [](T v, T g) { return v > 0 ? g : T(0); });
    case ActivationFn::relu6:
      return select_grad(y, dy, dx, [](T v, T g) { return (v > 0) & (v < 6) ? g : T(0); });
    case ActivationFn::sigmoid:
      return map_grad(y, dy, dx, [](T v) { return v * (T(1) - v); });
    case ActivationFn::hard_sigmoid:
      return map_grad(y, dy, dx, [](T v) { return v > 0 && v < 1 ? T(1) / T(6) : T(0); });
    case ActivationFn::tanh:
      return map_grad(y, dy, dx, [](T v) { return T(1) - v * v; });
    case ActivationFn::softmax:
      return softmax_rows_grad(y, dy, dx, false);
    case ActivationFn::log_softmax:
      return softmax_rows_grad(y, dy, dx, true);
    case ActivationFn::softplus:
      return map_grad(y, dy, dx, [](T v) { return -std::expm1(-v); });
    case ActivationFn::softsign:
      return map_grad(y, dy, dx, [](T v) { return (T(1) - std::abs(v)) * (T(1) - std::abs(v)); });
    case ActivationFn::elu:
    case ActivationFn::celu:
      return map_grad(y, dy, dx, [](T v) { return v > 0 ? T(1) : v + T(1); });
    case ActivationFn::selu:
      return map_grad(y, dy, dx, [](T v) { return v > 0 ? T(kSeluScale) : v + T(kSeluScale * kSeluAlpha); });
    case ActivationFn::gelu:
      return map_grad(x, dy, dx, [](T v) {
        const T density = std::exp(-v * v / 2) * std::numbers::inv_sqrtpi_v<T> / std::numbers::sqrt2_v<T>;
        return std::erfc(-v * std::numbers::sqrt2_v<T> / 2) / 2 + v * density;
      });
    case ActivationFn::silu:
      return map_grad(x, dy, dx, [](T v) {
        const T s = sigmoid_of(v);
        return s * (T(1) + v * (T(1) - s));
      });
    case ActivationFn::hard_silu:
      return map_grad(x, dy, dx, [](T v) { return v <= -3 ? T(0) : v >= 3 ? T(1) : v / T(3) + T(0.5); });
    case ActivationFn::mish:
      return map_grad(x, dy, dx, [](T v) {
        const T t = std::tanh(softplus_of(v));
        return t + v * (T(1) - t * t) * sigmoid_of(v);
      });
    case ActivationFn::exponential:
      return map_grad(y, dy, dx, [](T v) { return v; });
    case ActivationFn::leaky_relu:
      return select_grad(y, dy, dx, [](T v, T g) { return v > 0 ? g : T(kLeakySlope) * g; });
    case ActivationFn::threshold:
      return map_grad(y, dy, dx, [](T) { return T(0); });
    case ActivationFn::custom:
      return map_grad(x, dy, dx, [f = fn.custom().derivative](T v) { return static_cast<T>(f(double(v))); });
    default:
      return rare_activation_grad(fn.fn(), x, y, dy, dx);
  }
}

template void activation(const ActivationFunction&, View<const float>, View<float>);
template void activation(const ActivationFunction&, View<const double>, View<double>);
template void activation_grad(const ActivationFunction&, View<const float>, View<const float>,
                              View<const float>, View<float>);
template void activation_grad(const ActivationFunction&, View<const double>, View<const double>,
                              View<const double>, View<double>);

}  // namespace cornu::kernels
