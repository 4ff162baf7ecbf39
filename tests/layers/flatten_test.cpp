#include "cornu/layers/flatten.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(Flatten, Cases) {
  check_layer_cases<Flatten>({
      {.spec = {}, .golden = "flatten"},
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {}, .input = {17}},
      {.spec = {}, .input = {3, 1, 5, 7}},
  });
}

TEST(Flatten, GivesEverySampleOneAxis) {
  EXPECT_EQ(LayerHandle(Flatten{}).layer().call_shapes({{3, 5}}), (Shapes{{15}}));
  EXPECT_EQ(LayerHandle(Flatten{}).layer().call_shapes({Shape()}), (Shapes{{1}}));
}

TEST(Flatten, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(Flatten{}, {{3}, {4}}),
      "ShapeError: layer 'flatten' (Flatten): 2 inputs were given; Flatten takes 1. Give each input as one "
      "tensor of the list.");
}
