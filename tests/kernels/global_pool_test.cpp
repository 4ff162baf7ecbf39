#include "cornu/kernels/global_pool.hpp"

#include <cmath>
#include <limits>

#include "kernels/kernel_support.hpp"

namespace cornu {
namespace {
using test::Doubles;
using test::Guarded;

const std::vector<Shape> kShapes = {{1, 1, 1, 1}, {2, 3, 5, 7},  {3, 9, 15, 33},
                                    {1, 7, 32},   {2, 1, 1, 65}, {0, 2, 2, 3}};

TEST(GlobalPool, AverageAndMaximum) {
  for (const Shape& shape : kShapes) {
    const Guarded x = Guarded::random(shape, 1);
    const Index n = shape.front(), channels = shape.back(),
                positions = x.size() / std::max<Index>(1, n * channels);
    const Shape pooled{n, channels};
    Doubles mean(pooled), top(pooled);
    for (double& v : top.numbers) v = -1e9;
    for (Index i = 0; i < x.size(); ++i) {
      const auto to = std::size_t(i / (positions * channels) * channels + i % channels);
      mean.numbers[to] += double(x.data()[i]) / double(positions);
      top.numbers[to] = std::max(top.numbers[to], double(x.data()[i]));
    }
    Guarded average(pooled, NAN), maximum(pooled, NAN);
    kernels::global_average_pool<float>(x.in(), average.view());
    kernels::global_max_pool<float>(x.in(), maximum.view());
    test::expect_close(average, mean, 1e-6, shape.text());
    test::expect_close(maximum, top, 0., shape.text());

    const Guarded dy = Guarded::random(pooled, 2);
    Guarded dx(shape, NAN);
    kernels::global_average_pool_grad<float>(dy.in(), dx.view());
    Doubles expected(shape);
    for (Index i = 0; i < x.size(); ++i)
      expected.numbers[std::size_t(i)] =
          double(dy.data()[i / (positions * channels) * channels + i % channels]) / double(positions);
    test::expect_close(dx, expected, 1e-6, shape.text());
    kernels::global_max_pool_grad<float>(x.in(), maximum.in(), dy.in(), dx.view());
    for (Index i = 0; i < x.size(); ++i) {
      const Index to = i / (positions * channels) * channels + i % channels;
      ASSERT_EQ(dx.data()[i], x.data()[i] == maximum.data()[to] ? dy.data()[to] : 0.f) << shape.text();
    }
  }
}

TEST(GlobalPool, EqualMaximaShareTheGradient) {
  const Shape shape{1, 2, 2, 2}, pooled{1, 2};
  const std::vector<float> x{0, 5, 3, 5, 0, 5, 3, 5}, dy{4, 8};
  std::vector<float> y(2), dx(8, NAN);
  kernels::global_max_pool<float>({x.data(), shape}, {y.data(), pooled});
  kernels::global_max_pool_grad<float>({x.data(), shape}, View<float>(y.data(), pooled), {dy.data(), pooled},
                                       {dx.data(), shape});
  EXPECT_EQ(dx, (std::vector<float>{0, 2, 2, 2, 0, 2, 2, 2}));
}

TEST(GlobalPool, ANanIsTheMaximumWhereverItIs) {
  for (std::size_t at = 0; at < 3; ++at) {
    std::vector<float> x{1, 2, 3}, y(1);
    x[at] = std::numeric_limits<float>::quiet_NaN();
    kernels::global_max_pool<float>(View<float>(x.data(), {1, 3, 1}), {y.data(), {1, 1}});
    EXPECT_TRUE(std::isnan(y[0])) << at;
  }
}

}  // namespace
}  // namespace cornu
