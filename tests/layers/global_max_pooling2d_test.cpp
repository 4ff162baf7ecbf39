#include "cornu/layers/global_max_pooling2d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(GlobalMaxPooling2DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<GlobalMaxPooling2D>({
      {.spec = {.keepdims = true}, .golden = "global_max_pooling2d"},
      {.spec = {}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {}, .input = {3, 5, 7}, .training = true},
      {.spec = {}, .input = {1, 9, 33}},
      {.spec = {.keepdims = true}, .input = {13, 11, 2}, .samples = 2},
  });
}

TEST(GlobalMaxPooling2DLayer, Messages) {
  EXPECT_THAT(message_of(GlobalMaxPooling2D{}, {{28, 28}}),
              HasSubstr("input has 3 axes (batch, 28, 28); GlobalMaxPooling2D takes 4"));
  EXPECT_THAT(
      message_of(GlobalMaxPooling2D{}, {{0, 4, 1}}),
      HasSubstr(
          "layer 'global_max_pooling2d' (GlobalMaxPooling2D): the input (batch, 0, 4, 1) has no pixels"));
}

}  // namespace
}  // namespace cornu::support
