#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activation_lanes.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/activation_lanes.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/vectors.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// f where x is a number, x itself where it is none: hn::Exp(NaN) is 0.
HWY_INLINE Vec keep_nan(Vec x, Vec f) { return hn::IfThenElse(hn::IsNaN(x), x, f); }

// hn::Exp overflows its own integers above 104; 1 ulp.
HWY_INLINE Vec exp_of(Vec x) { return hn::Exp(kTag, hn::Min(x, set(104.f))); }

HWY_INLINE Vec sigmoid_of(Vec x) {  // never overflows: the exponent is not positive
  const Vec e = hn::Exp(kTag, hn::Neg(hn::Abs(x))), one = set(1.f);
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(kTag)), e, one), hn::Add(one, e));
}

/// tanh(softplus(x)) = (u^2 + 2u) / (u^2 + 2u + 2) with u = exp(x).
HWY_INLINE Vec tanh_softplus(Vec x) {
  const Vec u = hn::Exp(kTag, hn::Min(x, set(20.f))), s = hn::Mul(u, hn::Add(u, set(2.f)));
  return hn::Div(s, hn::Add(s, set(2.f)));
}

/// The normal distribution up to -|x|. Source: Press et al., Numerical Recipes, erfcc; 1.2e-7 relative.
HWY_INLINE Vec lower_tail(Vec x) {
  const Vec z = hn::Mul(hn::Abs(x), set(0.70710678118654752f));
  const Vec t = hn::Div(set(1.f), hn::MulAdd(set(0.5f), z, set(1.f)));
  constexpr float kTerms[] = {-0.82215223f, 1.48851587f, -1.13520398f, 0.27886807f, -0.18628806f,
                              0.09678418f,  0.37409196f, 1.00002368f,  -1.26551223f};
  Vec p = set(0.17087277f);
  for (const float term : kTerms) p = hn::MulAdd(p, t, set(term));
  return hn::Mul(hn::Mul(set(0.5f), t), hn::Exp(kTag, hn::NegMulAdd(z, z, p)));
}
HWY_INLINE Vec normal_cdf(Vec x) {
  const Vec tail = lower_tail(x);
  return hn::IfThenElse(hn::Lt(x, hn::Zero(kTag)), tail, hn::Sub(set(1.f), tail));
}

struct Exponential {
  HWY_INLINE Vec operator()(Vec x) const { return keep_nan(x, exp_of(x)); }
};
struct Sigmoid {
  HWY_INLINE Vec operator()(Vec x) const { return keep_nan(x, sigmoid_of(x)); }
};
struct Tanh {
  // beyond 10 it is 1 to the last bit, and hn::Tanh overflows its own integers at infinity
  HWY_INLINE Vec operator()(Vec x) const {
    return keep_nan(x, hn::Tanh(kTag, hn::Min(hn::Max(x, set(-10.f)), set(10.f))));
  }
};
struct Softplus {
  HWY_INLINE Vec operator()(Vec x) const {
    const Vec e = hn::Exp(kTag, hn::Neg(hn::Abs(x)));
    return keep_nan(x, hn::Add(hn::Max(x, hn::Zero(kTag)), hn::Log1p(kTag, e)));
  }
};
struct Gelu {
  HWY_INLINE Vec operator()(Vec x) const { return keep_nan(x, hn::Mul(x, normal_cdf(x))); }
};
struct Silu {
  HWY_INLINE Vec operator()(Vec x) const { return keep_nan(x, hn::Mul(x, sigmoid_of(x))); }
};
struct Mish {
  HWY_INLINE Vec operator()(Vec x) const { return keep_nan(x, hn::Mul(x, tanh_softplus(x))); }
};
struct Elu {
  Vec scale, scaled_alpha;
  HWY_INLINE Vec operator()(Vec x) const {
    const Vec below = hn::Mul(scaled_alpha, hn::Expm1(kTag, hn::Min(x, hn::Zero(kTag))));
    return keep_nan(x, hn::IfThenElse(hn::Gt(x, hn::Zero(kTag)), hn::Mul(scale, x), below));
  }
};

// Derivatives, by the output for softplus, by the input for the others.
struct SoftplusGrad {
  HWY_INLINE Vec operator()(Vec y) const { return keep_nan(y, hn::Neg(hn::Expm1(kTag, hn::Neg(y)))); }
};
struct GeluGrad {
  HWY_INLINE Vec operator()(Vec x) const {
    const Vec e = hn::Exp(kTag, hn::Mul(set(-0.5f), hn::Mul(x, x)));
    return keep_nan(x, hn::MulAdd(hn::Mul(x, set(0.39894228040143268f)), e, normal_cdf(x)));
  }
};
struct SiluGrad {
  HWY_INLINE Vec operator()(Vec x) const {
    const Vec s = sigmoid_of(x), one = set(1.f);
    return keep_nan(x, hn::Mul(s, hn::MulAdd(x, hn::Sub(one, s), one)));
  }
};
struct MishGrad {
  HWY_INLINE Vec operator()(Vec x) const {
    const Vec t = tanh_softplus(x), slope = hn::Mul(hn::NegMulAdd(t, t, set(1.f)), sigmoid_of(x));
    return keep_nan(x, hn::MulAdd(x, slope, t));
  }
};

/// The last numbers of an array, fewer than a vector, among `rest` to the end of one.
class Part {
 public:
  Part(const float* from, Index count, float rest) : count_(static_cast<std::size_t>(count)) {
    hn::Store(set(rest), kTag, values_);
    std::memcpy(values_, from, count_ * sizeof(float));
  }
  HWY_INLINE Vec get() const { return hn::Load(kTag, values_); }
  HWY_INLINE void put(Vec v, float* to) {
    hn::Store(v, kTag, values_);
    std::memcpy(to, values_, count_ * sizeof(float));
  }

