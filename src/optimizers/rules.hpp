#pragma once
#include <cmath>

#include "cornu/optimizers/optimizer_handle.hpp"
#include "optimizers/base.hpp"

/// Update rules of one element, in float32 and in the order of operations of Keras. slots() is the state in
/// Keras' order, prepare() computes what all elements share.
namespace cornu::detail {

using SlotGroups = std::vector<std::vector<SlotKind>>;

/// 1 - beta as Keras computes it: in double, from the decimal.
inline float one_minus(float beta) { return static_cast<float>(1.0 - decimal(beta)); }

/// A gradient, and what counts as its square.
struct Gradient {
  float value, squared;
  Gradient(float g) : value(g), squared(g * g) {}
  Gradient(float g, float square) : value(g), squared(square) {}
  operator float() const { return value; }
};

struct SGDRule {
  static constexpr int kSlots = 0;
  float rate = 0.f;
  SlotGroups slots() const { return {}; }
  void prepare(float learning_rate, float) { rate = learning_rate; }
  void operator()(Gradient g, float& w) const { w -= g * rate; }
};

struct MomentumRule {
  static constexpr int kSlots = 1;
  float momentum = 0.f, rate = 0.f;
  bool nesterov = false;
  SlotGroups slots() const { return {{{"momentum"}}}; }
  void prepare(float learning_rate, float) { rate = learning_rate; }
  void operator()(Gradient g, float& w, float& m) const {
    m = m * momentum - g * rate;
    w += nesterov ? m * momentum - g * rate : m;
  }
};

template <bool HasMomentum, bool Centered>
struct RMSpropRule {
  static constexpr int kSlots = 1 + int(HasMomentum) + int(Centered);
  float rho, one_minus_rho, momentum, epsilon, rate = 0.f;
  explicit RMSpropRule(const RMSprop& s)
      : rho(s.rho), one_minus_rho(one_minus(s.rho)), momentum(s.momentum), epsilon(s.epsilon) {}
  SlotGroups slots() const {
    SlotGroups groups{{{"velocity"}}};
    if (HasMomentum) groups.push_back({{"momentum"}});
    if (Centered) groups.push_back({{"average_gradient"}});
    return groups;
  }
  void prepare(float learning_rate, float) { rate = learning_rate; }
  float second_moment(Gradient g, float& v) const { return v = rho * v + one_minus_rho * g.squared; }
  float centred(float g, float v, float& mean) const {
    mean = rho * mean + one_minus_rho * g;
    return v - mean * mean;
  }
  float increment(float g, float variance) const { return rate * g / std::sqrt(variance + epsilon); }
  void operator()(Gradient g, float& w, float& v) const { w -= increment(g, second_moment(g, v)); }
  void operator()(Gradient g, float& w, float& v, float& other) const {
    const float moment = second_moment(g, v);
    if constexpr (Centered) {
      w -= increment(g, centred(g, moment, other));
    } else {
      other = momentum * other + increment(g, moment);
      w -= other;
    }
  }
  void operator()(Gradient g, float& w, float& v, float& m, float& mean) const {
    const float moment = second_moment(g, v);
    m = momentum * m + increment(g, centred(g, moment, mean));
    w -= m;
  }
};

/// What the Adam family shares.
struct Moments {
  float beta_1, beta_2, one_minus_1, one_minus_2;
  template <class Spec>
  explicit Moments(const Spec& s)
      : beta_1(s.beta_1),
        beta_2(s.beta_2),
        one_minus_1(one_minus(s.beta_1)),
        one_minus_2(one_minus(s.beta_2)) {}
  void update(Gradient g, float& m, float& v) const {
    m += (g - m) * one_minus_1;
    v += (g.squared - v) * one_minus_2;
  }
};

template <bool AMSGrad>
struct AdamRule {
  static constexpr int kSlots = AMSGrad ? 3 : 2;
  Moments moments;
  float epsilon, alpha = 0.f;
  template <class Spec>
  explicit AdamRule(const Spec& s) : moments(s), epsilon(s.epsilon) {}
  SlotGroups slots() const {
    SlotGroups groups{{{"momentum"}, {"velocity"}}};
    if (AMSGrad) groups.push_back({{"velocity_hat"}});
    return groups;
  }
  void prepare(float learning_rate, float t) {
    alpha =
        learning_rate * std::sqrt(1.f - std::pow(moments.beta_2, t)) / (1.f - std::pow(moments.beta_1, t));
  }
  void operator()(Gradient g, float& w, float& m, float& v) const {
    moments.update(g, m, v);
    w -= m * alpha / (std::sqrt(v) + epsilon);
  }
  void operator()(Gradient g, float& w, float& m, float& v, float& largest) const {
    moments.update(g, m, v);
    largest = largest < v ? v : largest;
    w -= m * alpha / (std::sqrt(largest) + epsilon);
  }
};

struct AdamaxRule {
  static constexpr int kSlots = 2;
  Moments moments;
  float epsilon, rate = 0.f, correction = 1.f;
  explicit AdamaxRule(const Adamax& s) : moments(s), epsilon(s.epsilon) {}
  SlotGroups slots() const { return {{{"momentum"}, {"norm"}}}; }
  void prepare(float learning_rate, float t) {
    rate = learning_rate;
    correction = 1.f - std::pow(moments.beta_1, t);
  }
  void operator()(Gradient g, float& w, float& m, float& u) const {
    m += (g - m) * moments.one_minus_1;
    const float decayed = moments.beta_2 * u, size = std::abs(g.value);
    u = decayed < size ? size : decayed;
    w -= rate * m / (correction * (u + epsilon));
  }
};

struct NadamRule {
  static constexpr int kSlots = 2;
  Moments moments;
  float epsilon, rate = 0.f, next = 0.f, now = 0.f, variance = 1.f;
  explicit NadamRule(const Nadam& s) : moments(s), epsilon(s.epsilon) {}
  SlotGroups slots() const { return {{{"momentum"}, {"velocity"}}}; }
  SlotKind shared() const { return {"u_product", 1.f}; }
  void prepare(float learning_rate, float t, float& product) {
    const float u = moments.beta_1 * (1.f - 0.5f * std::pow(0.96f, t));
    const float u_next = moments.beta_1 * (1.f - 0.5f * std::pow(0.96f, t + 1.f));
    product *= u;
    rate = learning_rate;
    next = u_next / (1.f - product * u_next);
    now = (1.f - u) / (1.f - product);
    variance = 1.f - std::pow(moments.beta_2, t);
  }
  void operator()(Gradient g, float& w, float& m, float& v) const {
    moments.update(g, m, v);
    w -= (next * m + now * g) * rate / (std::sqrt(v / variance) + epsilon);
  }
};

struct AdagradRule {
  static constexpr int kSlots = 1;
  float initial, epsilon, rate = 0.f;
  explicit AdagradRule(const Adagrad& s) : initial(s.initial_accumulator_value), epsilon(s.epsilon) {}
  SlotGroups slots() const { return {{{"accumulator", initial}}}; }
  void prepare(float learning_rate, float) { rate = learning_rate; }
  void operator()(Gradient g, float& w, float& a) const {
    a += g.squared;
    w -= rate * g / std::sqrt(a + epsilon);
  }
};

struct AdadeltaRule {
  static constexpr int kSlots = 2;
  float rho, one_minus_rho, epsilon, rate = 0.f;
  explicit AdadeltaRule(const Adadelta& s)
      : rho(s.rho), one_minus_rho(one_minus(s.rho)), epsilon(s.epsilon) {}
  SlotGroups slots() const { return {{{"accumulated_grad"}, {"accumulated_delta_var"}}}; }
  void prepare(float learning_rate, float) { rate = learning_rate; }
  void operator()(Gradient g, float& w, float& a, float& steps) const {
    a = rho * a + one_minus_rho * g.squared;
    const float delta = std::sqrt(steps + epsilon) * g / std::sqrt(a + epsilon);
    steps = rho * steps + one_minus_rho * (delta * delta);
    w -= rate * delta;
  }
};

/// Root: the usual learning_rate_power -0.5, a square root that runs on vectors.
template <bool Root>
struct FtrlRule {
  static constexpr int kSlots = 2;
  float power, initial, l1, l2, shrinkage, beta, rate = 0.f, stabilizer = 0.f;
  explicit FtrlRule(const Ftrl& s)
      : power(-s.learning_rate_power),
        initial(s.initial_accumulator_value),
        l1(s.l1_regularization_strength),
        l2(s.l2_regularization_strength),
        shrinkage(2 * s.l2_shrinkage_regularization_strength),
        beta(s.beta) {}
  SlotGroups slots() const { return {{{"accumulator", initial}, {"linear"}}}; }
  void prepare(float learning_rate, float) {
    rate = learning_rate;
    stabilizer = 2.f * (l2 + beta / (2.f * learning_rate));
  }
  float raised(float a) const {
    if constexpr (Root)
      return std::sqrt(a);
    else
      return std::pow(a, power);
  }
  void operator()(Gradient g, float& w, float& a, float& linear) const {
    const float sum = a + g.squared, root = raised(sum);
    linear += g + shrinkage * w - (root - raised(a)) / rate * w;
    const float high = linear > l1 ? l1 : linear, clipped = high < -l1 ? -l1 : high;
    w = (clipped - linear) / (root / rate + stabilizer);
    a = sum;
  }
};

struct LionRule {
  static constexpr int kSlots = 1;
  float beta_1, beta_2, one_minus_1, one_minus_2, rate = 0.f;
  explicit LionRule(const Lion& s)
      : beta_1(s.beta_1), beta_2(s.beta_2), one_minus_1(1.f - s.beta_1), one_minus_2(1.f - s.beta_2) {}
  SlotGroups slots() const { return {{{"momentum"}}}; }
  void prepare(float learning_rate, float) { rate = learning_rate; }
  void operator()(Gradient g, float& w, float& m) const {
    const float direction = m * beta_1 + g * one_minus_1;
    w -= rate * (direction > 0.f ? 1.f : direction < 0.f ? -1.f : 0.f);
    m = m * beta_2 + g * one_minus_2;
  }
};

}  // namespace cornu::detail
