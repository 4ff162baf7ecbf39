#include "cornu/layers/cropping3d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(Cropping3DLayer, MeetsTheContract) {
  check_layer_cases<Cropping3D>({
      {.spec = {}, .input = {3, 3, 3, 1}, .samples = 1},
      {.spec = {.cropping = 0}, .input = {2, 3, 5, 2}},
      {.spec = {.cropping = {1, 0, 2}}, .input = {3, 4, 5, 3}},
      {.spec = {.cropping = {{1, 0}, {0, 3}, {2, 1}}}, .input = {3, 4, 5, 7}},
  });
}

TEST(Cropping3DLayer, Messages) {
  EXPECT_THAT(
      message_of(Cropping3D{.cropping = {{0, 1}, {0, 0}, {-1, 0}}}),
      HasSubstr("layer 'cropping3d' (Cropping3D): cropping is ((0, 1), (0, 0), (-1, 0)); it must be at "
                "least 0."));
  EXPECT_THAT(message_of(Cropping3D{}, {{4, 4, 1}}), HasSubstr("Cropping3D takes 5"));
  EXPECT_THAT(message_of(Cropping3D{.cropping = {0, 0, 2}}, {{4, 4, 4, 1}}),
              HasSubstr("leaves nothing of the input (batch, 4, 4, 4, 1)"));
}

}  // namespace
}  // namespace cornu::support
