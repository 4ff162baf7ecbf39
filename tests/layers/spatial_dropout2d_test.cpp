#include "cornu/layers/spatial_dropout2d.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using cornu::testing::run_layer;
using support::check_layer_cases;
using support::layer_error;

TEST(SpatialDropout2D, Cases) {
  check_layer_cases<SpatialDropout2D>({
      {.spec = {.rate = 0.3f}, .golden = "spatial_dropout2d_inference"},
      {.spec = {.rate = 0.5f}, .input = {3, 2, 67}, .training = true, .random = true},
      {.spec = {.rate = 0.5f}, .input = {1, 1, 9}, .training = true, .random = true},
      {.spec = {.rate = 0.f}, .input = {2, 3, 1}, .training = true},
      {.spec = {.rate = 1.f}, .input = {2, 3, 5}, .training = true},
  });
}

TEST(SpatialDropout2D, DropsWholeChannels) {
  LayerHandle handle(SpatialDropout2D{.rate = 0.5f});
  handle.layer().call_shapes({{3, 5, 70}});
  const auto out =
      run_layer(handle.layer(), {Tensor({40, 3, 5, 70}, 1.f)}, {Tensor({40, 3, 5, 70}, 1.f)}, true);
  const Tensor& y = out.y[0];
  EXPECT_EQ(y, out.dx[0]);
  double dropped = 0;
  for (Index n = 0; n < 40; ++n)
    for (Index c = 0; c < 70; ++c) {
      ASSERT_TRUE(y(n, 0, 0, c) == 0 || y(n, 0, 0, c) == 2);
      dropped += y(n, 0, 0, c) == 0;
      for (Index h = 0; h < 3; ++h)
        for (Index w = 0; w < 5; ++w) ASSERT_EQ(y(n, h, w, c), y(n, 0, 0, c));
    }
  EXPECT_NEAR(dropped / 2800, 0.5, 0.04);  // 4 deviations
}

TEST(SpatialDropout2D, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(SpatialDropout2D{.rate = -0.5f}),
      "ValueError: layer 'spatial_dropout2d' (SpatialDropout2D): rate is -0.5; it must be between 0 and 1. "
      "It is the fraction dropped, not kept.");
  EXPECT_EQ(
      layer_error(SpatialDropout2D{.rate = 0.5f}, {{4, 5}}),
      "ShapeError: layer 'spatial_dropout2d' (SpatialDropout2D): input has 3 axes (batch, 4, 5); "
      "SpatialDropout2D takes 4: (batch, height, width, channels). Reshape the data, or put a Reshape or "
      "Flatten layer before it.");
}
