#include "cornu/kernels/dot.hpp"

#include <cmath>
#include <numeric>

#include "kernels/kernel_support.hpp"

namespace cornu {
namespace {
using kernels::DotSide;
using test::Doubles;
using test::Guarded;

struct Case {
  DotSide a, b;
};
const std::vector<Case> kCases = {{{1, 1, 1}, {1, 1, 1}}, {{1, 5, 1}, {1, 5, 1}}, {{3, 4, 1}, {2, 4, 1}},
                                  {{1, 4, 3}, {1, 4, 2}}, {{3, 4, 1}, {1, 4, 5}}, {{2, 3, 4}, {3, 3, 2}},
                                  {{2, 7, 3}, {5, 7, 1}}, {{1, 2, 3}, {2, 2, 2}}, {{9, 33, 1}, {17, 33, 1}}};
constexpr Index kSamples = 3;

Index at(const DotSide& s, Index sample, Index left, Index k) {
  return sample * s.size() + (left / s.inner * s.length + k) * s.inner + left % s.inner;
}

std::vector<double> expected_dot(const Case& c, const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> y;
  for (Index s = 0; s < kSamples; ++s)
    for (Index p = 0; p < c.a.left(); ++p)
      for (Index q = 0; q < c.b.left(); ++q) {
        double sum = 0;
        for (Index k = 0; k < c.a.length; ++k)
          sum += a[std::size_t(at(c.a, s, p, k))] * b[std::size_t(at(c.b, s, q, k))];
        y.push_back(sum);
      }
  return y;
}

TEST(BatchDot, ValuesAndGradients) {
  for (const Case& c : kCases) {
    const Guarded a = Guarded::random({kSamples * c.a.size()}, 1),
                  b = Guarded::random({kSamples * c.b.size()}, 2);
    auto da = Doubles(a).numbers, db = Doubles(b).numbers;
    Guarded y(Shape{kSamples * c.a.left() * c.b.left()}, NAN);
    kernels::batch_dot<float>(kSamples, c.a, c.b, a.data(), b.data(), y.data());
    Doubles expected(y.in().shape);
    expected.numbers = expected_dot(c, da, db);
    const std::string what = Shape{c.a.outer, c.a.length, c.a.inner}.text() + " by " +
                             Shape{c.b.outer, c.b.length, c.b.inner}.text();
    test::expect_close(y, expected, 1e-5, what);

    const auto w = Doubles(Guarded::random(y.in().shape, 3)).numbers;
    const auto value = [&] {
      const auto numbers = expected_dot(c, da, db);
      return std::inner_product(numbers.begin(), numbers.end(), w.begin(), 0.);
    };
    std::vector<double> ga(da.size(), NAN), gb(db.size(), NAN);
    kernels::batch_dot_grad<double>(kSamples, c.a, c.b, da.data(), db.data(), w.data(), ga.data(), gb.data());
    test::expect_gradient(da, ga, value, "da of " + what);
    test::expect_gradient(db, gb, value, "db of " + what);
    std::vector<double> only(db.size(), NAN);
    kernels::batch_dot_grad<double>(kSamples, c.a, c.b, da.data(), db.data(), w.data(), nullptr, only.data());
    EXPECT_EQ(only, gb);
  }
}

TEST(UnitLength, ValuesAndGradients) {
  for (const DotSide& side : {DotSide{1, 1, 1}, {2, 5, 1}, {2, 3, 4}}) {
    const Index size = kSamples * side.size(), vectors = kSamples * side.left();
    auto x = Doubles(Guarded::random({size}, 4)).numbers, w = Doubles(Guarded::random({size}, 5)).numbers;
    std::vector<double> y(x.size()), inverse(static_cast<std::size_t>(vectors));
    const auto value = [&] {
      kernels::unit_length<double>(kSamples, side, x.data(), y.data(), inverse.data());
      return std::inner_product(y.begin(), y.end(), w.begin(), 0.);
    };
    value();
    for (Index s = 0; s < kSamples; ++s)
      for (Index p = 0; p < side.left(); ++p) {
        double squares = 0;
        for (Index k = 0; k < side.length; ++k) squares += std::pow(y[std::size_t(at(side, s, p, k))], 2);
        EXPECT_NEAR(squares, 1., 1e-12);
      }
    auto d = w;
    kernels::unit_length_grad<double>(kSamples, side, y.data(), inverse.data(), d.data());
    test::expect_gradient(x, d, value, "unit_length");
  }
}

TEST(UnitLength, AVectorOfZerosStaysZero) {
  const DotSide side{1, 3, 1};
  const std::vector<float> x(3, 0.f);
  std::vector<float> y(3, NAN), inverse(1), d{1.f, 2.f, 3.f};
  kernels::unit_length<float>(1, side, x.data(), y.data(), inverse.data());
  EXPECT_EQ(y, x);
  EXPECT_FLOAT_EQ(inverse[0], 1e7f);
  kernels::unit_length_grad<float>(1, side, y.data(), inverse.data(), d.data());
  EXPECT_FLOAT_EQ(d[1], 2e7f);
}

}  // namespace
}  // namespace cornu
