#include "cornu/layers/dense.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(DenseLayer, MeetsTheContractAndKeras) {
  check_layer_cases<Dense>({
      {.spec = {.units = 1, .activation = softmax}, .golden = "dense_0"},
      {.spec = {.units = 6, .activation = tanh, .use_bias = false}, .golden = "dense_1"},
      {.spec = {.units = 6}, .golden = "dense_2"},
      {.spec = {.units = 1}, .input = {1}, .samples = 1},
      {.spec = {.units = 17}, .input = {13}, .samples = 7},
      {.spec = {.units = 9, .use_bias = false}, .input = {31}, .training = true},
      {.spec = {.units = 5, .activation = relu}, .input = {8}},
      {.spec = {.units = 5, .activation = softmax}, .input = {4, 3}},
      {.spec = {.units = 5, .activation = sigmoid}, .input = {2, 4, 3}, .training = true},
      {.spec = {.units = 5, .activation = gelu}, .input = {7}},
      {.spec = {.units = 64, .activation = softplus}, .input = {33}, .samples = 70},
  });
}

TEST(DenseLayer, Messages) {
  const auto message = [](const auto& call) {
    try {
      call();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  EXPECT_THAT(message([] { make_layer(Dense{.units = 0, .name = "head"}); }),
              HasSubstr("layer 'head' (Dense): units is 0; it must be at least 1."));
  EXPECT_THAT(message([] { make_layer(Dense{.units = 1})->call_shapes({Shape{}}); }),
              HasSubstr("the input is (batch,); Dense takes (batch, ..., features)"));
  EXPECT_THAT(message([] { make_layer(Dense{.units = 1})->call_shapes({{3}, {3}}); }), HasSubstr("2 inputs"));
  EXPECT_THAT(
      message([] {
        const auto layer = make_layer(Dense{.units = 1});
        layer->call_shapes({{3}});
        layer->call_shapes({{4}});
      }),
      HasSubstr("needs a kernel of (4, 1), but the layer was first called with inputs that gave it (3, 1)"));
}

}  // namespace
}  // namespace cornu::support
