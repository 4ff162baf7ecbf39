#include "cornu/eigen.hpp"

#include <gtest/gtest.h>

using namespace cornu;

TEST(Eigen, MapsATensorWithoutCopying) {
  Tensor x = Tensor::from({{1, 2, 3}, {4, 5, 6}});
  auto m = eigen::matrix(x);
  EXPECT_EQ(m.rows(), 2);
  EXPECT_EQ(m.cols(), 3);
  EXPECT_EQ(m(1, 0), 4.f);
  m *= 2.f;
  EXPECT_EQ(x(1, 2), 12.f);
  eigen::array(x) += 1.f;
  EXPECT_EQ(x(0, 0), 3.f);
  const Tensor& fixed = x;
  EXPECT_EQ(eigen::array(fixed).sum(), 48.f);
}

TEST(Eigen, TakesAnyRank) {
  Tensor images({2, 3, 4, 5}), one = Tensor::scalar(7), none({0, 3});
  EXPECT_EQ(eigen::matrix(images).rows(), 24);
  EXPECT_EQ(eigen::matrix(one)(0, 0), 7.f);
  EXPECT_EQ(eigen::matrix(none).rows(), 0);
  EXPECT_EQ(eigen::array(none).size(), 0);
}
