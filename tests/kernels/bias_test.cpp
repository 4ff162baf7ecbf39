#include "cornu/kernels/conv.hpp"
#include "kernels/kernel_support.hpp"

namespace cornu {
namespace {
using test::Guarded;

TEST(AddBias, EachRowOfChannels) {
  for (const Shape& shape : {Shape{1, 1}, Shape{3, 5, 7}, Shape{2, 17}, Shape{700, 33}, Shape{0, 4}})
    for (const bool with_bias : {true, false})
      for (const bool relu : {true, false})
        for (const int threads : {1, 2, 8}) {
          const test::Threads count(threads);
          const Index channels = shape.back();
          const Guarded bias = Guarded::random({channels}, 5), before = Guarded::random(shape, 6);
          Guarded y = Guarded::random(shape, 6);
          kernels::add_bias<float>(with_bias ? bias.in() : View<const float>(), y.view(), relu);
          for (Index i = 0; i < y.size(); ++i) {
            const float sum = before.data()[i] + (with_bias ? bias.data()[i % channels] : 0.f);
            ASSERT_EQ(y.data()[i], relu && sum < 0 ? 0.f : sum) << shape.text() << " at " << i;
          }
          EXPECT_TRUE(y.guards_untouched());
        }
}

}  // namespace
}  // namespace cornu
