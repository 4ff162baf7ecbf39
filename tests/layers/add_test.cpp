#include "cornu/layers/add.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(AddLayer, MeetsTheContract) {
  check_layer_cases<Add>({
      {.spec = {}, .inputs = {{5}, {5}}},
      {.spec = {}, .inputs = {{3, 4, 2}, {3, 4, 2}}, .training = true},
      {.spec = {}, .inputs = {{1}, {1}}, .samples = 1},
      {.spec = {}, .inputs = {{3, 4, 2}, {1, 1, 2}}},
      {.spec = {}, .inputs = {{2}, {3, 4, 2}}, .training = true},
      {.spec = {}, .inputs = {{3, 1}, {1, 4}}},
      {.spec = {}, .inputs = {{7, 1}, {7, 19}}},
      {.spec = {}, .inputs = {{5}, {5}, {5}}},
      {.spec = {}, .inputs = {{4, 1}, {3}, {1, 3}, {4, 3}}},
      {.spec = {}, .inputs = {{6}}},
  });
}

TEST(AddLayer, Values) {
  const auto layer = make_layer(Add{});
  layer->call_shapes({{3}, {3}});
  const auto run = testing::run_layer(*layer, {Tensor({1, 3}, {1, 5, 2}), Tensor({1, 3}, {3, 5, 0})},
                                      {Tensor({1, 3}, {10, 20, 30})});
  const auto numbers = [](const Tensor& t) { return std::vector<float>(t.begin(), t.end()); };
  EXPECT_EQ(numbers(run.y[0]), (std::vector<float>{4, 10, 2}));
  EXPECT_EQ(numbers(run.dx[0]), (std::vector<float>{10, 20, 30}));
  EXPECT_EQ(numbers(run.dx[1]), (std::vector<float>{10, 20, 30}));
}

TEST(AddLayer, Messages) {
  EXPECT_THAT(message_of(Add{}, {{3, 4}, {3, 5}}),
              HasSubstr("layer 'add' (Add): the inputs (batch, 3, 4) and (batch, 3, 5) do not match: an axis "
                        "has 4 and 5."));
}

}  // namespace
}  // namespace cornu::support
