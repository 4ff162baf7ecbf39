#include "cornu/layers/softmax.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(Softmax, Cases) {
  check_layer_cases<Softmax>({
      {.spec = {.axis = 1}, .golden = "softmax"},
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {}, .input = {17}},
      {.spec = {.axis = 1}, .input = {3, 70}},
      {.spec = {.axis = 2}, .input = {3, 5, 7}},
      {.spec = {.axis = -3}, .input = {3, 5, 7}},
      {.spec = {.axis = 1}, .input = {5, 1}},
  });
}

TEST(Softmax, LeavesItselfOutOnlyOnTheLastAxis) {
  EXPECT_EQ(LayerHandle(Softmax{}).layer().final_activation(), ActivationFn::softmax);
  EXPECT_EQ(LayerHandle(Softmax{.axis = 1}).layer().final_activation(), ActivationFn::linear);
}

TEST(Softmax, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(Softmax{.axis = 0}, {{4, 5}}),
      "ShapeError: layer 'softmax' (Softmax): axis is 0; the input (batch, 4, 5) has axes 1 to 2 after the "
      "batch axis. Choose one of them, or -1 for the last.");
  EXPECT_EQ(
      layer_error(Softmax{.axis = 3}, {{4, 5}}),
      "ShapeError: layer 'softmax' (Softmax): axis is 3; the input (batch, 4, 5) has axes 1 to 2 after the "
      "batch axis. Choose one of them, or -1 for the last.");
  EXPECT_NE(layer_error(Softmax{.axis = -3}, {{4, 5}}), "no error");
}
