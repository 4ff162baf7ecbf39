#include "cornu/core/tensor.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "cornu/core/error.hpp"

using namespace cornu;

TEST(Tensor, StartsAtZeroAndAligned) {
  const Tensor x({3, 5});
  for (const float v : x) EXPECT_EQ(v, 0.f);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(x.data()) % 64, 0u);
}

TEST(Tensor, CopiesDeeplyAndMovesCheaply) {
  Tensor x = Tensor::from({{1, 2}, {3, 4}});
  Tensor y = x;
  y(0, 0) = 9;
  EXPECT_EQ(x(0, 0), 1.f);
  const float* memory = y.data();
  const Tensor z = std::move(y);
  EXPECT_EQ(z.data(), memory);
  EXPECT_TRUE(y.empty());  // NOLINT: a moved-from tensor is empty, and that is documented
}

TEST(Tensor, ChecksIndices) {
  Tensor x({2, 3});
  EXPECT_THROW(x(2, 0), ValueError);
  EXPECT_THROW(x(0, -1), ValueError);
  EXPECT_THROW(x(0), ValueError);
  EXPECT_THROW((void)x.at(6), ValueError);
  EXPECT_THROW((void)x.item(), ShapeError);
}

TEST(Tensor, ReshapesSlicesAndGathers) {
  const Tensor x = Tensor::from({{1, 2}, {3, 4}, {5, 6}});
  EXPECT_EQ(x.reshape({2, 3})(1, 0), 4.f);
  EXPECT_THROW((void)x.reshape({4}), ShapeError);
  EXPECT_EQ(x.slice(1, 2), Tensor::from({{3, 4}, {5, 6}}));
  EXPECT_THROW((void)x.slice(2, 2), ValueError);
  EXPECT_EQ(x.gather({2, 0}), Tensor::from({{5, 6}, {1, 2}}));
  EXPECT_THROW((void)x.gather({3}), ValueError);
}

TEST(Tensor, TakesNestedLists) {
  const Tensor x = Tensor::from({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
  EXPECT_EQ(x.shape(), (Shape{2, 2, 2}));
  EXPECT_EQ(x(1, 0, 1), 6.f);
  EXPECT_EQ(Tensor::from({{1, 2, 3, 4}}).shape(), (Shape{1, 4}));
  EXPECT_EQ(Tensor::from({{0}, {1}, {1}}).shape(), (Shape{3, 1}));
  EXPECT_EQ(Tensor::from({1, 2.5f, 3.0}).shape(), Shape{3});
  EXPECT_EQ(Tensor::from({7}).shape(), Shape{1});
  EXPECT_EQ(Tensor::from(std::vector<float>{1, 2}).shape(), Shape{2});
  EXPECT_THROW(Tensor::from({{1.f, 2.f}, {3.f}}), ValueError);
  EXPECT_THROW(Tensor({2, 2}, std::vector<float>{1, 2, 3}), ShapeError);
}

TEST(Tensor, Prints) {
  EXPECT_EQ(Tensor::from({{1, 2.5f}, {-3, 4}}).text(), "[[1 2.5]\n [-3 4]]");
  EXPECT_EQ(Tensor::scalar(3).text(), "3");
}

TEST(Tensor, ResizeKeepsItsMemory) {
  Tensor x({100});
  const float* memory = x.data();
  x.resize({7});
  EXPECT_EQ(x.data(), memory);
  x.resize({100});
  EXPECT_EQ(x.data(), memory);
}

TEST(Tensor, ComparesBits) {
  Tensor a({1}, std::nanf("")), b = a;
  EXPECT_FALSE(a == b);
  EXPECT_TRUE(same_bits(a, b));
}
