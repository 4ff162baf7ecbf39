#include "cornu/layers/up_sampling2d.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(UpSampling2D, Cases) {
  constexpr auto bilinear = Interpolation::bilinear;
  check_layer_cases<UpSampling2D>({
      {.spec = {.size = {1, 2}}, .golden = "up_sampling2d_nearest"},
      {.spec = {.size = 2, .interpolation = bilinear}, .golden = "up_sampling2d_bilinear"},
      {.spec = {}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.size = 1}, .input = {3, 5, 2}},
      {.spec = {.size = {3, 2}}, .input = {1, 5, 7}},
      {.spec = {.size = 1, .interpolation = bilinear}, .input = {3, 5, 2}},
      {.spec = {.size = {3, 4}, .interpolation = bilinear}, .input = {5, 1, 3}},
      {.spec = {.size = {5, 2}, .interpolation = bilinear}, .input = {1, 7, 1}},
      {.spec = {.size = 3, .interpolation = bilinear}, .input = {1, 1, 5}},
  });
}

TEST(UpSampling2D, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(UpSampling2D{.size = {2, 0}}),
      "ValueError: layer 'up_sampling2d' (UpSampling2D): size is (2, 0); it must be at least 1. A pooling "
      "layer makes pictures smaller.");
  EXPECT_EQ(
      layer_error(UpSampling2D{.interpolation = Interpolation::lanczos}),
      "ValueError: layer 'up_sampling2d' (UpSampling2D): this interpolation is for reading pictures. Use "
      "nearest or bilinear.");
  EXPECT_NE(layer_error(UpSampling2D{}, {{4, 5}}), "no error");
}
