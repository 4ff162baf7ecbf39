#include "cornu/layers/up_sampling3d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(UpSampling3DLayer, MeetsTheContract) {
  check_layer_cases<UpSampling3D>({
      {.spec = {}, .input = {1, 1, 1, 1}, .samples = 1},
      {.spec = {.size = 1}, .input = {2, 3, 5, 2}},
      {.spec = {.size = {3, 1, 2}}, .input = {2, 3, 4, 3}},
  });
}

TEST(UpSampling3DLayer, RepeatsAlongEachAxis) {
  const auto layer = make_layer(UpSampling3D{.size = {2, 1, 3}});
  EXPECT_EQ(layer->call_shapes({{1, 2, 1, 1}}), (Shapes{{2, 2, 3, 1}}));
  const auto run = testing::run_layer(*layer, {Tensor({1, 1, 2, 1, 1}, {5, 6})});
  EXPECT_EQ(run.y[0].reshape({4, 3}), Tensor::from({{5, 5, 5}, {6, 6, 6}, {5, 5, 5}, {6, 6, 6}}));
}

TEST(UpSampling3DLayer, Messages) {
  EXPECT_THAT(message_of(UpSampling3D{.size = {1, 0, 1}}),
              HasSubstr("layer 'up_sampling3d' (UpSampling3D): size is 0; it must be at least 1."));
  EXPECT_THAT(message_of(UpSampling3D{}, {{4, 4, 1}}), HasSubstr("UpSampling3D takes 5"));
}

}  // namespace
}  // namespace cornu::support
