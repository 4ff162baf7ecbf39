#include "cornu/kernels/batch_norm.hpp"

#include <cmath>
#include <numeric>

#include "cornu/kernels/layer_norm.hpp"
#include "kernels/kernel_support.hpp"

namespace cornu {
namespace {
using kernels::ChannelExtents;
using kernels::RowExtents;
using test::Doubles;
using test::Guarded;

const std::vector<ChannelExtents> kExtents = {{1, 1, 1},    {7, 1, 1},   {1, 5, 1},  {13, 3, 1},
                                              {6, 17, 1},   {5, 3, 7},   {1, 2, 11}, {3000, 3, 1},
                                              {40, 900, 1}, {2, 3, 9001}};

Shape shape_of(const ChannelExtents& e) { return {e.outer, e.channels, e.inner}; }

struct Moments {
  Doubles mean, variance;
};
/// Two passes over each channel in double.
Moments moments_of(const ChannelExtents& e, const std::vector<double>& x) {
  Moments m{Doubles(Shape{e.channels}), Doubles(Shape{e.channels})};
  for (Index c = 0; c < e.channels; ++c) {
    double sum = 0, squares = 0;
    const auto each = [&](auto body) {
      for (Index o = 0; o < e.outer; ++o)
        for (Index i = 0; i < e.inner; ++i) body(x[std::size_t((o * e.channels + c) * e.inner + i)]);
    };
    each([&](double v) { sum += v; });
    const double mean = sum / double(e.count());
    each([&](double v) { squares += (v - mean) * (v - mean); });
    m.mean.numbers[std::size_t(c)] = mean;
    m.variance.numbers[std::size_t(c)] = squares / double(e.count());
  }
  return m;
}

TEST(BatchNorm, MomentsAtAnyMean) {
  for (const ChannelExtents& e : kExtents)
    for (const float shift : {0.f, -1000.f, 1e5f}) {
      const std::string what = shape_of(e).text() + " around " + std::to_string(shift);
      Guarded x = Guarded::random(shape_of(e), 5);
      for (Index i = 0; i < x.size(); ++i) x.data()[i] += shift;
      const Moments expected = moments_of(e, Doubles(x).numbers);
      Guarded mean(Shape{e.channels}), variance(Shape{e.channels}),
          scratch(Shape{kernels::channel_scratch(e)});
      kernels::channel_moments<float>(e, x.in(), mean.view(), variance.view(), scratch.data());
      for (std::size_t c = 0; c < std::size_t(e.channels); ++c) {
        const double true_mean = expected.mean.numbers[c], true_variance = expected.variance.numbers[c];
        ASSERT_NEAR(mean.data()[c], true_mean, 1e-7 * std::fabs(true_mean) + 1e-6 * std::sqrt(true_variance))
            << what;
        ASSERT_NEAR(variance.data()[c], true_variance, 2e-6 * true_variance) << what;
      }
      EXPECT_TRUE(mean.guards_untouched() && variance.guards_untouched()) << what;
      EXPECT_TRUE(scratch.guards_untouched()) << what;
      const test::Threads threads(4);
      Guarded mean_again(Shape{e.channels}), variance_again(Shape{e.channels});
      kernels::channel_moments<float>(e, x.in(), mean_again.view(), variance_again.view(), scratch.data());
      EXPECT_EQ(mean_again.values(), mean.values()) << what;
      EXPECT_EQ(variance_again.values(), variance.values()) << what;
    }
}

TEST(BatchNorm, MovingAverageAndInverse) {
  std::vector<float> moving{1.f, -2.f};
  const std::vector<float> value{3.f, 4.f};
  kernels::moving_average<float>({moving.data(), {2}}, {value.data(), {2}}, 0.75f);
  EXPECT_FLOAT_EQ(moving[0], 1.5f);
  EXPECT_FLOAT_EQ(moving[1], -0.5f);
  std::vector<float> variance{3.f, 0.f};
  kernels::inverse_deviation<float>({variance.data(), {2}}, 1.f, {variance.data(), {2}});
  EXPECT_FLOAT_EQ(variance[0], 0.5f);
  EXPECT_FLOAT_EQ(variance[1], 1.f);
}

/// sum(w * y) of batch normalization in training, and its gradients, in double.
struct BatchNormCheck {
  ChannelExtents e;
  std::vector<double> x, gamma, beta, w;
  double epsilon = 1e-3;

