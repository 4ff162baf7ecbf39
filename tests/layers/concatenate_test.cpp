#include "cornu/layers/concatenate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(ConcatenateLayer, MeetsTheContract) {
  check_layer_cases<Concatenate>({
      {.spec = {}, .inputs = {{5}, {3}}},
      {.spec = {}, .inputs = {{4}}, .samples = 1},
      {.spec = {}, .inputs = {{3, 4, 2}, {3, 4, 17}, {3, 4, 1}}, .training = true},
      {.spec = {.axis = 1}, .inputs = {{3, 4, 2}, {1, 4, 2}}},
      {.spec = {.axis = 2}, .inputs = {{3, 1}, {3, 2}, {3, 3}, {3, 4}}},
      {.spec = {.axis = -2}, .inputs = {{3, 4, 2}, {3, 5, 2}}},
  });
}

TEST(ConcatenateLayer, Values) {
  const auto layer = make_layer(Concatenate{.axis = 1});
  EXPECT_EQ(layer->call_shapes({{1, 2}, {2, 2}}), (Shapes{{3, 2}}));
  const auto run = testing::run_layer(
      *layer, {Tensor({2, 1, 2}, {1, 2, 7, 8}), Tensor({2, 2, 2}, {3, 4, 5, 6, 9, 10, 11, 12})},
      {Tensor({2, 3, 2}, {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120})});
  const auto numbers = [](const Tensor& t) { return std::vector<float>(t.begin(), t.end()); };
  EXPECT_EQ(numbers(run.y[0]), (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(numbers(run.dx[0]), (std::vector<float>{10, 20, 70, 80}));
  EXPECT_EQ(numbers(run.dx[1]), (std::vector<float>{30, 40, 50, 60, 90, 100, 110, 120}));
}

TEST(ConcatenateLayer, Messages) {
  EXPECT_THAT(
      message_of(Concatenate{}, {{3, 4}, {2, 4}}),
      HasSubstr("layer 'concatenate' (Concatenate): the inputs (batch, 3, 4) and (batch, 2, 4) differ in "
                "more than axis 2"));
  EXPECT_THAT(message_of(Concatenate{}, {{3, 4}, {4}}), HasSubstr("differ in more than axis 2"));
  EXPECT_THAT(message_of(Concatenate{.axis = 0}, {{3}, {3}}),
              HasSubstr("axis is 0, which is the batch axis"));
  EXPECT_THAT(message_of(Concatenate{.axis = -3}, {{3}, {3}}),
              HasSubstr("axis is -3, but the input (batch, 3)"));
}

}  // namespace
}  // namespace cornu::support
