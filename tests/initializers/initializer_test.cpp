#include <cmath>

#include "cornu/core/error.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/initializers/initializer.hpp"
#include "support/golden.hpp"
#include "support/messages.hpp"

namespace cornu {
namespace {

using support::message_of;

Tensor filled(const Initializer& initializer, const Shape& shape, std::uint64_t seed = 7) {
  Tensor w(shape, std::nanf(""));
  initializer.fill(w.view(), RandomKey{.seed = seed});
  return w;
}
struct Moments {
  double mean = 0, variance = 0, largest = 0;
};
Moments moments(const Tensor& w) {
  Moments m;
  for (float v : w) m.mean += double(v) / double(w.size());
  for (float v : w) {
    m.variance += (double(v) - m.mean) * (double(v) - m.mean) / double(w.size());
    m.largest = std::max(m.largest, std::abs(double(v)));
  }
  return m;
}

TEST(Initializer, Constants) {
  EXPECT_EQ(filled(Initializer{}, {2, 3}), Tensor({2, 3}));
  EXPECT_EQ(filled(Zeros{}, {2, 3}), Tensor({2, 3}));
  EXPECT_EQ(filled(Ones{}, {3}), Tensor({3}, 1.f));
  EXPECT_EQ(filled(Constant{.value = 0.25f}, {}), Tensor(Shape{}, 0.25f));
  EXPECT_EQ(filled(IdentityInitializer{.gain = 2}, {2, 3}), Tensor::from({{2, 0, 0}, {0, 2, 0}}));
}

TEST(Initializer, FansAreKeras) {
  const auto expect = [](const Shape& shape, Index in, Index out) {
    const Fans f = compute_fans(shape);
    EXPECT_EQ(f.in, in) << shape.text();
    EXPECT_EQ(f.out, out) << shape.text();
  };
  expect({}, 1, 1);
  expect({5}, 5, 5);
  expect({5, 3}, 5, 3);
  expect({3, 5, 2, 7}, 30, 105);
  expect({4, 2, 7}, 8, 28);
}

/// Mean 0, this variance, and no value beyond the limit, on kernels of 60,000 elements.
TEST(Initializer, DistributionsAreKeras) {
  struct Case {
    Initializer initializer;
    double mean, variance, limit;
  };
  const Shape kernel{3, 4, 50, 100};  // fan_in 600, fan_out 1200
  const auto uniform = [](double limit) { return limit * limit / 3; };
  const double cut = 2 / 0.87962566103423978;
  const Case cases[] = {
      {GlorotUniform{}, 0, 1.0 / 900, std::sqrt(3.0 / 900)},
      {GlorotNormal{}, 0, 1.0 / 900, cut * std::sqrt(1.0 / 900)},
      {HeUniform{}, 0, 2.0 / 600, std::sqrt(6.0 / 600)},
      {HeNormal{}, 0, 2.0 / 600, cut * std::sqrt(2.0 / 600)},
      {LecunUniform{}, 0, 1.0 / 600, std::sqrt(3.0 / 600)},
      {LecunNormal{}, 0, 1.0 / 600, cut * std::sqrt(1.0 / 600)},
      {VarianceScaling{.scale = 3, .mode = FanMode::fan_out, .distribution = Distribution::uniform}, 0,
       3.0 / 1200, std::sqrt(9.0 / 1200)},
      {VarianceScaling{.distribution = Distribution::untruncated_normal}, 0, 1.0 / 600, 1},
      {RandomUniform{}, 0, uniform(0.05), 0.05},
      {RandomUniform{.minval = 1, .maxval = 3}, 2, 1.0 / 3, 3},
      {RandomNormal{.mean = 1, .stddev = 0.5f}, 1, 0.25, 5},
      {TruncatedNormal{}, 0, 0.0025 * 0.87962566103423978 * 0.87962566103423978, 0.1}};
  for (const Case& c : cases) {
    const Moments m = moments(filled(c.initializer, kernel));
    EXPECT_NEAR(m.mean, c.mean, 5 * std::sqrt(c.variance / 60000)) << c.initializer.name();
    EXPECT_NEAR(m.variance / c.variance, 1, 0.03) << c.initializer.name();
    EXPECT_LE(m.largest, c.limit * 1.000001) << c.initializer.name();
    if (c.limit < 1) {
      EXPECT_GT(m.largest, c.limit * 0.95) << c.initializer.name();
    }
  }
}

TEST(Initializer, OrthogonalHasUnitDirections) {
  for (const Shape& shape : {Shape{5, 5}, Shape{11, 4}, Shape{4, 11}, Shape{3, 2, 4}, Shape{1, 1}}) {
    const Index columns = shape.back(), rows = shape.count() / columns, thin = std::min(rows, columns);
    const Tensor w = filled(Orthogonal{.gain = 2}, shape);
    for (Index a = 0; a < thin; ++a) {
      for (Index b = 0; b < thin; ++b) {
        double dot = 0;
        for (Index k = 0; k < std::max(rows, columns); ++k) {
          dot += rows >= columns ? double(w.at(k * columns + a)) * double(w.at(k * columns + b))
                                 : double(w.at(a * columns + k)) * double(w.at(b * columns + k));
        }
        EXPECT_NEAR(dot, a == b ? 4 : 0, 1e-5) << shape.text();
      }
    }
  }
  // Uniform over rotations: the first element of many has mean 0 and mean square 1 / 2.
  double mean = 0, square = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const float v = filled(Orthogonal{}, {2, 2}, seed)(0, 0);
    mean += v / 2000;
    square += double(v) * double(v) / 2000;
  }
  EXPECT_NEAR(mean, 0, 0.08);
  EXPECT_NEAR(square, 0.5, 0.04);
}

TEST(Initializer, SeedsDecide) {
  EXPECT_EQ(filled(GlorotUniform{}, {4, 5}, 1), filled(GlorotUniform{}, {4, 5}, 1));
  EXPECT_FALSE(filled(GlorotUniform{}, {4, 5}, 1) == filled(GlorotUniform{}, {4, 5}, 2));
  EXPECT_EQ(filled(GlorotUniform{.seed = 3}, {4, 5}, 1), filled(GlorotUniform{.seed = 3}, {4, 5}, 2));
  EXPECT_FALSE(filled(HeNormal{.seed = 3}, {4, 5}) == filled(HeNormal{.seed = 4}, {4, 5}));
}

TEST(Initializer, NamesAreKeras) {
  for (const char* name : {"zeros", "ones", "constant", "random_normal", "random_uniform", "truncated_normal",
                           "variance_scaling", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal",
                           "lecun_uniform", "lecun_normal", "orthogonal", "identity"}) {
    EXPECT_NO_THROW(Initializer{name}) << name;
  }
  EXPECT_EQ(Initializer("he_normal").name(), "HeNormal");
  EXPECT_EQ(Initializer("HeNormal").name(), "HeNormal");
  EXPECT_EQ(Initializer("uniform").name(), "RandomUniform");
  EXPECT_EQ(Initializer("identity").name(), "Identity");
  EXPECT_EQ(Initializer{}.name(), "Zeros");
  EXPECT_EQ(message_of<ValueError>([] { Initializer("glorot_unifrom"); }),
            "unknown initializer 'glorot_unifrom'. Near names: glorot_uniform.");
}

TEST(Initializer, ErrorsSayWhatToDo) {
  EXPECT_EQ(message_of<ShapeError>([] { filled(Orthogonal{}, {3}); }),
            "Orthogonal: the weight has shape (3,); it needs at least 2 axes. Use it for kernels, and Zeros "
            "for biases.");
  EXPECT_EQ(message_of<ShapeError>([] { filled(IdentityInitializer{}, {3}); }),
            "Identity: the weight has shape (3,); it needs exactly 2 axes. Use it for the kernel of a dense "
            "or recurrent "
            "layer.");
  EXPECT_EQ(
      message_of<ValueError>([] {
        filled(VarianceScaling{.scale = 0}, {3, 3});
      }),
      "VarianceScaling: scale is 0; it must be positive. It scales the variance; 1 keeps it, 2 suits relu.");
}

TEST(InitializerDefaults, AreKeras) {
  EXPECT_TRUE(RandomNormal{}.mean == 0 && RandomNormal{}.stddev == 0.05f && !RandomNormal{}.seed);
  EXPECT_TRUE(TruncatedNormal{}.mean == 0 && TruncatedNormal{}.stddev == 0.05f);
  EXPECT_TRUE(RandomUniform{}.minval == -0.05f && RandomUniform{}.maxval == 0.05f);
  const VarianceScaling v;
  EXPECT_TRUE(v.scale == 1 && v.mode == FanMode::fan_in && v.distribution == Distribution::truncated_normal);
  EXPECT_TRUE(Orthogonal{}.gain == 1 && IdentityInitializer{}.gain == 1 && Constant{}.value == 0);
}

}  // namespace
}  // namespace cornu