  explicit BatchNormCheck(const ChannelExtents& extents)
      : e(extents),
        x(Doubles(Guarded::random(shape_of(e), 1)).numbers),
        gamma(Doubles(Guarded::random({e.channels}, 2)).numbers),
        beta(Doubles(Guarded::random({e.channels}, 3)).numbers),
        w(Doubles(Guarded::random(shape_of(e), 4)).numbers) {}

  double value() const {
    const Moments m = moments_of(e, x);
    double sum = 0;
    for (Index i = 0; i < Index(x.size()); ++i) {
      const auto c = std::size_t(i / e.inner % e.channels), at = std::size_t(i);
      sum += w[at] *
             ((x[at] - m.mean.numbers[c]) / std::sqrt(m.variance.numbers[c] + epsilon) * gamma[c] + beta[c]);
    }
    return sum;
  }
};

TEST(BatchNorm, GradientsAgreeWithFiniteDifferences) {
  for (const ChannelExtents& e : {ChannelExtents{7, 2, 1}, {40, 3, 1}, {3, 2, 5}, {1, 4, 1}}) {
    BatchNormCheck check(e);
    const Shape channels{e.channels};
    std::vector<double> mean(check.gamma), inverse(mean), scale(mean), sum_dy(mean), sum_dy_x(mean);
    std::vector<double> scratch(std::size_t(kernels::channel_scratch(e))), dx(check.x.size(), NAN);
    const View<const double> x(check.x.data(), shape_of(e)), dy(check.w.data(), shape_of(e));
    const auto vector = [&](std::vector<double>& v) { return View<double>(v.data(), channels); };
    kernels::channel_moments<double>(e, x, vector(mean), vector(inverse), scratch.data());
    kernels::inverse_deviation<double>(vector(inverse), check.epsilon, vector(inverse));
    for (std::size_t c = 0; c < scale.size(); ++c) scale[c] = inverse[c] * check.gamma[c];
    std::vector<double> y(check.x.size());
    kernels::batch_norm<double>(e, x, vector(mean), vector(scale), vector(check.beta),
                                {y.data(), shape_of(e)});
    EXPECT_NEAR(std::inner_product(y.begin(), y.end(), check.w.begin(), 0.), check.value(), 1e-10);
    kernels::batch_norm_sums<double>(e, x, dy, vector(mean), vector(inverse), vector(sum_dy),
                                     vector(sum_dy_x), scratch.data());
    kernels::batch_norm_dx<double>(e, x, dy, vector(mean), vector(inverse), vector(scale), vector(sum_dy),
                                   vector(sum_dy_x), {dx.data(), shape_of(e)});
    const auto value = [&] { return check.value(); };
    test::expect_gradient(check.x, dx, value, "dx of " + shape_of(e).text());
    test::expect_gradient(check.gamma, sum_dy_x, value, "dgamma");
    test::expect_gradient(check.beta, sum_dy, value, "dbeta");
  }
}

TEST(BatchNorm, SumsOfLongChannels) {
  for (const ChannelExtents& e : kExtents) {
    const Guarded x = Guarded::random(shape_of(e), 6), dy = Guarded::random(shape_of(e), 7);
    const Guarded mean = Guarded::random({e.channels}, 8), inverse = Guarded::random({e.channels}, 9);
    Guarded one(Shape{e.channels}), two(Shape{e.channels}), scratch(Shape{kernels::channel_scratch(e)});
    kernels::batch_norm_sums<float>(e, x.in(), dy.in(), mean.in(), inverse.in(), one.view(), two.view(),
                                    scratch.data());
    for (Index c = 0; c < e.channels; ++c) {
      double a = 0, b = 0, size = 0;
      for (Index i = 0; i < x.size(); ++i) {
        if (i / e.inner % e.channels != c) continue;
        a += dy.data()[i];
        b += dy.data()[i] * (double(x.data()[i]) - mean.data()[c]) * inverse.data()[c];
        size += 1;
      }
      ASSERT_NEAR(one.data()[c], a, 1e-6 * size) << shape_of(e).text();
      ASSERT_NEAR(two.data()[c], b, 1e-6 * size) << shape_of(e).text();
    }
    EXPECT_TRUE(scratch.guards_untouched() && one.guards_untouched() && two.guards_untouched());
  }
}

double layer_norm_value(const RowExtents& e, const std::vector<double>& x, const std::vector<double>& gamma,
                        const std::vector<double>& beta, const std::vector<double>& w, double epsilon) {
  double sum = 0;
  for (Index r = 0; r < e.rows; ++r) {
    const auto at = std::size_t(r * e.width), n = std::size_t(e.width);
    double mean = 0, variance = 0;
    for (std::size_t i = 0; i < n; ++i) mean += x[at + i] / double(n);
    for (std::size_t i = 0; i < n; ++i) variance += (x[at + i] - mean) * (x[at + i] - mean) / double(n);
    for (std::size_t i = 0; i < n; ++i)
      sum += w[at + i] * ((x[at + i] - mean) / std::sqrt(variance + epsilon) * gamma[i] + beta[i]);
  }
  return sum;
}

TEST(LayerNorm, ValuesAndGradients) {
  const double epsilon = 0.1;  // rows of two near numbers would make the differences inexact
  for (const RowExtents& e : {RowExtents{1, 1}, {3, 7}, {20, 8}, {2, 19}, {1000, 2}}) {
    const Shape shape{e.rows, e.width};
    auto x = Doubles(Guarded::random(shape, 1)).numbers, w = Doubles(Guarded::random(shape, 2)).numbers;
    auto gamma = Doubles(Guarded::random({e.width}, 3)).numbers;
    auto beta = Doubles(Guarded::random({e.width}, 4)).numbers;
    const auto value = [&] { return layer_norm_value(e, x, gamma, beta, w, epsilon); };
    std::vector<double> y(x.size()), moments(std::size_t(2 * e.rows)), dx(x.size(), NAN);
    std::vector<double> dgamma(gamma.size(), 10.), dbeta(gamma.size(), 20.);
    std::vector<double> scratch(std::size_t(kernels::layer_norm_scratch(e)));
    const Shape row{e.width};
    kernels::layer_norm<double>(e, {x.data(), shape}, epsilon, View<double>(gamma.data(), row),
                                View<double>(beta.data(), row), {y.data(), shape}, moments.data());
    EXPECT_NEAR(std::inner_product(y.begin(), y.end(), w.begin(), 0.), value(), 1e-9);
    kernels::layer_norm_grad<double>(e, View<double>(x.data(), shape), View<double>(w.data(), shape),
                                     moments.data(), View<double>(gamma.data(), row), {dx.data(), shape},
                                     {dgamma.data(), row}, {dbeta.data(), row}, scratch.data());
    for (double& v : dgamma) v -= 10.;
    for (double& v : dbeta) v -= 20.;
    test::expect_gradient(x, dx, value, "dx of " + shape.text());
    test::expect_gradient(gamma, dgamma, value, "dgamma of " + shape.text());
    test::expect_gradient(beta, dbeta, value, "dbeta of " + shape.text());
  }
}

TEST(LayerNorm, ALargeMeanDoesNotCancel) {
  const RowExtents e{2, 1003};
  Guarded x = Guarded::random({e.rows, e.width}, 5), y({e.rows, e.width});
  for (Index i = 0; i < x.size(); ++i) x.data()[i] += 3e4f;
  kernels::layer_norm<float>(e, x.in(), 1e-6f, {}, {}, y.view(), nullptr);
  double sum = 0, squares = 0;
  for (Index i = 0; i < e.width; ++i) {
    sum += y.data()[i];
    squares += double(y.data()[i]) * y.data()[i];
  }
  EXPECT_NEAR(sum / double(e.width), 0., 4e-3);  // half the last place of the mean, over a deviation of 0.58
  EXPECT_NEAR(squares / double(e.width), 1., 1e-4);
}

}  // namespace
}  // namespace cornu
