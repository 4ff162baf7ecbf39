#include "cornu/kernels/noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"

using namespace cornu;
using kernels::SampleStreams;

namespace {
constexpr SampleStreams kStreams{.key = {.seed = 11, .stream = 5}, .first = 0};

/// Every kernel of the family under one signature.
struct Noise {
  const char* name;
  void (*run)(const SampleStreams&, View<const float>, View<float>);
};
const std::vector<Noise> kFamily{
    {"drop",
     [](const SampleStreams& s, View<const float> x, View<float> y) {
       kernels::drop<float>({.rate = 0.3, .scale = 2, .shift = 0.5, .dropped = -1}, s, x, y);
     }},
    {"drop_channels",
     [](const SampleStreams& s, View<const float> x, View<float> y) {
       std::vector<float> mask(std::size_t(x.shape.front() * x.shape.back()));
       kernels::drop_channels<float>({.rate = 0.3, .scale = 2, .shift = 0.5, .dropped = -1}, s, x, y, mask);
     }},
    {"add_noise", [](const SampleStreams& s, View<const float> x,
                     View<float> y) { kernels::add_noise<float>(0.5, s, x, y); }},
    {"multiply_noise", [](const SampleStreams& s, View<const float> x,
                          View<float> y) { kernels::multiply_noise<float>(0.5, s, x, y); }},
};

Tensor ramp(const Shape& shape) {
  Tensor x(shape);
  for (Index i = 0; i < x.size(); ++i) x.at(i) = static_cast<float>(i % 1013) / 7.f - 70.f;
  return x;
}

Tensor run(const Noise& noise, const Tensor& x, const SampleStreams& streams = kStreams) {
  Tensor y(x.shape());
  noise.run(streams, x.view(), y.view());
  return y;
}
}  // namespace

TEST(Noise, IsTheSameInSlicesAndAtAnyNumberOfThreads) {
  for (const Shape& shape : {Shape{7, 40000}, Shape{37, 3, 67}, Shape{1, 1, 1}, Shape{300, 5}})
    for (const Noise& noise : kFamily) {
      const Tensor x = ramp(shape), whole = run(noise, x);
      for (const int threads : {1, 2, 5}) {
        set_num_threads(threads);
        EXPECT_TRUE(same_bits(run(noise, x), whole)) << noise.name << shape.text() << threads;
      }
      Tensor y(shape);
      for (Index i = 0; i < shape.front(); ++i)
        noise.run({.key = kStreams.key, .first = i}, x.view().samples(i, 1), y.view().samples(i, 1));
      EXPECT_TRUE(same_bits(y, whole)) << noise.name << shape.text();
    }
  set_num_threads(2);
}

TEST(Noise, DiffersBySampleKeyAndElement) {
  for (const Noise& noise : kFamily) {
    const Tensor x({4, 1, 200}, 1.f), y = run(noise, x);
    EXPECT_FALSE(same_bits(y.slice(0, 1), y.slice(1, 1))) << noise.name;
    EXPECT_FALSE(same_bits(y, run(noise, x, {.key = {.seed = 12, .stream = 5}}))) << noise.name;
    EXPECT_FALSE(same_bits(y, run(noise, x, {.key = {.seed = 11, .stream = 6}}))) << noise.name;
    EXPECT_TRUE(same_bits(y.slice(2, 2), run(noise, x.slice(2, 2), {.key = kStreams.key, .first = 2})));
  }
}

TEST(Noise, WorksInPlaceAndOnMisalignedMemory) {
  for (const Noise& noise : kFamily) {
    const Shape shape{3, 2, 77};
    const Tensor x = ramp(shape), expected = run(noise, x);
    Tensor memory({x.size() + 3}, -5.f);
    const View<float> at(memory.data() + 1, shape);
    std::copy(x.begin(), x.end(), at.data);
    noise.run(kStreams, at, at);
    for (Index i = 0; i < x.size(); ++i) ASSERT_EQ(at[i], expected.at(i)) << noise.name;
    EXPECT_EQ(memory.at(0), -5.f);
    EXPECT_EQ(memory.at(x.size() + 1), -5.f);
    EXPECT_EQ(memory.at(x.size() + 2), -5.f);
  }
}

TEST(Noise, TakesNoSamples) {
  for (const Noise& noise : kFamily) {
    Tensor x({0, 2, 3});
    noise.run(kStreams, x.view(), x.view());
    Tensor empty({2, 3, 0});
    noise.run(kStreams, empty.view(), empty.view());
  }
}

