#include "cornu/layers/up_sampling1d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(UpSampling1DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<UpSampling1D>({
      {.spec = {}, .golden = "up_sampling1d"},
      {.spec = {}, .input = {1, 1}, .samples = 1},
      {.spec = {.size = 1}, .input = {3, 5}},
      {.spec = {.size = 3}, .input = {7, 17}},
  });
}

TEST(UpSampling1DLayer, Messages) {
  EXPECT_THAT(message_of(UpSampling1D{.size = 0}),
              HasSubstr("layer 'up_sampling1d' (UpSampling1D): size is 0; it must be at least 1."));
  EXPECT_THAT(message_of(UpSampling1D{}, {{4, 4, 1}}),
              HasSubstr("input has 4 axes (batch, 4, 4, 1); UpSampling1D takes 3"));
}

}  // namespace
}  // namespace cornu::support
