#include "cornu/layers/zero_padding3d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(ZeroPadding3DLayer, MeetsTheContract) {
  check_layer_cases<ZeroPadding3D>({
      {.spec = {}, .input = {1, 1, 1, 1}, .samples = 1},
      {.spec = {.padding = 0}, .input = {2, 3, 5, 2}},
      {.spec = {.padding = {2, 0, 1}}, .input = {1, 4, 3, 3}},
      {.spec = {.padding = {{1, 0}, {0, 3}, {2, 1}}}, .input = {3, 1, 2, 7}},
  });
}

TEST(ZeroPadding3DLayer, PutsThemWhereTheyBelong) {
  const auto layer = make_layer(ZeroPadding3D{.padding = {{1, 0}, {0, 1}, {2, 0}}});
  EXPECT_EQ(layer->call_shapes({{1, 1, 1, 1}}), (Shapes{{2, 2, 3, 1}}));
  const auto run = testing::run_layer(*layer, {Tensor({1, 1, 1, 1, 1}, {5})});
  EXPECT_EQ(run.y[0].reshape({4, 3}), Tensor::from({{0, 0, 0}, {0, 0, 0}, {0, 0, 5}, {0, 0, 0}}));
}

TEST(ZeroPadding3DLayer, Messages) {
  EXPECT_THAT(
      message_of(ZeroPadding3D{.padding = {{0, 1}, {0, 0}, {-1, 0}}}),
      HasSubstr("layer 'zero_padding3d' (ZeroPadding3D): padding is ((0, 1), (0, 0), (-1, 0)); it must "
                "be at least 0."));
  EXPECT_THAT(message_of(ZeroPadding3D{}, {{4, 4, 1}}), HasSubstr("ZeroPadding3D takes 5"));
}

}  // namespace
}  // namespace cornu::support
