#include "cornu/layers/gaussian_dropout.hpp"

#include <cmath>

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using cornu::testing::run_layer;
using support::check_layer_cases;
using support::layer_error;

TEST(GaussianDropout, Cases) {
  check_layer_cases<GaussianDropout>({
      {.spec = {.rate = 0.3f}, .golden = "gaussian_dropout_inference"},
      {.spec = {.rate = 0.5f}, .input = {67}, .training = true, .random = true},
      {.spec = {.rate = 0.2f, .seed = 5}, .input = {5, 7, 3}, .training = true, .random = true},
      {.spec = {.rate = 0.f}, .input = {17}, .training = true},
  });
}

TEST(GaussianDropout, KeepsMeanAndDeviationOfDropout) {
  LayerHandle handle(GaussianDropout{.rate = 0.2f});
  handle.layer().call_shapes({{100}});
  const auto out = run_layer(handle.layer(), {Tensor({400, 100}, 2.f)}, {Tensor({400, 100}, 1.f)}, true);
  double sum = 0, squares = 0;
  for (Index i = 0; i < out.y[0].size(); ++i) {
    const double v = out.y[0].at(i);
    sum += v, squares += v * v;
    ASSERT_NEAR(out.dx[0].at(i), v / 2, 1e-6);
  }
  const double mean = sum / 40000;
  EXPECT_NEAR(mean, 2, 0.02);                                        // 4 deviations
  EXPECT_NEAR(std::sqrt(squares / 40000 - mean * mean), 1, 0.0145);  // 2 sqrt(0.2 / 0.8)
}

TEST(GaussianDropout, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(GaussianDropout{.rate = 1.f}),
      "ValueError: layer 'gaussian_dropout' (GaussianDropout): rate is 1; it must be between 0 and 1, and "
      "below 1. It is the fraction dropped, not kept.");
}
