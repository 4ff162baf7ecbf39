#include "cornu/layers/cropping2d.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using cornu::testing::run_layer;
using support::check_layer_cases;
using support::layer_error;

TEST(Cropping2D, Cases) {
  check_layer_cases<Cropping2D>({
      {.spec = {.cropping = {{1, 2}, {2, 1}}}, .golden = "cropping2d"},
      {.spec = {}, .input = {1, 1, 1}, .samples = 1},
      {.spec = {.cropping = 1}, .input = {3, 3, 5}},
      {.spec = {.cropping = {0, 2}}, .input = {1, 17, 3}},
      {.spec = {.cropping = {{3, 0}, {0, 1}}}, .input = {4, 5, 7}},
  });
}

TEST(Cropping2D, TakesTopBottomLeftRightWhereTheyBelong) {
  LayerHandle handle(Cropping2D{.cropping = {{1, 0}, {0, 2}}});
  EXPECT_EQ(handle.layer().call_shapes({{2, 3, 1}}), (Shapes{{1, 1, 1}}));
  EXPECT_EQ(run_layer(handle.layer(), {Tensor({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6})}).y[0].item(), 4.f);
}

TEST(Cropping2D, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(Cropping2D{.cropping = -1}),
      "ValueError: layer 'cropping2d' (Cropping2D): cropping is ((-1, -1), (-1, -1)); it must be at least "
      "0. Use ZeroPadding2D to add pixels.");
  EXPECT_EQ(
      layer_error(Cropping2D{.cropping = {{1, 2}, {0, 0}}}, {{3, 9, 1}}),
      "ShapeError: layer 'cropping2d' (Cropping2D): cropping ((1, 2), (0, 0)) leaves nothing of the input "
      "(batch, 3, 9, 1). Crop less than its height and width.");
  const Index huge = std::numeric_limits<Index>::max();
  EXPECT_NE(layer_error(Cropping2D{.cropping = {{0, 0}, {huge, huge}}}, {{3, 9, 1}}), "no error");
  EXPECT_NE(layer_error(Cropping2D{}, {{4}}), "no error");
}
