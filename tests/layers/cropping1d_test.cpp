#include "cornu/layers/cropping1d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(Cropping1DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<Cropping1D>({
      {.spec = {.cropping = {1, 2}}, .golden = "cropping1d"},
      {.spec = {}, .input = {3, 1}, .samples = 1},
      {.spec = {.cropping = 0}, .input = {3, 5}},
      {.spec = {.cropping = {2, 0}}, .input = {7, 3}},
      {.spec = {.cropping = {0, 3}}, .input = {5, 17}},
  });
}

TEST(Cropping1DLayer, Messages) {
  EXPECT_THAT(message_of(Cropping1D{.cropping = {-1, 0}}),
              HasSubstr("layer 'cropping1d' (Cropping1D): cropping is (-1, 0); it must be at least 0."));
  EXPECT_THAT(message_of(Cropping1D{}, {{4}}), HasSubstr("input has 2 axes (batch, 4)"));
  EXPECT_THAT(message_of(Cropping1D{.cropping = {2, 2}}, {{4, 1}}),
              HasSubstr("cropping (2, 2) leaves nothing of the input (batch, 4, 1)"));
}

}  // namespace
}  // namespace cornu::support
