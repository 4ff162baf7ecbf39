#include "cornu/layers/global_average_pooling1d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(GlobalAveragePooling1DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<GlobalAveragePooling1D>({
      {.spec = {}, .golden = "global_average_pooling1d"},
      {.spec = {}, .input = {1, 1}, .samples = 1},
      {.spec = {}, .input = {5, 7}, .training = true},
      {.spec = {}, .input = {90, 33}},
      {.spec = {.keepdims = true}, .input = {13, 2}, .samples = 2},
      {.spec = {}, .input = {5, 7}, .masked = true},
      {.spec = {.keepdims = true}, .input = {4, 3}, .samples = 5, .training = true, .masked = true},
  });
}

TEST(GlobalAveragePooling1DLayer, Messages) {
  EXPECT_THAT(message_of(GlobalAveragePooling1D{}, {{28}}),
              HasSubstr("input has 2 axes (batch, 28); GlobalAveragePooling1D takes 3"));
  EXPECT_THAT(
      message_of(GlobalAveragePooling1D{}, {{0, 4}}),
      HasSubstr("layer 'global_average_pooling1d' (GlobalAveragePooling1D): the input (batch, 0, 4) has "
                "nothing to pool over"));
}

}  // namespace
}  // namespace cornu::support
