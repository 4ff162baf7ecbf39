#include "cornu/initializers/initializer.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/choice.hpp"
#include "core/names.hpp"
#include "cornu/core/error.hpp"

namespace cornu {

template class detail::Choice<Initializer::Types>;

namespace {

using detail::concat;

/// What every variance scaling initializer is at bottom.
struct Scaling {
  float scale;
  FanMode mode;
  Distribution distribution;
  Seed seed;
};

RandomKey key_of(const Seed& seed, RandomKey key) {
  return seed ? RandomKey{.seed = *seed, .stream = 0} : key;
}

void fill_scaled(View<float> w, RandomKey key, const Scaling& s) {
  if (!(s.scale > 0)) {
    throw ValueError(concat("VarianceScaling: scale is ", double(s.scale),
                            "; it must be positive. It scales the variance; 1 keeps it, 2 suits relu."));
  }
  const Fans fans = compute_fans(w.shape);
  double fan = static_cast<double>(s.mode == FanMode::fan_in ? fans.in : fans.out);
  if (s.mode == FanMode::fan_avg) fan = static_cast<double>(fans.in + fans.out) / 2;
  const double variance = s.scale / std::max(1.0, fan);
  key = key_of(s.seed, key);
  switch (s.distribution) {
    case Distribution::truncated_normal:
      return fill_truncated_normal(w, key, 0.f,
                                   static_cast<float>(std::sqrt(variance) / 0.87962566103423978));
    case Distribution::untruncated_normal:
      return fill_normal(w, key, 0.f, static_cast<float>(std::sqrt(variance)));
    case Distribution::uniform: {
      const auto limit = static_cast<float>(std::sqrt(3 * variance));
      return fill_uniform(w, key, -limit, limit);
    }
  }
}

/// Q of a tall normal matrix (rows, columns); columns made unique by the sign of R's diagonal.
void fill_orthogonal(View<float> w, RandomKey key, const Orthogonal& spec) {
  if (w.shape.rank() < 2) {
    throw ShapeError(concat("Orthogonal: the weight has shape ", w.shape.text(),
                            "; it needs at least 2 axes. Use it for kernels, and Zeros for biases."));
  }
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Index columns = w.shape.back();
  const Index rows = columns == 0 ? 0 : w.size() / columns;
  if (w.size() == 0) return;
  const Index tall = std::max(rows, columns), thin = std::min(rows, columns);
  Matrix normal(tall, thin);
  fill_normal({normal.data(), Shape{tall, thin}}, key_of(spec.seed, key), 0.f, 1.f);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(normal.cast<double>());
  Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(tall, thin);
  for (Index j = 0; j < thin; ++j) {
    if (qr.matrixQR()(j, j) < 0) q.col(j) = -q.col(j);
  }
  Eigen::Map<Matrix> out(w.data, rows, columns);
  if (rows >= columns) {
    out = (q * double(spec.gain)).cast<float>();
  } else {
    out = (q.transpose() * double(spec.gain)).cast<float>();
  }
}

void fill_identity(View<float> w, float gain) {
  if (w.shape.rank() != 2) {
    throw ShapeError(
        concat("Identity: the weight has shape ", w.shape.text(),
               "; it needs exactly 2 axes. Use it for the kernel of a dense or recurrent layer."));
  }
  std::fill(w.begin(), w.end(), 0.f);
  for (Index i = 0; i < std::min(w.shape[0], w.shape[1]); ++i) w[i * w.shape[1] + i] = gain;
}

struct Fill {
  View<float> w;
  RandomKey key;

  void constant(float value) const { std::fill(w.begin(), w.end(), value); }
  void operator()(const Zeros&) const { constant(0.f); }
  void operator()(const Ones&) const { constant(1.f); }
  void operator()(const Constant& s) const { constant(s.value); }
  void operator()(const RandomNormal& s) const { fill_normal(w, key_of(s.seed, key), s.mean, s.stddev); }
  void operator()(const RandomUniform& s) const { fill_uniform(w, key_of(s.seed, key), s.minval, s.maxval); }
  void operator()(const TruncatedNormal& s) const {
    fill_truncated_normal(w, key_of(s.seed, key), s.mean, s.stddev);
  }
  void scaled(float scale, FanMode mode, Distribution d, const Seed& seed) const {
    fill_scaled(w, key, {scale, mode, d, seed});
  }
  void operator()(const VarianceScaling& s) const { scaled(s.scale, s.mode, s.distribution, s.seed); }
  void operator()(const GlorotUniform& s) const {
    scaled(1, FanMode::fan_avg, Distribution::uniform, s.seed);
  }
  void operator()(const GlorotNormal& s) const {
    scaled(1, FanMode::fan_avg, Distribution::truncated_normal, s.seed);
  }
  void operator()(const HeUniform& s) const { scaled(2, FanMode::fan_in, Distribution::uniform, s.seed); }
  void operator()(const HeNormal& s) const {
    scaled(2, FanMode::fan_in, Distribution::truncated_normal, s.seed);
  }
  void operator()(const LecunUniform& s) const { scaled(1, FanMode::fan_in, Distribution::uniform, s.seed); }
  void operator()(const LecunNormal& s) const {
    scaled(1, FanMode::fan_in, Distribution::truncated_normal, s.seed);
  }
  void operator()(const Orthogonal& s) const { fill_orthogonal(w, key, s); }
  void operator()(const IdentityInitializer& s) const { fill_identity(w, s.gain); }
};

template <std::size_t I = 0>
void add_all(std::vector<std::pair<std::string, Initializer>>& out) {
  if constexpr (I < std::variant_size_v<Initializer::Spec>) {
    using Spec = std::variant_alternative_t<I, Initializer::Spec>;
    out.emplace_back(detail::snake_case(Spec::type), Spec{});
    add_all<I + 1>(out);
  }
}

}  // namespace

Fans compute_fans(const Shape& shape) {
  const int rank = shape.rank();
  if (rank == 0) return {1, 1};
  if (rank == 1) return {shape[0], shape[0]};
  Index field = 1;
  for (int axis = 0; axis < rank - 2; ++axis) field *= shape[axis];
  return {field * shape[-2], field * shape[-1]};
}

void Initializer::fill(View<float> w, RandomKey key) const { std::visit(Fill{w, key}, spec_.get()); }

std::string_view Initializer::name() const {
  return std::visit([](const auto& s) { return std::string_view(s.type); }, spec_.get());
}

Initializer Initializer::from_name(std::string_view name) {
  std::vector<std::pair<std::string, Initializer>> all;
  add_all(all);
  // Keras' older aliases.
  for (const auto& [alias, spec] : {std::pair<const char*, Initializer>{"uniform", RandomUniform{}},
                                    {"normal", RandomNormal{}},
                                    {"zero", Zeros{}},
                                    {"one", Ones{}},
                                    {"IdentityInitializer", IdentityInitializer{}},
                                    {"OrthogonalInitializer", Orthogonal{}}}) {
    all.emplace_back(alias, spec);
  }
  std::vector<std::string> known;
  for (const auto& [key, initializer] : all) {
    if (name == key || name == initializer.name()) return initializer;
    known.push_back(key);
  }
  detail::throw_unknown_name("initializer", name, known);
}

}  // namespace cornu
