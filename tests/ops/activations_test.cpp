#include "cornu/ops/activations.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "cornu/core/error.hpp"

using namespace cornu;

namespace {
double sigmoid_of(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double softplus_of(double x) { return x > 30 ? x : std::log1p(std::exp(x)); }
double hard_sigmoid_of(double x) { return std::fmin(std::fmax(x / 6 + 0.5, 0), 1); }

/// An activation beside its formula in double.
struct Row {
  const char* name;
  Tensor (*activation)(const Tensor&);
  double (*formula)(double);
};
const std::array kRows{
    Row{"linear", ops::linear, [](double x) { return x; }},
    Row{"relu", ops::relu, [](double x) { return std::fmax(x, 0); }},
    Row{"relu6", ops::relu6, [](double x) { return std::fmin(std::fmax(x, 0), 6); }},
    Row{"sigmoid", ops::sigmoid, sigmoid_of},
    Row{"hard_sigmoid", ops::hard_sigmoid, hard_sigmoid_of},
    Row{"tanh", ops::tanh, [](double x) { return std::tanh(x); }},
    Row{"softplus", ops::softplus, softplus_of},
    Row{"softsign", ops::softsign, [](double x) { return x / (1 + std::fabs(x)); }},
    Row{"elu", [](const Tensor& x) { return ops::elu(x); },
        [](double x) { return x > 0 ? x : std::exp(x) - 1; }},
    Row{"elu_half", [](const Tensor& x) { return ops::elu(x, 0.5f); },
        [](double x) { return x > 0 ? x : 0.5 * (std::exp(x) - 1); }},
    Row{"selu", ops::selu,
        [](double x) { return 1.05070098735548049 * (x > 0 ? x : 1.67326324235437728 * (std::exp(x) - 1)); }},
    Row{"celu", ops::celu, [](double x) { return std::fmax(x, 0) + std::fmin(std::exp(x) - 1, 0); }},
    Row{"gelu", ops::gelu, [](double x) { return x * std::erfc(-x / std::numbers::sqrt2) / 2; }},
    Row{"silu", ops::silu, [](double x) { return x * sigmoid_of(x); }},
    Row{"hard_silu", ops::hard_silu, [](double x) { return x * hard_sigmoid_of(x); }},
    Row{"mish", ops::mish, [](double x) { return x * std::tanh(softplus_of(x)); }},
    Row{"exponential", ops::exponential, [](double x) { return std::exp(x); }},
    Row{"leaky_relu", [](const Tensor& x) { return ops::leaky_relu(x); },
        [](double x) { return x > 0 ? x : 0.2 * x; }},
    Row{"leaky_relu_third", [](const Tensor& x) { return ops::leaky_relu(x, 0.25f); },
        [](double x) { return x > 0 ? x : 0.25 * x; }},
    Row{"threshold", ops::threshold, [](double x) { return x > 0 ? 1.0 : 0.0; }},
    Row{"hard_tanh", ops::hard_tanh, [](double x) { return std::fmin(std::fmax(x, -1), 1); }},
    Row{"tanh_shrink", ops::tanh_shrink, [](double x) { return x - std::tanh(x); }},
    Row{"soft_shrink", ops::soft_shrink,
        [](double x) { return x > 0.5    ? x - 0.5
                              : x < -0.5 ? x + 0.5
                                         : 0.0; }},
    Row{"hard_shrink", ops::hard_shrink, [](double x) { return std::fabs(x) > 0.5 ? x : 0.0; }},
    Row{"sparse_plus", ops::sparse_plus,
        [](double x) { return x <= -1 ? 0.0
                              : x < 1 ? (x + 1) * (x + 1) / 4
                                      : x; }},
    Row{"squareplus", ops::squareplus,
        [](double x) { return x > 0 ? (x + std::sqrt(x * x + 4)) / 2 : 2 / (std::sqrt(x * x + 4) - x); }},
};

/// -12 .. 12, with the kinks of the straight ones at 0, -3, 3 and 6 hit exactly.
Tensor line() {
  Tensor x({13, 193});  // no multiple of a vector width
  for (Index i = 0; i < x.size(); ++i) x.at(i) = static_cast<float>(i % 769 - 384) / 32.f;
  return x;
}
}  // namespace

TEST(Activations, FollowTheirFormulas) {
  const Tensor x = line();
  for (const Row& row : kRows) {
    const Tensor y = row.activation(x);
    ASSERT_EQ(y.shape(), x.shape()) << row.name;
    for (Index i = 0; i < x.size(); ++i) {
      const double expected = row.formula(x.at(i));
      ASSERT_NEAR(y.at(i), expected, 2e-7 + 1e-6 * std::fabs(expected)) << row.name << " at " << x.at(i);
    }
  }
}

TEST(Activations, KeepTheirLimitsFarOut) {
  for (const float x : {-1e4f, -100.f, 100.f, 1e4f})
    for (const Row& row : kRows) {
      const auto expected = static_cast<float>(row.formula(x));  // exp overflows to infinity in float
      const float y = row.activation(Tensor::from({x})).item();
      if (std::isinf(expected))
        EXPECT_EQ(y, expected) << row.name << " at " << x;
      else
        EXPECT_NEAR(y, expected, 1e-30 + 1e-6 * std::fabs(expected)) << row.name << " at " << x;
    }
}

TEST(Activations, PassNaNOn) {
  const Tensor nan = Tensor::from({std::numeric_limits<float>::quiet_NaN(), 1.f, -1.f});
  for (const Row& row : kRows) {
    const std::string_view name = row.name;
    if (name == "threshold" || name == "hard_sigmoid" || name == "hard_silu") continue;
    EXPECT_TRUE(std::isnan(row.activation(nan).at(0))) << name;
  }
  EXPECT_TRUE(std::isnan(ops::softmax(nan).at(1)));
  EXPECT_TRUE(std::isnan(ops::log_softmax(nan).at(1)));
}

TEST(Activations, SoftmaxRowsSumToOne) {
  const Tensor x = line(), y = ops::softmax(x), log_y = ops::log_softmax(x);
  for (Index r = 0; r < x.shape()[0]; ++r) {
    double top = -1e30, sum = 0, total = 0;
    for (Index c = 0; c < x.shape()[1]; ++c) top = std::max(top, double(x(r, c)));
    for (Index c = 0; c < x.shape()[1]; ++c) sum += std::exp(x(r, c) - top);
    for (Index c = 0; c < x.shape()[1]; ++c) {
      const double expected = std::exp(x(r, c) - top) / sum;
      total += y(r, c);
      ASSERT_NEAR(y(r, c), expected, 1e-6 * expected) << r << ", " << c;
      ASSERT_NEAR(log_y(r, c), std::log(expected), 1e-5) << r << ", " << c;
    }
    EXPECT_NEAR(total, 1, 1e-6);
  }
}

TEST(Activations, SoftmaxIsSafeFarOut) {
  const Tensor x = Tensor::from({{1e4f, -1e4f, 1e4f - 1}, {-100, -100, -100}});
  const Tensor y = ops::softmax(x), log_y = ops::log_softmax(x);
  EXPECT_NEAR(y(0, 0), 1 / (1 + std::exp(-1.0)), 1e-6);
  EXPECT_EQ(y(0, 1), 0.f);
  EXPECT_NEAR(log_y(0, 1), -2e4 - std::log1p(std::exp(-1.0)), 1e-2);
  for (Index c = 0; c < 3; ++c) EXPECT_NEAR(y(1, c), 1.0 / 3, 1e-6);
}

TEST(Activations, SoftmaxRunsOverAnyAxis) {
  Tensor x({3, 5, 70});  // 70 columns are more than one block of them
  for (Index i = 0; i < x.size(); ++i) x.at(i) = static_cast<float>(i * 37 % 101) / 10.f - 5.f;
  for (const int axis : {0, 1, 2, -3, -2, -1}) {
    const int at = (axis + 3) % 3;
    const Tensor y = ops::softmax(x, axis), log_y = ops::log_softmax(x, axis);
    for (Index i = 0; i < 3; ++i)
      for (Index j = 0; j < 5; ++j)
        for (Index k = 0; k < 70; ++k) {
          double sum = 0;
          for (Index a = 0; a < x.shape()[at]; ++a)
            sum += std::exp(double(x(at == 0 ? a : i, at == 1 ? a : j, at == 2 ? a : k)));
          const double expected = std::exp(double(x(i, j, k))) / sum;
          ASSERT_NEAR(y(i, j, k), expected, 2e-6 * expected) << axis << ": " << i << j << k;
          ASSERT_NEAR(log_y(i, j, k), std::log(expected), 1e-5) << axis << ": " << i << j << k;
        }
  }
}

TEST(Activations, GluGatesTheFirstHalf) {
  const Tensor x = Tensor::from({{1, -2, 0, 3}, {4, 5, -1, 100}}), y = ops::glu(x);
  ASSERT_EQ(y.shape(), (Shape{2, 2}));
  EXPECT_NEAR(y(0, 0), 0.5, 1e-6);
  EXPECT_NEAR(y(0, 1), -2 * sigmoid_of(3), 1e-6);
  EXPECT_NEAR(y(1, 0), 4 * sigmoid_of(-1), 1e-6);
  EXPECT_NEAR(y(1, 1), 5, 1e-6);
}

TEST(Activations, SparsemaxIsKeras) {
  // tau: one number stays, x - 1; of {3, 2.8}: (2 * 3 + 2.8 - 1) / 2 = 3.9; of {-3, -3}: (3 * -3 - 1) / 2 =
  // -5.
  const Tensor y = ops::sparsemax(Tensor::from({{0, 5, 1}, {3, 2.8f, 1}, {-3, -9, -3}}));
  const float expected[] = {0, 1, 0, 0, 0, 0, 2, 0, 2};
  for (Index i = 0; i < y.size(); ++i) EXPECT_NEAR(y.at(i), expected[i], 1e-6) << i;
}

TEST(Activations, TakeTensorsWithoutElements) {
  EXPECT_EQ(ops::relu(Tensor({0, 3})).shape(), (Shape{0, 3}));
  EXPECT_EQ(ops::softmax(Tensor({2, 0})).shape(), (Shape{2, 0}));
  EXPECT_EQ(ops::softmax(Tensor({2, 0, 3}), 1).shape(), (Shape{2, 0, 3}));
}

TEST(Activations, NameWhatIsWrong) {
  const auto message = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const ValueError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_EQ(
      message([] {
        (void)ops::softmax(Tensor({2, 3}), 2);
      }),
      "ops::softmax: axis is 2; the tensor (2, 3) has 2 axes. Choose one of them, or count from the end: "
      "-1 is the last.");
  EXPECT_EQ(
      message([] { (void)ops::leaky_relu(Tensor({2}), -0.5f); }),
      "ops::leaky_relu: negative_slope is -0.5; it must be at least 0. Use PReLU for slopes of any sign.");
}
