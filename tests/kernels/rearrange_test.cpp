#include "cornu/kernels/rearrange.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"

using namespace cornu;

namespace {
/// 1, 2, 3 ...: every element is told from every other.
Tensor counted(const Shape& shape) {
  Tensor x(shape);
  for (Index i = 0; i < x.size(); ++i) x.at(i) = static_cast<float>(i + 1);
  return x;
}
}  // namespace

TEST(Permute, MovesEveryElementToItsPlace) {
  std::array<Index, 4> order{0, 1, 2, 3};
  do {
    const Tensor x = counted({2, 3, 5, 4});
    const Shape axes(order);
    Tensor y({x.shape()[int(order[0])], x.shape()[int(order[1])], x.shape()[int(order[2])],
              x.shape()[int(order[3])]});
    kernels::permute<float>(x.view(), y.view(), axes);
    std::array<Index, 4> at{};
    for (at[0] = 0; at[0] < y.shape()[0]; ++at[0])
      for (at[1] = 0; at[1] < y.shape()[1]; ++at[1])
        for (at[2] = 0; at[2] < y.shape()[2]; ++at[2])
          for (at[3] = 0; at[3] < y.shape()[3]; ++at[3]) {
            std::array<Index, 4> from{};
            for (std::size_t a = 0; a < 4; ++a) from[std::size_t(order[a])] = at[a];
            ASSERT_EQ(y(at[0], at[1], at[2], at[3]), x(from[0], from[1], from[2], from[3])) << axes.text();
          }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Permute, IsTheSameAtAnyNumberOfThreads) {
  const Tensor x = counted({3, 129, 131});  // more than one chunk of rows
  Tensor one({3, 131, 129}), more(one.shape());
  set_num_threads(1);
  kernels::permute<float>(x.view(), one.view(), {0, 2, 1});
  set_num_threads(3);
  kernels::permute<float>(x.view(), more.view(), {0, 2, 1});
  set_num_threads(2);
  EXPECT_TRUE(same_bits(one, more));
  EXPECT_EQ(one(2, 130, 128), x(2, 128, 130));
}

TEST(Repeat, RepeatsAndItsGradientSums) {
  const Tensor x = counted({2, 3});
  Tensor y({2, 4, 3}), dx({2, 3}, -1.f);
  kernels::repeat<float>(x.view(), y.view());
  for (Index n = 0; n < 2; ++n)
    for (Index t = 0; t < 4; ++t)
      for (Index i = 0; i < 3; ++i) ASSERT_EQ(y(n, t, i), x(n, i));
  const Tensor dy = counted({2, 4, 3});
  kernels::repeat_grad<float>(dy.view(), dx.view());
  for (Index n = 0; n < 2; ++n)
    for (Index i = 0; i < 3; ++i) EXPECT_EQ(dx(n, i), dy(n, 0, i) + dy(n, 1, i) + dy(n, 2, i) + dy(n, 3, i));
}

TEST(Pad2D, PadsAndCropUndoesIt) {
  const Tensor x = counted({2, 3, 5, 2});
  for (const Index top : {0, 1, 4})
    for (const Index left : {0, 2}) {
      Tensor y({2, 8, 9, 2}, -1.f), back(x.shape(), -1.f);
      kernels::pad2d<float>(x.view(), y.view(), top, left);
      for (Index n = 0; n < 2; ++n)
        for (Index h = 0; h < 8; ++h)
          for (Index w = 0; w < 9; ++w)
            for (Index c = 0; c < 2; ++c) {
              const bool inside = h >= top && h < top + 3 && w >= left && w < left + 5;
              ASSERT_EQ(y(n, h, w, c), inside ? x(n, h - top, w - left, c) : 0.f) << top << left;
            }
      kernels::crop2d<float>(y.view(), back.view(), top, left);
      EXPECT_EQ(back, x);
    }
}

TEST(Pad2D, LargePicturesAreTheSameAtAnyNumberOfThreads) {
  const Tensor x = counted({3, 60, 61, 7});
  Tensor one({3, 64, 67, 7}), more(one.shape());
  set_num_threads(1);
  kernels::pad2d<float>(x.view(), one.view(), 3, 1);
  set_num_threads(4);
  kernels::pad2d<float>(x.view(), more.view(), 3, 1);
  set_num_threads(2);
  EXPECT_TRUE(same_bits(one, more));
}
