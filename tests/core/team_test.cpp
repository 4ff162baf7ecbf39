#include "core/team.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/parallel.hpp"

namespace cornu {
namespace {

class TeamTest : public testing::Test {
 protected:
  void TearDown() override { set_num_threads(before_); }

  /// How often body ran for each i, in a thread that is new and so has no team.
  std::vector<int> counts(Index n, std::chrono::microseconds each) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(n));
    std::thread([&] {
      detail::parallel_for(n, [&](Index i) {
        std::this_thread::sleep_for(each);
        ++runs[std::size_t(i)];
      });
      threads_ = detail::team().threads;
    }).join();
    return {runs.begin(), runs.end()};
  }

  int threads_ = -1;  // of the team afterwards

 private:
  int before_ = num_threads();
};

TEST_F(TeamTest, IsNotStartedForLittle) {
  set_num_threads(3);
  EXPECT_EQ(counts(5, std::chrono::microseconds(0)), std::vector<int>(5, 1));
  EXPECT_EQ(threads_, 0);
}

TEST_F(TeamTest, TakesOverALoopThatIsLong) {
  set_num_threads(3);
  EXPECT_EQ(counts(20, std::chrono::microseconds(500)), std::vector<int>(20, 1));
  EXPECT_EQ(threads_, 3);
}

TEST_F(TeamTest, IsStartedByManyShortLoops) {
  set_num_threads(2);
  std::thread([&] {
    for (int loop = 0; loop < 10; ++loop)
      detail::parallel_for(2, [](Index) { std::this_thread::sleep_for(std::chrono::microseconds(200)); });
    EXPECT_EQ(detail::team().threads, 2);
  }).join();
}

TEST_F(TeamTest, IsNotNeededByOneThread) {
  set_num_threads(1);
  EXPECT_EQ(counts(20, std::chrono::microseconds(500)), std::vector<int>(20, 1));
  EXPECT_EQ(threads_, 0);
}

}  // namespace
}  // namespace cornu
