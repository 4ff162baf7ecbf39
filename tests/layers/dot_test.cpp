#include "cornu/layers/dot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(DotLayer, MeetsTheContract) {
  check_layer_cases<Dot>({
      {.spec = {.axes = 1}, .inputs = {{5}, {5}}},
      {.spec = {.axes = -1, .normalize = true}, .inputs = {{5}, {5}}, .training = true},
      {.spec = {.axes = 1}, .inputs = {{1}, {1}}, .samples = 1},
      {.spec = {.axes = {2, 2}}, .inputs = {{3, 7}, {4, 7}}},
      {.spec = {.axes = {1, 2}}, .inputs = {{3, 5}, {4, 3}}},
      {.spec = {.axes = {2, 1}, .normalize = true}, .inputs = {{4, 3}, {3, 5}}},
      {.spec = {.axes = {1, -1}}, .inputs = {{3}, {2, 3}}},
      {.spec = {.axes = {2, 2}, .normalize = true}, .inputs = {{2, 3, 4}, {5, 3, 2}}, .samples = 2},
      {.spec = {.axes = {3, 1}}, .inputs = {{2, 3, 4}, {4}}},
  });
}

TEST(DotLayer, ShapesAndValues) {
  const auto layer = make_layer(Dot{.axes = {1, 2}});
  EXPECT_EQ(layer->call_shapes({{2, 3}, {1, 2}}), (Shapes{{3, 1}}));
  const auto run =
      testing::run_layer(*layer, {Tensor({1, 2, 3}, {1, 2, 3, 4, 5, 6}), Tensor({1, 1, 2}, {10, 100})});
  EXPECT_EQ(std::vector<float>(run.y[0].begin(), run.y[0].end()), (std::vector<float>{410, 520, 630}));
  EXPECT_EQ(make_layer(Dot{.axes = 1})->output_shapes({{4}, {4}}), (Shapes{{1}}));
}

TEST(DotLayer, NormalizedIsTheCosine) {
  const auto layer = make_layer(Dot{.axes = 1, .normalize = true});
  layer->call_shapes({{2}, {2}});
  const auto run = testing::run_layer(*layer, {Tensor({2, 2}, {3, 4, 0, 0}), Tensor({2, 2}, {40, 30, 1, 2})});
  EXPECT_FLOAT_EQ(run.y[0].at(0), 0.96f);
  EXPECT_EQ(run.y[0].at(1), 0.f);  // a vector of zeros stays one
}

TEST(DotLayer, Messages) {
  EXPECT_THAT(message_of(Dot{.axes = {1, 2, 3}}),
              HasSubstr("layer 'dot' (Dot): axes has 3 numbers; it takes 1, or 2: one for each input."));
  EXPECT_THAT(message_of(Dot{.axes = 1}, {{3}}), HasSubstr("1 inputs were given; Dot takes 2"));
  EXPECT_THAT(
      message_of(Dot{.axes = {1, 2}}, {{3, 4}, {3, 4}}),
      HasSubstr("the inputs (batch, 3, 4) and (batch, 3, 4) have 3 and 4 numbers along axes 1 and 2"));
  EXPECT_THAT(message_of(Dot{.axes = 0}, {{3}, {3}}), HasSubstr("axes is 0, which is the batch axis"));
  EXPECT_THAT(message_of(Dot{.axes = 2}, {{3}, {3}}),
              HasSubstr("axes is 2, but the input (batch, 3) has 2 axes"));
}

}  // namespace
}  // namespace cornu::support
