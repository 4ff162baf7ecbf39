#include "cornu/layers/unit_normalization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(UnitNormalizationLayer, MeetsTheContractAndKeras) {
  check_layer_cases<UnitNormalization>({
      {.spec = {}, .golden = "unit_normalization"},
      {.spec = {}, .input = {3}, .samples = 1},
      {.spec = {.axis = 1}, .input = {5, 7}, .training = true},
      {.spec = {.axis = {1, 2}}, .input = {3, 2, 5}},
      {.spec = {.axis = {2, -1}}, .input = {4, 2, 17}},
  });
}

TEST(UnitNormalizationLayer, SmallVectorsAndZeros) {
  const auto layer = make_layer(UnitNormalization{});
  layer->call_shapes({{2}});
  const auto run = testing::run_layer(*layer, {Tensor({3, 2}, {3e-8f, 4e-8f, 0, 0, 0, -1e-13f})});
  expect_close(Tensor::from({{0.6f, 0.8f}, {0, 0}, {0, -0.1f}}), run.y[0], 1e-6, "y");
}

TEST(UnitNormalizationLayer, Messages) {
  EXPECT_THAT(message_of(UnitNormalization{.axis = IndexList(std::vector<Index>{})}),
              HasSubstr("layer 'unit_normalization' (UnitNormalization): axis is empty"));
  EXPECT_THAT(message_of(UnitNormalization{.axis = {1, 3}}, {{3, 4, 5}}),
              HasSubstr("axis is (1, 3); several axes must be neighbours in ascending order"));
  EXPECT_THAT(message_of(UnitNormalization{.axis = 0}, {{3}}),
              HasSubstr("axis is 0, which is the batch axis"));
}

}  // namespace
}  // namespace cornu::support
