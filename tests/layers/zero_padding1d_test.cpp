#include "cornu/layers/zero_padding1d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(ZeroPadding1DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<ZeroPadding1D>({
      {.spec = {}, .golden = "zero_padding1d"},
      {.spec = {}, .input = {1, 1}, .samples = 1},
      {.spec = {.padding = 0}, .input = {3, 5}},
      {.spec = {.padding = {2, 0}}, .input = {7, 3}},
      {.spec = {.padding = {0, 3}}, .input = {5, 17}},
  });
}

TEST(ZeroPadding1DLayer, PutsBeforeAndAfterWhereTheyBelong) {
  const auto layer = make_layer(ZeroPadding1D{.padding = {1, 2}});
  EXPECT_EQ(layer->call_shapes({{2, 1}}), (Shapes{{5, 1}}));
  const auto run = testing::run_layer(*layer, {Tensor({1, 2, 1}, {5, 6})});
  EXPECT_EQ(run.y[0].reshape({5}), Tensor::from({0, 5, 6, 0, 0}));
}

TEST(ZeroPadding1DLayer, Messages) {
  EXPECT_THAT(
      message_of(ZeroPadding1D{.padding = {0, -1}}),
      HasSubstr("layer 'zero_padding1d' (ZeroPadding1D): padding is (0, -1); it must be at least 0."));
  EXPECT_THAT(message_of(ZeroPadding1D{}, {{4}}), HasSubstr("input has 2 axes (batch, 4)"));
}

}  // namespace
}  // namespace cornu::support
