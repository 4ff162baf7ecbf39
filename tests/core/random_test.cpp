#include "cornu/core/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "cornu/core/error.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"

using namespace cornu;

// Known answers of Philox4x32-10 from the authors' Random123 distribution (kat_vectors).
TEST(Random, PhiloxKnownAnswers) {
  EXPECT_EQ(philox({0, 0}, 0),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0ull, ~0ull}, ~0ull),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Random, MomentsAreRight) {
  Tensor u({200001}), n({200001}), t({200001});
  fill_uniform(u.view(), {.seed = 1}, -1.f, 3.f);
  fill_normal(n.view(), {.seed = 2}, 1.f, 2.f);
  fill_truncated_normal(t.view(), {.seed = 3}, 0.f, 1.f);
  const auto moments = [](const Tensor& x) {
    double sum = 0, squares = 0;
    for (const float v : x) sum += v, squares += double(v) * v;
    const double mean = sum / double(x.size());
    return std::pair(mean, std::sqrt(squares / double(x.size()) - mean * mean));
  };
  EXPECT_NEAR(moments(u).first, 1.0, 0.01);
  EXPECT_NEAR(moments(u).second, 4 / std::sqrt(12.0), 0.01);
  EXPECT_NEAR(moments(n).first, 1.0, 0.02);
  EXPECT_NEAR(moments(n).second, 2.0, 0.02);
  EXPECT_NEAR(moments(t).first, 0.0, 0.01);
  EXPECT_NEAR(moments(t).second, 0.87962566, 0.01);  // of a normal cut at two deviations
  for (const float v : t) ASSERT_LE(std::fabs(v), 2.f);
}

TEST(Random, PermutationHoldsEachOnce) {
  const auto order = Random(5).permutation(101);
  EXPECT_EQ(std::set<Index>(order.begin(), order.end()).size(), 101u);
  EXPECT_NE(order, Random(6).permutation(101));
  EXPECT_EQ(order, Random(5).permutation(101));
  EXPECT_TRUE(Random(5).permutation(0).empty());
}

TEST(Random, SameBitsAtAnyThreadCount) {
  Tensor one({100003}), four({100003});
  const int before = num_threads();
  set_num_threads(1);
  fill_normal(one.view(), {.seed = 9}, 0, 1);
  set_num_threads(4);
  fill_normal(four.view(), {.seed = 9}, 0, 1);
  set_num_threads(before);
  EXPECT_TRUE(same_bits(one, four));
  EXPECT_THROW(set_num_threads(0), ValueError);
}

TEST(Random, BelowIsUniformAndChecked) {
  Random r(1);
  std::array<int, 3> seen{};
  for (int i = 0; i < 3000; ++i) ++seen[std::size_t(r.below(3))];
  for (const int count : seen) EXPECT_NEAR(count, 1000, 120);
  EXPECT_THROW((void)r.below(0), ValueError);
}