 private:
  HWY_ALIGN float values_[hn::MaxLanes(kTag)];
  std::size_t count_;
};

template <class F>
HWY_INLINE void map(const F& f, const float* x, float* y, Index n) {
  Index i = 0;
  for (; i + lanes() <= n; i += lanes()) hn::StoreU(f(hn::LoadU(kTag, x + i)), kTag, y + i);
  if (i == n) return;
  Part part(x + i, n - i, 0);
  part.put(f(part.get()), y + i);
}
template <class F>
void map_value(const float* x, float* y, Index n) {
  map(F(), x, y, n);
}
template <class F>
void map_grad(const float* v, const float* dy, float* dx, Index n) {
  const F f;
  Index i = 0;
  for (; i + lanes() <= n; i += lanes())
    hn::StoreU(hn::Mul(hn::LoadU(kTag, dy + i), f(hn::LoadU(kTag, v + i))), kTag, dx + i);
  if (i == n) return;
  const Part value(v + i, n - i, 0);
  Part part(dy + i, n - i, 0);
  part.put(hn::Mul(part.get(), f(value.get())), dx + i);
}

void elu(float scale, float alpha, const float* x, float* y, Index n) {
  map(Elu{set(scale), set(scale * alpha)}, x, y, n);
}

float max_of(const float* x, Index n) {
  Vec top = set(-std::numeric_limits<float>::infinity());
  Index i = 0;
  for (; i + lanes() <= n; i += lanes()) top = hn::Max(top, hn::LoadU(kTag, x + i));
  if (i < n) top = hn::Max(top, Part(x + i, n - i, -std::numeric_limits<float>::infinity()).get());
  return hn::GetLane(hn::MaxOfLanes(kTag, top));
}

/// exp(x - top) into y, where it is not null, and the sum.
float exp_sum(const float* x, float top, float* y, Index n) {
  const Vec shift = set(top);
  const auto exp_at = [&](Vec v) {
    const Vec shifted = hn::Sub(v, shift);
    return keep_nan(shifted, hn::Exp(kTag, shifted));  // not positive
  };
  Vec sum = hn::Zero(kTag);
  Index i = 0;
  for (; i + lanes() <= n; i += lanes()) {
    const Vec e = exp_at(hn::LoadU(kTag, x + i));
    sum = hn::Add(sum, e);
    if (y) hn::StoreU(e, kTag, y + i);
  }
  if (i < n) {
    Part part(x + i, n - i, -std::numeric_limits<float>::infinity());  // adds exp(-infinity) = 0
    const Vec e = exp_at(part.get());
    sum = hn::Add(sum, e);
    if (y) part.put(e, y + i);
  }
  return hn::GetLane(hn::SumOfLanes(kTag, sum));
}

struct Shift {  // one after the other: both are of one sign, so that no digits cancel
  Vec first, then;
  HWY_INLINE Vec operator()(Vec x) const { return hn::Sub(hn::Sub(x, first), then); }
};
struct Scale {
  Vec by;
  HWY_INLINE Vec operator()(Vec x) const { return hn::Mul(x, by); }
};

void softmax(const float* x, float* y, Index n, bool log) {
  const float top = max_of(x, n), sum = exp_sum(x, top, log ? nullptr : y, n);
  if (log)
    map(Shift{set(top), set(std::log(sum))}, x, y, n);
  else
    map(Scale{set(1.f / sum)}, y, y, n);
}

/// The sum of dy, of dy * y if products.
float sum_of(const float* y, const float* dy, Index n, bool products) {
  const auto term = [&](Vec g, Vec p) { return products ? hn::Mul(g, p) : g; };
  Vec sum = hn::Zero(kTag);
  Index i = 0;
  for (; i + lanes() <= n; i += lanes())
    sum = hn::Add(sum, term(hn::LoadU(kTag, dy + i), hn::LoadU(kTag, y + i)));
  if (i < n) sum = hn::Add(sum, term(Part(dy + i, n - i, 0).get(), Part(y + i, n - i, 0).get()));
  return hn::GetLane(hn::SumOfLanes(kTag, sum));
}

void softmax_grad(const float* y, const float* dy, float* dx, Index n, bool log) {
  const Vec dot = set(sum_of(y, dy, n, !log));
  const auto at = [&](Vec p, Vec g) {
    return log ? hn::NegMulAdd(Exponential()(p), dot, g) : hn::Mul(p, hn::Sub(g, dot));
  };
  Index i = 0;
  for (; i + lanes() <= n; i += lanes())
    hn::StoreU(at(hn::LoadU(kTag, y + i), hn::LoadU(kTag, dy + i)), kTag, dx + i);
  if (i == n) return;
  Part part(dy + i, n - i, 0);
  part.put(at(Part(y + i, n - i, 0).get(), part.get()), dx + i);
}

const ActivationLanes* activation_table() {
  static const ActivationLanes table{.exponential = map_value<Exponential>,
                                     .sigmoid = map_value<Sigmoid>,
                                     .tanh = map_value<Tanh>,
                                     .softplus = map_value<Softplus>,
                                     .gelu = map_value<Gelu>,
                                     .silu = map_value<Silu>,
                                     .mish = map_value<Mish>,
                                     .softplus_grad = map_grad<SoftplusGrad>,
                                     .gelu_grad = map_grad<GeluGrad>,
                                     .silu_grad = map_grad<SiluGrad>,
                                     .mish_grad = map_grad<MishGrad>,
                                     .elu = elu,
                                     .softmax = softmax,
                                     .softmax_grad = softmax_grad};
  return &table;
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {

const ActivationLanes& activation_lanes() { return *CORNU_DISPATCH(activation_table)(); }

}  // namespace cornu::kernels
#endif
