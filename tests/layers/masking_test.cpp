#include "cornu/layers/masking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MaskingLayer, MeetsTheContract) {
  check_layer_cases<Masking>({
      {.spec = {}, .input = {3, 2}},
      {.spec = {.mask_value = -1.f}, .input = {4, 3, 2}, .samples = 5, .training = true},
      {.spec = {}, .input = {1, 1}, .samples = 1},
  });
}

TEST(MaskingLayer, StepsOfTheValueBecomeZeroAndHaveNoGradient) {
  const auto layer = make_layer(Masking{.mask_value = 2.f});
  layer->call_shapes({{3, 2}});
  const Tensor x({1, 3, 2}, {2, 2, 2, 5, 0, 0}), dy({1, 3, 2}, {1, 2, 3, 4, 5, 6});
  const auto run = testing::run_layer(*layer, {x}, {dy});
  EXPECT_THAT(run.y[0].to_vector(), ElementsAre(0, 0, 2, 5, 0, 0));
  EXPECT_THAT(run.dx[0].to_vector(), ElementsAre(0, 0, 3, 4, 5, 6));
  const auto maker = layer->mask_maker();
  EXPECT_EQ(maker->call_shapes({{3, 2}}), Shapes{Shape{3}});
  EXPECT_THAT(testing::run_layer(*maker, {x}).y[0].to_vector(), ElementsAre(0, 1, 1));
}

TEST(MaskingLayer, Messages) {
  EXPECT_THAT(layer_error(Masking{}),
              HasSubstr("ShapeError: layer 'masking' (Masking): input has 2 axes (batch, 4); "
                        "Masking takes (batch, steps, features)"));
}

}  // namespace
}  // namespace cornu::support
