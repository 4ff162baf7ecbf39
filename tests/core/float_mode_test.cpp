#include "core/float_mode.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/parallel.hpp"

namespace cornu {
namespace {

/// 1e-40, or 0 where denormal numbers are zero.
float small_product() {
  volatile float a = 1e-20f;
  return a * a;
}

class FloatMode : public testing::Test {
 protected:
  void SetUp() override {
    if (detail::float_mode() == 0) GTEST_SKIP() << "Cornu does not know this processor's modes.";
    set_num_threads(3);
  }
  void TearDown() override { set_num_threads(before_); }

  /// small_product() in a loop of the team.
  std::vector<float> in_threads() {
    std::vector<float> out(100, -1);
    detail::parallel_for(100, [&](Index i) { out[std::size_t(i)] = small_product(); });
    return out;
  }

 private:
  int before_ = num_threads();
};

TEST_F(FloatMode, EndsWithItsScope) {
  EXPECT_GT(small_product(), 0);
  {
    const detail::DenormalsAreZero mode;
    EXPECT_EQ(small_product(), 0);
  }
  EXPECT_GT(small_product(), 0);
}

TEST_F(FloatMode, IsTheSameInAllThreads) {
  EXPECT_GT(std::ranges::min(in_threads()), 0);
  {
    const detail::DenormalsAreZero mode;
    EXPECT_EQ(in_threads(), std::vector<float>(100, 0));
  }
  EXPECT_GT(std::ranges::min(in_threads()), 0);
}

// A new thread has the mode of the one that starts it: in a test of its own the team starts in the scope.
TEST_F(FloatMode, IsGivenBackToOtherLoopsOfTheProgram) {
  {
    const detail::DenormalsAreZero mode;
    const detail::DenormalsAreZero again;
    EXPECT_EQ(in_threads(), std::vector<float>(100, 0));
  }
  std::vector<float> out(3, -1);
#pragma omp parallel for num_threads(3)
  for (int i = 0; i < 3; ++i) out[std::size_t(i)] = small_product();
  EXPECT_GT(std::ranges::min(out), 0);
}

}  // namespace
}  // namespace cornu
