#pragma once
#include <algorithm>
#include <cmath>

#include "cornu/core/shape.hpp"
#include "losses/vector_math.hpp"

/// Losses of one element: value(t, p) for label t and prediction p, and slope = d value / d p. T is float in
/// training and double in the tests, which compare slope with finite differences of value.
namespace cornu::detail {

/// Keras' backend.epsilon().
template <class T>
inline constexpr T kEpsilon = T(1e-7);

template <class T>
T sigmoid(T z) {
  const T e = exp_negative(-std::abs(z));
  return (z < 0 ? e : T(1)) / (1 + e);
}
/// log(1 + exp(x)) without overflow.
template <class T>
T softplus(T x) {
  return std::max(x, T(0)) + log1p_unit(exp_negative(-std::abs(x)));
}
template <class T>
T sign(T x) {
  return x > 0 ? T(1) : x < 0 ? T(-1) : T(0);
}
template <class T>
bool inside(T p, T low, T high) {
  return p >= low && p <= high;
}

struct SquaredTerm {
  template <class T>
  T value(T t, T p) const {
    return (t - p) * (t - p);
  }
  template <class T>
  T slope(T t, T p) const {
    return 2 * (p - t);
  }
};

struct AbsoluteTerm {
  template <class T>
  T value(T t, T p) const {
    return std::abs(t - p);
  }
  template <class T>
  T slope(T t, T p) const {
    return sign(p - t);
  }
};

struct PercentageTerm {
  template <class T>
  T value(T t, T p) const {
    return 100 * std::abs((t - p) / std::max(std::abs(t), kEpsilon<T>));
  }
  template <class T>
  T slope(T t, T p) const {
    return 100 * sign(p - t) / std::max(std::abs(t), kEpsilon<T>);
  }
};

struct SquaredLogTerm {
  template <class T>
  T value(T t, T p) const {
    const T d = difference(t, p);
    return d * d;
  }
  template <class T>
  T slope(T t, T p) const {
    return p >= kEpsilon<T> ? 2 * difference(t, p) / (p + 1) : T(0);
  }
  template <class T>
  T difference(T t, T p) const {
    return std::log(std::max(p, kEpsilon<T>) + 1) - std::log(std::max(t, kEpsilon<T>) + 1);
  }
};

struct HuberTerm {
  float delta = 1.f;
  template <class T>
  T value(T t, T p) const {
    const T d = std::abs(p - t), k = T(delta);
    return d <= k ? d * d / 2 : k * d - k * k / 2;
  }
  template <class T>
  T slope(T t, T p) const {
    const T d = p - t, k = T(delta);
    return std::abs(d) <= k ? d : k * sign(d);
  }
};

struct LogCoshTerm {
  template <class T>
  T value(T t, T p) const {
    const T d = p - t;
    return d + softplus(-2 * d) - std::log(T(2));
  }
  template <class T>
  T slope(T t, T p) const {
    return std::tanh(p - t);
  }
};

struct PoissonTerm {
  template <class T>
  T value(T t, T p) const {
    return p - t * std::log(p + kEpsilon<T>);
  }
  template <class T>
  T slope(T t, T p) const {
    return 1 - t / (p + kEpsilon<T>);
  }
};

/// Labels 0 and 1 become -1 and 1 when the whole batch has no other (`binary`).
struct HingeTerm {
  bool binary = false;
  bool squared = false;
  template <class T>
  T margin(T t, T p) const {
    return std::max(1 - label(t) * p, T(0));
  }
  template <class T>
  T label(T t) const {
    return binary ? 2 * t - 1 : t;
  }
  template <class T>
  T value(T t, T p) const {
    const T m = margin(t, p);
    return squared ? m * m : m;
  }
  template <class T>
  T slope(T t, T p) const {
    // TensorFlow passes the gradient of max(x, 0) at x = 0.
    if (1 - label(t) * p < 0) return 0;
    return squared ? -2 * margin(t, p) * label(t) : -label(t);
  }
};

/// Smoothed labels of a sigmoid: t (1 - a) + a / 2.
struct BinarySmoothing {
  float amount = 0.f;
  template <class T>
  T operator()(T t) const {
    return t * (1 - T(amount)) + T(amount) / 2;
  }
};

struct BinaryCrossentropyTerm {
  BinarySmoothing smooth{};
  template <class T>
  T value(T t, T p) const {
    const T y = smooth(t), q = std::clamp(p, kEpsilon<T>, 1 - kEpsilon<T>);
    return -(y * std::log(q) + (1 - y) * std::log(1 - q));
  }
  template <class T>
  T slope(T t, T p) const {
    if (!inside(p, kEpsilon<T>, 1 - kEpsilon<T>)) return 0;
    return (1 - smooth(t)) / (1 - p) - smooth(t) / p;
  }
};

struct BinaryLogitsTerm {
  BinarySmoothing smooth{};
  template <class T>
  T value(T t, T z) const {
    return std::max(z, T(0)) - z * smooth(t) + log1p_unit(exp_negative(-std::abs(z)));
  }
  template <class T>
  T slope(T t, T z) const {
    return sigmoid(z) - smooth(t);
  }
};

/// The factors (1 - p_t)^gamma and, balanced, alpha or 1 - alpha.
struct FocalFactor {
  float alpha = 0.25f;
  float gamma = 2.f;
  bool balanced = false;
  template <class T>
  T value(T y, T p) const {
    return weight(y) * std::pow(1 - likelihood(y, p), T(gamma));
  }
  template <class T>
  T slope(T y, T p) const {
    return -weight(y) * T(gamma) * std::pow(1 - likelihood(y, p), T(gamma) - 1) * (2 * y - 1);
  }
  template <class T>
  T likelihood(T y, T p) const {
    return y * p + (1 - y) * (1 - p);
  }
  template <class T>
  T weight(T y) const {
    return balanced ? y * T(alpha) + (1 - y) * (1 - T(alpha)) : T(1);
  }
};

struct FocalTerm {
  BinaryCrossentropyTerm crossentropy{};
  FocalFactor factor{};
  template <class T>
  T value(T t, T p) const {
    return factor.value(crossentropy.smooth(t), p) * crossentropy.value(t, p);
  }
  template <class T>
  T slope(T t, T p) const {
    const T y = crossentropy.smooth(t);
    return factor.slope(y, p) * crossentropy.value(t, p) + factor.value(y, p) * crossentropy.slope(t, p);
  }
};

struct FocalLogitsTerm {
  BinaryLogitsTerm crossentropy{};
  FocalFactor factor{};
  template <class T>
  T value(T t, T z) const {
    return factor.value(crossentropy.smooth(t), sigmoid(z)) * crossentropy.value(t, z);
  }
  template <class T>
  T slope(T t, T z) const {
    const T y = crossentropy.smooth(t), p = sigmoid(z);
    return factor.slope(y, p) * p * (1 - p) * crossentropy.value(t, z) +
           factor.value(y, p) * crossentropy.slope(t, z);
  }
};

}  // namespace cornu::detail
