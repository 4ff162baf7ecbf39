#include "cornu/layers/center_crop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(CenterCropLayer, MeetsTheContract) {
  check_layer_cases<CenterCrop>({
      {.spec = {.height = 4, .width = 5}, .input = {9, 8, 3}},
      {.spec = {.height = 1, .width = 1}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.height = 3, .width = 17}, .input = {3, 18, 2}, .training = true},
      {.spec = {.height = 6, .width = 4}, .input = {5, 9, 2}},  // smaller: enlarged
      {.spec = {.height = 2, .width = 7}, .input = {7, 5, 1}},
  });
}

void expect_keras(const CenterCrop& spec, const std::string& name, double tolerance) {
  const std::string folder = "layers/" + name;
  const Tensor x = golden(folder + "/x.npy");
  const auto layer = make_layer(spec);
  layer->call_shapes({x.shape().without_front()});
  expect_close(golden(folder + "/y.npy"), testing::run_layer(*layer, {x}).y[0], tolerance, name);
}

TEST(CenterCropLayer, AgreesWithKeras) {
  expect_keras({.height = 4, .width = 5}, "center_crop", 0);
  expect_keras({.height = 7, .width = 9}, "center_crop_small", 1e-5);
  expect_keras({.height = 4, .width = 9}, "center_crop_narrow", 1e-5);
}

TEST(CenterCropLayer, Messages) {
  EXPECT_THAT(message_of(CenterCrop{.height = 0, .width = 1}),
              HasSubstr("layer 'center_crop' (CenterCrop): height is 0; it must be at least 1"));
  EXPECT_THAT(message_of(CenterCrop{.height = 1, .width = 0}), HasSubstr("width is 0"));
  EXPECT_THAT(message_of(CenterCrop{.height = 1, .width = 1}, {{4, 4}}),
              HasSubstr("input has 3 axes (batch, 4, 4); CenterCrop takes 4"));
  EXPECT_THAT(message_of(CenterCrop{.height = 1, .width = 1}, {{4, 0, 1}}),
              HasSubstr("has no pixels to crop"));
}

}  // namespace
}  // namespace cornu::support
