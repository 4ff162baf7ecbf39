#include "cornu/layers/global_max_pooling3d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(GlobalMaxPooling3DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<GlobalMaxPooling3D>({
      {.spec = {}, .golden = "global_max_pooling3d"},
      {.spec = {}, .input = {1, 1, 1, 1}, .samples = 1},
      {.spec = {}, .input = {2, 3, 5, 7}, .training = true},
      {.spec = {.keepdims = true}, .input = {5, 4, 6, 33}, .samples = 2},
  });
}

TEST(GlobalMaxPooling3DLayer, Messages) {
  EXPECT_THAT(message_of(GlobalMaxPooling3D{}, {{28, 28, 1}}),
              HasSubstr("input has 4 axes (batch, 28, 28, 1); GlobalMaxPooling3D takes 5"));
  EXPECT_THAT(
      message_of(GlobalMaxPooling3D{}, {{2, 0, 4, 1}}),
      HasSubstr(
          "layer 'global_max_pooling3d' (GlobalMaxPooling3D): the input (batch, 2, 0, 4, 1) has nothing to "
          "pool over"));
}

}  // namespace
}  // namespace cornu::support
