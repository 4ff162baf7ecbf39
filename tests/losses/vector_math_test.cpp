#include "losses/vector_math.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace cornu::detail {
namespace {

TEST(VectorMath, ExpIsCloseWhereItIsUsed) {
  double worst = 0;
  for (double x = 0; x > -87.3; x = x * 1.0001 - 1e-5) {
    const double exact = std::exp(static_cast<double>(static_cast<float>(x)));
    worst = std::max(worst, std::abs(exp_negative(static_cast<float>(x)) / exact - 1));
  }
  EXPECT_LT(worst, 3e-7);
  EXPECT_EQ(exp_negative(0.f), 1.f);
  EXPECT_LT(exp_negative(-1000.f), 1.3e-38f);
  EXPECT_LT(exp_negative(-std::numeric_limits<float>::infinity()), 1.3e-38f);
  EXPECT_TRUE(std::isnan(exp_negative(std::nanf(""))));
  EXPECT_EQ(exp_negative(-1.5), std::exp(-1.5));
}

TEST(VectorMath, Log1pIsCloseWhereItIsUsed) {
  double worst = 0;
  for (double x = 1; x > 1e-30; x *= 0.9995) {
    const double exact = std::log1p(static_cast<double>(static_cast<float>(x)));
    worst = std::max(worst, std::abs(log1p_unit(static_cast<float>(x)) / exact - 1));
  }
  EXPECT_LT(worst, 3e-7);
  EXPECT_EQ(log1p_unit(0.f), 0.f);
  EXPECT_TRUE(std::isnan(log1p_unit(std::nanf(""))));
}

TEST(VectorMath, LargestOfAnyLength) {
  for (Index n : {1, 7, 8, 9, 17, 31}) {
    for (Index at = 0; at < n; ++at) {
      std::vector<float> x(static_cast<std::size_t>(n), -2.f);
      x[static_cast<std::size_t>(at)] = -1.f;
      EXPECT_EQ(lane_max(x.data(), n), -1.f) << n << " " << at;
    }
  }
}

}  // namespace
}  // namespace cornu::detail
