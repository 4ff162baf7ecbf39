#include "cornu/layers/zero_padding2d.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using cornu::testing::run_layer;
using support::check_layer_cases;
using support::layer_error;

TEST(ZeroPadding2D, Cases) {
  check_layer_cases<ZeroPadding2D>({
      {.spec = {.padding = {{0, 2}, {2, 0}}}, .golden = "zero_padding2d"},
      {.spec = {}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.padding = 0}, .input = {3, 5, 2}},
      {.spec = {.padding = {2, 0}}, .input = {1, 17, 3}},
      {.spec = {.padding = {{1, 0}, {0, 3}}}, .input = {5, 1, 7}},
  });
}

TEST(ZeroPadding2D, PutsTopBottomLeftRightWhereTheyBelong) {
  LayerHandle handle(ZeroPadding2D{.padding = {{1, 0}, {2, 1}}});
  EXPECT_EQ(handle.layer().call_shapes({{2, 1, 1}}), (Shapes{{3, 4, 1}}));
  const Tensor y = run_layer(handle.layer(), {Tensor({1, 2, 1, 1}, {5, 6})}).y[0];
  EXPECT_EQ(y.reshape({3, 4}), Tensor::from({{0, 0, 0, 0}, {0, 0, 5, 0}, {0, 0, 6, 0}}));
}

TEST(ZeroPadding2D, SaysWhatIsWrong) {
  EXPECT_EQ(layer_error(ZeroPadding2D{.padding = {{0, 1}, {-1, 0}}}),
            "ValueError: layer 'zero_padding2d' (ZeroPadding2D): padding is ((0, 1), (-1, 0)); it must be at "
            "least 0. Use Cropping2D to take pixels away.");
  EXPECT_EQ(
      layer_error(ZeroPadding2D{}, {{4, 5}}),
      "ShapeError: layer 'zero_padding2d' (ZeroPadding2D): input has 3 axes (batch, 4, 5); ZeroPadding2D "
      "takes 4: (batch, height, width, channels). Reshape the data, or put a Reshape or Flatten layer "
      "before it.");
}