TEST(Noise, DropUsesPhiloxItself) {
  // Element e of a sample: word (e / 16) % 4 of block e / 64 * 16 + e % 16.
  const Index size = 1000;
  Tensor x({2, size}, 1.f), y(x.shape());
  kernels::drop<float>({.rate = 0.4}, kStreams, x.view(), y.view());
  for (Index n = 0; n < 2; ++n)
    for (Index e = 0; e < size; ++e) {
      const auto block = std::uint64_t(e / 64 * 16 + e % 16);
      const std::uint32_t word = philox(kStreams.sample(n), block)[std::size_t(e / 16 % 4)];
      ASSERT_EQ(y(n, e), word * 0x1p-32 < 0.4 ? 0.f : 1.f) << n << ", " << e;
    }
}

TEST(Noise, DropHasItsRateScaleAndNoPattern) {
  const Index samples = 200, size = 1000;
  for (const double rate : {0.1, 0.5, 0.9}) {
    const Tensor x({samples, size}, 1.f);
    Tensor y(x.shape());
    kernels::drop<float>({.rate = rate, .scale = 1 / (1 - rate)}, kStreams, x.view(), y.view());
    double sum = 0, squares = 0, neighbours = 0, below = 0;
    for (Index n = 0; n < samples; ++n)
      for (Index e = 0; e < size; ++e) {
        const double v = y(n, e);
        sum += v, squares += v * v;
        if (e > 0) neighbours += (v - 1) * (y(n, e - 1) - 1);
        if (n > 0) below += (v - 1) * (y(n - 1, e) - 1);
      }
    const double count = double(samples * size), variance = rate / (1 - rate);
    EXPECT_NEAR(sum / count, 1, 4 * std::sqrt(variance / count));
    EXPECT_NEAR(squares / count - 1, variance, 0.05 * variance);
    EXPECT_NEAR(neighbours / count / variance, 0, 4 / std::sqrt(count));
    EXPECT_NEAR(below / count / variance, 0, 4 / std::sqrt(count));
  }
}

TEST(Noise, NormalsHaveTheirMoments) {
  const Tensor x({250, 400});
  Tensor y(x.shape());
  kernels::add_noise<float>(1, kStreams, x.view(), y.view());
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, within = 0;
  for (const double v : y) {
    m1 += v, m2 += v * v, m3 += v * v * v, m4 += v * v * v * v;
    within += std::fabs(v) < 1;
  }
  const double n = double(y.size()), four = 4 / std::sqrt(n);
  EXPECT_NEAR(m1 / n, 0, four);
  EXPECT_NEAR(m2 / n, 1, four * std::sqrt(2.0));
  EXPECT_NEAR(m3 / n, 0, four * std::sqrt(15.0));
  EXPECT_NEAR(m4 / n, 3, four * std::sqrt(96.0));
  EXPECT_NEAR(within / n, 0.682689, four * 0.4654);
}

TEST(Noise, FloatAndDoubleDrawTheSame) {
  const Index size = 333;
  const std::vector<double> x(std::size_t(size), 1.0);
  std::vector<double> y(x.size());
  const Tensor single_x({1, size}, 1.f);
  Tensor single({1, size});
  kernels::multiply_noise<double>(0.25, kStreams, {x.data(), {1, size}}, {y.data(), {1, size}});
  kernels::multiply_noise<float>(0.25, kStreams, single_x.view(), single.view());
  for (Index i = 0; i < size; ++i) EXPECT_NEAR(single.at(i), y[std::size_t(i)], 3e-7);
}

namespace {
template <class T>
void expect_the_same_mask(const Shape& shape) {
  const Index size = shape.without_front().count(), samples = shape.front();
  std::vector<T> x(std::size_t(shape.count())), y(x), again(x), plain(x);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = T(i % 1013) / 7 - 70;
  std::vector<std::uint64_t> kept(std::size_t(samples * kernels::kept_words(size)) + 1, 77);
  const kernels::DropRule rule{.rate = 0.3, .scale = 2, .shift = 0.5, .dropped = -1};
  const View<const T> from(x.data(), shape);
  kernels::drop<T>(rule, kStreams, from, View<T>(plain.data(), shape));
  kernels::drop<T>(rule, kStreams, from, View<T>(y.data(), shape), kept.data());
  EXPECT_EQ(y, plain);
  EXPECT_EQ(kept.back(), 77u);  // not beyond its end
  kernels::drop_again<T>(rule, kept.data(), from, View<T>(again.data(), shape));
  EXPECT_EQ(again, y);
  std::copy(x.begin(), x.end(), again.begin());
  kernels::drop_again<T>(rule, kept.data(), View<const T>(again.data(), shape), View<T>(again.data(), shape));
  EXPECT_EQ(again, y) << "in place";
}
}  // namespace

TEST(Noise, DropsTheSameAgain) {
  for (const Shape& shape :
       {Shape{1, 1}, Shape{5, 63}, Shape{3, 64}, Shape{3, 65}, Shape{2, 7, 31}, Shape{2, 40000}}) {
    expect_the_same_mask<float>(shape);
    expect_the_same_mask<double>(shape);
  }
}
