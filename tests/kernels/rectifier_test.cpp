#include "cornu/kernels/rectifier.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/kernels/rescale.hpp"
#include "cornu/kernels/softmax.hpp"

using namespace cornu;

namespace {
Tensor random(const Shape& shape, std::uint64_t seed) {
  Tensor x(shape);
  fill_normal(x.view(), {.seed = seed}, 0, 1);
  return x;
}
}  // namespace

TEST(Rectifier, FollowsItsFormulaAtLengthsAroundTheVectorWidth) {
  const kernels::Rectifier r{.max_value = 0.75, .negative_slope = 0.25, .threshold = 0.125};
  for (Index size = 0; size < 40; ++size) {
    const Tensor memory = random({size + 1}, 3);
    const View<const float> x(memory.data() + 1, {size});  // misaligned
    Tensor y({size + 1}, 7.f);
    kernels::rectify<float>(r, x, {y.data(), {size}});
    for (Index i = 0; i < size; ++i)
      ASSERT_EQ(y.at(i), x[i] > 0.125f ? std::fmin(x[i], 0.75f) : 0.25f * (x[i] - 0.125f));
    ASSERT_EQ(y.at(size), 7.f);
  }
}

TEST(PReLU, AlphaGradientOfManySamplesIsExactEnough) {
  const Shape shape{64, 40, 40, 3};
  const Tensor x = random(shape, 1), dy = random(shape, 2), alpha({1, 1, 3}, 0.3f);
  Tensor dx(shape), dalpha({1, 1, 3}, 100.f);
  std::vector<float> partial(3);
  kernels::prelu_grad<float>(x.view(), alpha.view(), dy.view(), dx.view(), dalpha.view(), partial);
  for (Index c = 0; c < 3; ++c) {
    double sum = 100;
    for (Index i = c; i < x.size(); i += 3) sum += x.at(i) < 0 ? double(x.at(i)) * dy.at(i) : 0;
    EXPECT_NEAR(dalpha.at(c), sum, 2e-5 * std::sqrt(double(x.size()))) << c;
  }
}

TEST(Elementwise, LargeArraysAreTheSameAtAnyNumberOfThreads) {
  const Shape shape{5, 120, 97};
  const Tensor x = random(shape, 1), dy = random(shape, 2), alpha = random({1, 97}, 3);
  const std::vector<float> scale{2.f}, offset = random({97}, 4).to_vector();
  std::vector<float> partial(97);
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    std::vector<Tensor> all(9, Tensor(shape));
    kernels::rectify<float>({.negative_slope = 0.1}, x.view(), all[0].view());
    kernels::rectify_grad<float>({.negative_slope = 0.1}, all[0].view(), dy.view(), all[1].view());
    kernels::elu<float>(0.5, x.view(), all[2].view());
    kernels::elu_grad<float>(0.5, all[2].view(), dy.view(), all[3].view());
    kernels::prelu<float>(x.view(), alpha.view(), all[4].view());
    Tensor dalpha({1, 97});
    kernels::prelu_grad<float>(x.view(), alpha.view(), dy.view(), all[5].view(), dalpha.view(), partial);
    kernels::softmax<float>(x.view(), all[6].view(), 1, false);
    kernels::softmax_grad<float>(all[6].view(), dy.view(), all[7].view(), 1, false);
    kernels::rescale<float>(x.view(), scale, offset, all[8].view());
    all.push_back(dalpha);
    if (first.empty()) first = all;
    for (std::size_t k = 0; k < all.size(); ++k)
      EXPECT_TRUE(same_bits(all[k], first[k])) << k << " at " << threads;
  }
  set_num_threads(2);
  for (Index i = 0; i < x.size(); ++i)
    ASSERT_FLOAT_EQ(first[8].at(i), x.at(i) * 2 + offset[std::size_t(i % 97)]);
}
