#include "core/parallel.hpp"

#include <atomic>
#include <vector>

#include <gtest/gtest.h>

using namespace cornu;

namespace {

class Parallel : public testing::Test {
 protected:
  void TearDown() override { set_num_threads(1); }
};

TEST_F(Parallel, EveryIndexOnceWithASlotOfItsOwn) {
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    for (const Index n : {0, 1, 2, 4, 5, 6, 33}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n)), busy(5);
      std::atomic<int> errors{0};
      detail::parallel_for_slots(n, [&](Index i, int slot) {
        ++visits[static_cast<std::size_t>(i)];
        if (slot < 0 || slot >= threads || busy[static_cast<std::size_t>(slot)]++ != 0) ++errors;
        --busy[static_cast<std::size_t>(slot)];
      });
      detail::parallel_for(n, [&](Index i) { ++visits[static_cast<std::size_t>(i)]; });
      for (const auto& v : visits) EXPECT_EQ(v, 2);
      EXPECT_EQ(errors, 0);
    }
  }
}

TEST_F(Parallel, ChunksCoverTheRange) {
  set_num_threads(3);
  std::vector<std::atomic<int>> visits(23);
  detail::parallel_chunks(23, 5, [&](Index first, Index last) {
    EXPECT_EQ(first % 5, 0);
    for (Index i = first; i < last; ++i) ++visits[static_cast<std::size_t>(i)];
  });
  for (const auto& v : visits) EXPECT_EQ(v, 1);
}

std::atomic<int> threads_met{0};

TEST_F(Parallel, FewIndicesDoNotEndThreads) {
  set_num_threads(4);
  for (int round = 0; round < 50; ++round)
    for (const Index n : {2, 4, 3})
      detail::parallel_for(n, [](Index) {
        thread_local const bool is_new = ++threads_met > 0;
        (void)is_new;
      });
  EXPECT_LE(threads_met, 4) << "threads were ended and started again";
}

}  // namespace
