#include "cornu/layers/global_average_pooling2d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(GlobalAveragePooling2DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<GlobalAveragePooling2D>({
      {.spec = {.keepdims = true}, .golden = "global_average_pooling2d"},
      {.spec = {}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {}, .input = {3, 5, 7}, .training = true},
      {.spec = {}, .input = {1, 9, 33}},
      {.spec = {.keepdims = true}, .input = {13, 11, 2}, .samples = 2},
  });
}

TEST(GlobalAveragePooling2DLayer, Messages) {
  EXPECT_THAT(message_of(GlobalAveragePooling2D{}, {{28, 28}}),
              HasSubstr("input has 3 axes (batch, 28, 28); GlobalAveragePooling2D takes 4"));
  EXPECT_THAT(message_of(GlobalAveragePooling2D{}, {{0, 4, 1}}),
              HasSubstr("layer 'global_average_pooling2d' (GlobalAveragePooling2D): the input (batch, 0, 4, "
                        "1) has no pixels"));
}

}  // namespace
}  // namespace cornu::support
