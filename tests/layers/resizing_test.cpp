#include "cornu/layers/resizing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr auto nearest = Interpolation::nearest, bicubic = Interpolation::bicubic;

TEST(ResizingLayer, MeetsTheContractAndKeras) {
  check_layer_cases<Resizing>({
      {.spec = {.height = 7, .width = 9}, .input = {5, 8, 3}},
      {.spec = {.height = 1, .width = 1}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.height = 4, .width = 3}, .input = {9, 7, 2}, .training = true},
      {.spec = {.height = 8, .width = 7, .interpolation = nearest}, .input = {6, 8, 3}},
      {.spec = {.height = 2, .width = 17, .interpolation = nearest}, .input = {7, 3, 1}},
      {.spec = {.height = 4, .width = 4, .crop_to_aspect_ratio = true}, .input = {5, 9, 2}},
      {.spec = {.height = 3, .width = 6, .interpolation = nearest, .crop_to_aspect_ratio = true},
       .input = {7, 5, 3}},
      {.spec = {.height = 4, .width = 5, .pad_to_aspect_ratio = true, .fill_value = 3}, .input = {5, 9, 2}},
      {.spec = {.height = 3, .width = 6, .interpolation = nearest, .pad_to_aspect_ratio = true},
       .input = {7, 5, 3}},
      {.spec = {.height = 7, .width = 9, .interpolation = bicubic}, .golden = "resizing_bicubic"},
      {.spec = {.height = 3, .width = 4, .interpolation = bicubic}, .golden = "resizing_bicubic_shrunk"},
      {.spec = {.height = 7, .width = 9, .interpolation = Interpolation::lanczos3},
       .golden = "resizing_lanczos3"},
      {.spec = {.height = 4, .width = 13, .interpolation = Interpolation::lanczos5},
       .golden = "resizing_lanczos5"},
      {.spec = {.height = 1, .width = 1, .interpolation = bicubic}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.height = 4, .width = 5, .interpolation = Interpolation::lanczos5}, .input = {2, 1, 3}},
  });
}

void expect_keras(const Resizing& spec, const std::string& name) {
  const std::string folder = "layers/" + name + "/";
  const Tensor x = golden(folder + "x.npy");
  const auto layer = make_layer(spec);
  layer->call_shapes({x.shape().without_front()});
  expect_close(golden(folder + "y.npy"), testing::run_layer(*layer, {x}).y[0], 1e-5, name);
}

TEST(ResizingLayer, AgreesWithKeras) {
  expect_keras({.height = 7, .width = 9}, "resizing_bilinear");
  expect_keras({.height = 8, .width = 7, .interpolation = nearest}, "resizing_nearest");
  expect_keras({.height = 4, .width = 5, .crop_to_aspect_ratio = true}, "resizing_cut");
  // an odd number of rows, and of columns, around the picture
  expect_keras({.height = 4, .width = 4, .pad_to_aspect_ratio = true, .fill_value = 0.5f}, "resizing_framed");
  expect_keras({.height = 3, .width = 7, .interpolation = bicubic, .pad_to_aspect_ratio = true},
               "resizing_framed_width");
}

TEST(ResizingLayer, ProportionsAreKept) {
  const Tensor x({1, 2, 4, 1}, {1, 2, 3, 4, 5, 6, 7, 8});
  const auto resized = [&](Resizing spec) {
    spec.interpolation = nearest;
    const auto layer = make_layer(spec);
    layer->call_shapes({{2, 4, 1}});
    return testing::run_layer(*layer, {x}).y[0].reshape({spec.height, spec.width});
  };
  EXPECT_EQ(resized({.height = 2, .width = 2, .crop_to_aspect_ratio = true}), Tensor::from({{2, 3}, {6, 7}}));
  EXPECT_EQ(resized({.height = 4, .width = 4, .pad_to_aspect_ratio = true, .fill_value = 9}),
            Tensor::from({{9, 9, 9, 9}, {1, 2, 3, 4}, {5, 6, 7, 8}, {9, 9, 9, 9}}));
}

TEST(ResizingLayer, Messages) {
  EXPECT_THAT(message_of(Resizing{.height = 0, .width = 1}),
              HasSubstr("layer 'resizing' (Resizing): height is 0; it must be at least 1"));
  EXPECT_THAT(message_of(Resizing{.height = 1, .width = 0}), HasSubstr("width is 0"));
  EXPECT_THAT(message_of(Resizing{.height = 1, .width = 1, .interpolation = Interpolation::lanczos}),
              HasSubstr("this interpolation is for reading pictures. Use nearest, bilinear, bicubic, "
                        "lanczos3 or lanczos5"));
  EXPECT_THAT(message_of(Resizing{.height = 1, .width = 1, .antialias = true}),
              HasSubstr("antialias is not supported"));
  EXPECT_THAT(message_of(Resizing{
                  .height = 1, .width = 1, .crop_to_aspect_ratio = true, .pad_to_aspect_ratio = true}),
              HasSubstr("exclude each other"));
  EXPECT_THAT(message_of(Resizing{.height = 1, .width = 1, .fill_mode = "edge"}),
              HasSubstr("fill_mode is 'edge'; there is only 'constant'"));
  EXPECT_THAT(message_of(Resizing{.height = 1, .width = 1}, {{4, 4}}),
              HasSubstr("input has 3 axes (batch, 4, 4); Resizing takes 4"));
  EXPECT_THAT(message_of(Resizing{.height = 1, .width = 1}, {{0, 4, 1}}),
              HasSubstr("has no pixels to resize"));
}

}  // namespace
}  // namespace cornu::support
