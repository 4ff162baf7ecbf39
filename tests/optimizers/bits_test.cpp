// The same bits at any number of threads, on any instruction set, and when a step is taken in parts.
#include "cornu/core/error.hpp"
#include "kernels/isa.hpp"
#include "optimizers/test_run.hpp"
#include "support/golden.hpp"
#include "support/messages.hpp"

namespace cornu {
namespace {

using support::message_of;
using namespace test;

TEST(Optimizer, SameBitsAtAnyThreadCount) {
  const int threads = num_threads();
  for (const OptimizerHandle& handle : kAll) {
    set_num_threads(1);
    TestRun one(handle, kShapes);
    one.step(2);
    for (int n : {2, 3}) {
      set_num_threads(n);
      TestRun many(handle, kShapes);
      many.step(2);
      for (std::size_t i = 0; i < one.w.size(); ++i) {
        EXPECT_TRUE(same_bits(one.w[i], many.w[i])) << handle.type() << " parameter " << i;
      }
    }
  }
  set_num_threads(threads);
}

TEST(Optimizer, SameBitsOnAnyInstructionSet) {
  const OneThread one_thread;
  for (const OptimizerHandle& handle : kAll) {
    TestRun best(handle, kShapes);
    best.step(3);
    for (const std::string_view isa : kernels::available_isas()) {
      kernels::set_isa(isa);
      TestRun other(handle, kShapes);
      other.step(3);
      for (std::size_t i = 0; i < best.w.size(); ++i)
        EXPECT_TRUE(same_bits(best.w[i], other.w[i])) << handle.type() << " parameter " << i << " on " << isa;
    }
    kernels::set_isa("");
  }
}

TEST(Optimizer, AStepInPartsGivesTheSameBits) {
  const OneThread one_thread;
  int separable = 0;
  for (const OptimizerHandle& handle : kAll) {
    TestRun whole(handle, kShapes), parts(handle, kShapes);
    whole.step(3);
    if (!parts.optimizer->separable()) {
      EXPECT_NE(message_of<StateError>([&] {
                  parts.optimizer->begin_step(parts.parameters);
                }).find("needs all gradients at once. Call step()."),
                std::string::npos);
      continue;
    }
    ++separable;
    EXPECT_NE(message_of<StateError>([&] {
                parts.optimizer->update(0);
              }).find("no step has begun. Call begin_step()."),
              std::string::npos);
    for (int step = 0; step < 3; ++step) {
      parts.optimizer->begin_step(parts.parameters);
      for (const Index i : {4, 0}) parts.optimizer->update(i);
      parts.optimizer->end_step();
    }
    EXPECT_NE(message_of<StateError>([&] { parts.optimizer->end_step(); }).find("no step has begun"),
              std::string::npos);
    EXPECT_EQ(parts.optimizer->iterations(), 3);
    for (std::size_t i = 0; i < whole.w.size(); ++i)
      EXPECT_TRUE(same_bits(whole.w[i], parts.w[i])) << handle.type() << " parameter " << i;
  }
  EXPECT_EQ(separable, 17) << "all but Adafactor, Lamb, and those that clip by a norm or accumulate";
}

}  // namespace
}  // namespace cornu
