#include "cornu/layers/gaussian_noise.hpp"

#include <cmath>

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using cornu::testing::run_layer;
using support::check_layer_cases;
using support::layer_error;

TEST(GaussianNoise, Cases) {
  check_layer_cases<GaussianNoise>({
      {.spec = {.stddev = 0.3f}, .golden = "gaussian_noise_inference"},
      {.spec = {.stddev = 0.5f}, .input = {67}, .training = true, .random = true},
      {.spec = {.stddev = 2.f, .seed = 5}, .input = {5, 7, 3}, .training = true, .random = true},
      {.spec = {.stddev = 0.f}, .input = {17}, .training = true},
  });
}

TEST(GaussianNoise, AddsNoiseOfItsDeviation) {
  LayerHandle handle(GaussianNoise{.stddev = 0.25f});
  handle.layer().call_shapes({{100}});
  const Tensor y = run_layer(handle.layer(), {Tensor({400, 100}, 3.f)}, {}, true).y[0];
  double sum = 0, squares = 0;
  for (const float v : y) sum += v - 3, squares += (v - 3) * (v - 3);
  EXPECT_NEAR(sum / 40000, 0, 0.005);                     // 4 deviations
  EXPECT_NEAR(std::sqrt(squares / 40000), 0.25, 0.0036);  // 4 deviations
}

TEST(GaussianNoise, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(GaussianNoise{.stddev = -1.f}),
      "ValueError: layer 'gaussian_noise' (GaussianNoise): stddev is -1; it must be at least 0 and finite. "
      "It is the noise's deviation.");
  EXPECT_NE(layer_error(GaussianNoise{.stddev = std::numeric_limits<float>::infinity()}), "no error");
}
