#include "cornu/layers/conv2d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(Conv2DLayer, Keras) {
  check_layer_cases<Conv2D>({
      {.spec = {.filters = 8, .kernel_size = 2, .activation = relu}, .golden = "conv2d_0"},
      {.spec = {.filters = 8, .kernel_size = 4, .strides = 2, .padding = same, .activation = sigmoid},
       .golden = "conv2d_1"},
      {.spec = {.filters = 2, .kernel_size = 1, .padding = same, .activation = sigmoid},
       .golden = "conv2d_2"},
      {.spec = {.filters = 12, .kernel_size = 4, .padding = same, .activation = sigmoid, .use_bias = false},
       .golden = "conv2d_3"},
      {.spec = {.filters = 2, .kernel_size = 3, .strides = {2, 1}}, .golden = "conv2d_4"},
      {.spec = {.filters = 6, .kernel_size = {3, 2}, .padding = same}, .golden = "conv2d_5"},
      {.spec = {.filters = 8,
                .kernel_size = 1,
                .strides = 2,
                .padding = same,
                .groups = 2,
                .activation = sigmoid},
       .golden = "conv2d_6"},
      {.spec = {.filters = 4, .kernel_size = 5, .strides = {2, 1}, .padding = same, .use_bias = false},
       .golden = "conv2d_7"},
      {.spec = {.filters = 8, .kernel_size = {3, 2}, .padding = same, .activation = relu},
       .golden = "conv2d_8"},
      {.spec = {.filters = 4, .kernel_size = 3, .strides = {2, 1}, .activation = relu}, .golden = "conv2d_9"},
  });
}

TEST(Conv2DLayer, MeetsTheContract) {
  check_layer_cases<Conv2D>({
      {.spec = {.filters = 1, .kernel_size = 1}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.filters = 3, .kernel_size = 3}, .input = {5, 7, 2}},
      {.spec = {.filters = 4, .kernel_size = {3, 2}, .strides = 2, .padding = same}, .input = {6, 5, 3}},
      {.spec = {.filters = 5, .kernel_size = 2, .strides = 3}, .input = {8, 7, 1}},
      {.spec = {.filters = 4, .kernel_size = 3, .padding = same, .dilation_rate = {2, 1}},
       .input = {7, 6, 2}},
      {.spec = {.filters = 6, .kernel_size = 3, .groups = 3}, .input = {5, 5, 6}, .training = true},
      {.spec = {.filters = 17, .kernel_size = 3, .padding = same, .activation = tanh}, .input = {4, 5, 3}},
      {.spec = {.filters = 3, .kernel_size = 3, .activation = gelu, .use_bias = false}, .input = {4, 4, 2}},
      {.spec = {.filters = 32, .kernel_size = 3, .padding = same, .activation = relu}, .input = {9, 9, 16}},
      {.spec = {.filters = 3, .kernel_size = 2, .activation = softmax}, .input = {4, 3, 2}, .training = true},
      {.spec = {.filters = 3, .kernel_size = 7, .strides = 2, .padding = same}, .input = {13, 11, 3}},
  });
}

TEST(Conv2DLayer, Messages) {
  const auto message = [](Conv2D spec, const Shapes& inputs) {
    try {
      make_layer(spec)->call_shapes(inputs);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  EXPECT_THAT(message({.filters = 0, .kernel_size = 1}, {}),
              HasSubstr("filters is 0; it must be at least 1"));
  EXPECT_THAT(message({.filters = 1, .kernel_size = {1, 0}}, {}), HasSubstr("kernel_size is 0"));
  EXPECT_THAT(message({.filters = 1, .kernel_size = 1, .strides = 0}, {}), HasSubstr("strides is 0"));
  EXPECT_THAT(message({.filters = 1, .kernel_size = 1, .dilation_rate = 0}, {}),
              HasSubstr("dilation_rate is 0"));
  EXPECT_THAT(message({.filters = 3, .kernel_size = 1, .groups = 2}, {}),
              HasSubstr("filters is 3 and groups is 2; filters must be a multiple of groups"));
  EXPECT_THAT(message({.filters = 1, .kernel_size = 1, .strides = 2, .dilation_rate = 2}, {}),
              HasSubstr("strides and dilation_rate are both above 1"));
  EXPECT_THAT(message({.filters = 1, .kernel_size = 1}, {{28, 28}}),
              HasSubstr("layer 'conv2d' (Conv2D): input has 3 axes (batch, 28, 28); Conv2D takes 4"));
  EXPECT_THAT(message({.filters = 2, .kernel_size = 1, .groups = 2}, {{5, 5, 3}}),
              HasSubstr("has 3 channels, which 2 groups do not divide"));
  EXPECT_THAT(message({.filters = 1, .kernel_size = 5}, {{4, 4, 1}}),
              HasSubstr("kernel (5, 5) is larger than its input (4, 4) with padding=valid"));
}

}  // namespace
}  // namespace cornu::support
