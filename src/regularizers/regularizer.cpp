#include "cornu/regularizers/regularizer.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/names.hpp"
#include "core/parallel.hpp"
#include "cornu/core/error.hpp"

namespace cornu {

namespace {

using detail::concat;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void check_factor(std::string_view type, std::string_view field, float value) {
  if (value >= 0 && std::isfinite(value)) return;
  throw ValueError(
      concat(type, ": ", field, " is ", double(value),
             "; it must be finite and at least 0. It multiplies the penalty; 0 switches it off."));
}

/// Sum of term(w[i]) in double: chunks of fixed size, added in order.
template <class Term>
double chunked_sum(View<const float> w, const Term& term) {
  constexpr Index kParts = 64;
  double parts[kParts] = {};
  const Index n = w.size();
  const Index chunk = std::max<Index>(detail::kElementChunk, (n + kParts - 1) / kParts);
  detail::parallel_chunks(n, chunk, [&](Index first, Index last) {
    double sum = 0;
    for (Index i = first; i < last; ++i) sum += term(static_cast<double>(w[i]));
    parts[first / chunk] = sum;
  });
  double total = 0;
  for (double part : parts) total += part;
  return total;
}

/// Rows of unit length: w for rows, its transpose for columns; and their former lengths.
struct Directions {
  Matrix unit;
  Eigen::VectorXd length;
};

Directions directions(View<const float> w, const OrthogonalRegularizer& spec) {
  if (w.shape.rank() != 2) {
    throw ShapeError(concat("OrthogonalRegularizer: the weight has shape ", w.shape.text(),
                            "; it needs exactly 2 axes. Use L2 for other weights."));
  }
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Matrix full = Eigen::Map<const Rows>(w.data, w.shape[0], w.shape[1]).cast<double>();
  Directions d{spec.mode == OrthogonalMode::rows ? full : Matrix(full.transpose()), {}};
  d.length = d.unit.rowwise().norm().cwiseMax(1e-7);
  d.unit.array().colwise() /= d.length.array();
  return d;
}

double pairs(const Matrix& unit) { return double(unit.rows()) * (double(unit.rows()) - 1) / 2; }

double orthogonal_penalty(View<const float> w, const OrthogonalRegularizer& spec) {
  const Directions d = directions(w, spec);
  if (d.unit.rows() < 2) return 0;
  Matrix product = d.unit * d.unit.transpose();
  product.diagonal().setZero();
  return spec.factor * 0.5 * product.array().abs().sum() / pairs(d.unit);
}

void orthogonal_gradient(View<const float> w, View<float> dw, float scale,
                         const OrthogonalRegularizer& spec) {
  const Directions d = directions(w, spec);
  if (d.unit.rows() < 2) return;
  Matrix sign = (d.unit * d.unit.transpose()).array().sign();
  sign.diagonal().setZero();
  // d|u_i . u_j| reaches both rows of a pair; then through the normalization u = w / |w|.
  Matrix du = sign * d.unit * (double(spec.factor) / pairs(d.unit));
  const Eigen::VectorXd along = (du.array() * d.unit.array()).rowwise().sum();
  for (Index i = 0; i < du.rows(); ++i) du.row(i) = (du.row(i) - along[i] * d.unit.row(i)) / d.length[i];
  const bool rows = spec.mode == OrthogonalMode::rows;
  for (Index i = 0; i < w.shape[0]; ++i) {
    for (Index j = 0; j < w.shape[1]; ++j) {
      dw[i * w.shape[1] + j] += scale * static_cast<float>(rows ? du(i, j) : du(j, i));
    }
  }
}

L1L2 weights_of(const Regularizer::Spec& spec) {
  if (const auto* s = std::get_if<L1>(&spec)) return {s->l1, 0.f};
  if (const auto* s = std::get_if<L2>(&spec)) return {0.f, s->l2};
  if (const auto* s = std::get_if<L1L2>(&spec)) return *s;
  return {0.f, 0.f};
}

}  // namespace

Regularizer::Regularizer(L1 spec) : spec_(spec) { check_factor("L1", "l1", spec.l1); }
Regularizer::Regularizer(L2 spec) : spec_(spec) { check_factor("L2", "l2", spec.l2); }
Regularizer::Regularizer(L1L2 spec) : spec_(spec) {
  check_factor("L1L2", "l1", spec.l1);
  check_factor("L1L2", "l2", spec.l2);
}
Regularizer::Regularizer(OrthogonalRegularizer spec) : spec_(spec) {
  check_factor("OrthogonalRegularizer", "factor", spec.factor);
}

double Regularizer::penalty(View<const float> w) const {
  if (const auto* spec = std::get_if<OrthogonalRegularizer>(&spec_)) return orthogonal_penalty(w, *spec);
  const L1L2 k = weights_of(spec_);
  double total = 0;
  if (k.l1 != 0) total += k.l1 * chunked_sum(w, [](double v) { return std::abs(v); });
  if (k.l2 != 0) total += k.l2 * chunked_sum(w, [](double v) { return v * v; });
  return total;
}

void Regularizer::add_gradient(View<const float> w, View<float> dw, float scale) const {
  if (const auto* spec = std::get_if<OrthogonalRegularizer>(&spec_))
    return orthogonal_gradient(w, dw, scale, *spec);
  const L1L2 k = weights_of(spec_);
  const float a = scale * k.l1, b = 2 * scale * k.l2;
  if (a == 0 && b == 0) return;
  detail::parallel_chunks(w.size(), detail::kElementChunk, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      const float v = w[i];
      const float sign = v > 0 ? 1.f : v < 0 ? -1.f : 0.f;
      dw[i] += a * sign + b * v;
    }
  });
}

std::string_view Regularizer::name() const {
  return std::visit(
      [](const auto& s) -> std::string_view {
        if constexpr (std::is_same_v<decltype(s), const std::monostate&>)
          return "";
        else
          return s.type;
      },
      spec_);
}

Regularizer Regularizer::from_name(std::string_view name) {
  if (name == "l1" || name == "L1") return L1{};
  if (name == "l2" || name == "L2") return L2{};
  if (name == "l1_l2") return L1L2{.l1 = 0.01f, .l2 = 0.01f};
  if (name == "L1L2" || name == "l1l2") return L1L2{};
  if (name == "orthogonal_regularizer" || name == "OrthogonalRegularizer") return OrthogonalRegularizer{};
  const std::vector<std::string> known{"l1", "l2", "l1_l2", "orthogonal_regularizer"};
  detail::throw_unknown_name("regularizer", name, known);
}

}  // namespace cornu
