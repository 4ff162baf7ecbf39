#include "cornu/kernels/resize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"

using namespace cornu;

namespace {
Tensor random(const Shape& shape, std::uint64_t seed) {
  Tensor x(shape);
  fill_uniform(x.view(), {.seed = seed}, -1, 1);
  return x;
}

/// Written the other way round: the value of a picture at any place, the border's beyond the border.
double value_at(const Tensor& x, Index n, double h, double w, Index c) {
  const auto tent = [](double distance) { return std::fmax(0, 1 - std::fabs(distance)); };
  h = std::fmin(std::fmax(h, 0), double(x.shape()[1] - 1));
  w = std::fmin(std::fmax(w, 0), double(x.shape()[2] - 1));
  double sum = 0;
  for (Index i = 0; i < x.shape()[1]; ++i)
    for (Index j = 0; j < x.shape()[2]; ++j) sum += tent(h - double(i)) * tent(w - double(j)) * x(n, i, j, c);
  return sum;
}

double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (Index i = 0; i < a.size(); ++i) sum += double(a.at(i)) * b.at(i);
  return sum;
}

const std::vector<std::pair<Shape, Shape>> kSizes{
    {{2, 3, 5, 2}, {2, 6, 10, 2}}, {{1, 4, 4, 1}, {1, 4, 4, 1}},  {{1, 1, 1, 3}, {1, 5, 7, 3}},
    {{1, 7, 5, 3}, {1, 3, 9, 3}},  {{2, 9, 11, 1}, {2, 2, 1, 1}}, {{1, 3, 2, 17}, {1, 13, 11, 17}}};
}  // namespace

TEST(ResizeBilinear, TakesTheTentAtHalfPixelCentres) {
  for (const auto& [in, out] : kSizes) {
    const Tensor x = random(in, 1);
    Tensor y(out);
    kernels::resize_bilinear<float>(x.view(), y.view());
    for (Index n = 0; n < out[0]; ++n)
      for (Index h = 0; h < out[1]; ++h)
        for (Index w = 0; w < out[2]; ++w)
          for (Index c = 0; c < out[3]; ++c) {
            const double at_h = (double(h) + 0.5) * double(in[1]) / double(out[1]) - 0.5;
            const double at_w = (double(w) + 0.5) * double(in[2]) / double(out[2]) - 0.5;
            ASSERT_NEAR(y(n, h, w, c), value_at(x, n, at_h, at_w, c), 2e-6) << in.text() << out.text();
          }
  }
}

TEST(ResizeBilinear, GradientIsTheTranspose) {  // <resize(x), dy> = <x, gradient(dy)> for all x and dy
  for (const auto& [in, out] : kSizes)
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const Tensor x = random(in, 10 + seed), dy = random(out, 20 + seed);
      Tensor y(out), dx(in, std::nanf(""));
      kernels::resize_bilinear<float>(x.view(), y.view());
      kernels::resize_bilinear_grad<float>(dy.view(), dx.view());
      ASSERT_NEAR(dot(y, dy), dot(x, dx), 1e-4) << in.text() << out.text();
    }
}

TEST(UpsampleNearest, MakesBlocksAndItsGradientSumsThem) {
  const Tensor x = random({2, 3, 5, 3}, 1), dy = random({2, 6, 20, 3}, 2);
  Tensor y(dy.shape()), dx(x.shape(), std::nanf(""));
  kernels::upsample_nearest<float>(x.view(), y.view());
  kernels::upsample_nearest_grad<float>(dy.view(), dx.view());
  Tensor sums(x.shape());
  for (Index n = 0; n < 2; ++n)
    for (Index h = 0; h < 6; ++h)
      for (Index w = 0; w < 20; ++w)
        for (Index c = 0; c < 3; ++c) {
          ASSERT_EQ(y(n, h, w, c), x(n, h / 2, w / 4, c));
          sums(n, h / 2, w / 4, c) += dy(n, h, w, c);
        }
  for (Index i = 0; i < dx.size(); ++i) ASSERT_NEAR(dx.at(i), sums.at(i), 1e-6);
}

TEST(Resize, LargePicturesAreTheSameAtAnyNumberOfThreads) {
  const Tensor x = random({2, 40, 41, 9}, 1), dy = random({2, 80, 123, 9}, 2);
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    std::vector<Tensor> all(4);
    for (const std::size_t k : {0, 2}) all[k].resize(dy.shape()), all[k + 1].resize(x.shape());
    kernels::resize_bilinear<float>(x.view(), all[0].view());
    kernels::resize_bilinear_grad<float>(dy.view(), all[1].view());
    kernels::upsample_nearest<float>(x.view(), all[2].view());
    kernels::upsample_nearest_grad<float>(dy.view(), all[3].view());
    if (first.empty()) first = all;
    for (std::size_t k = 0; k < 4; ++k) EXPECT_TRUE(same_bits(all[k], first[k])) << k << " at " << threads;
  }
  set_num_threads(2);
}
