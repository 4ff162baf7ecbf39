#include "cornu/layers/alpha_dropout.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using cornu::testing::run_layer;
using support::check_layer_cases;
using support::layer_error;

TEST(AlphaDropout, Cases) {
  check_layer_cases<AlphaDropout>({
      {.spec = {.rate = 0.3f}, .golden = "alpha_dropout_inference"},
      {.spec = {.rate = 0.5f}, .input = {67}, .training = true, .random = true},
      {.spec = {.rate = 0.2f, .seed = 5}, .input = {5, 7, 3}, .training = true, .random = true},
      {.spec = {.rate = 0.f}, .input = {17}, .training = true},
  });
}

TEST(AlphaDropout, KeepsMeanAndDeviationOfNormalNumbers) {
  LayerHandle handle(AlphaDropout{.rate = 0.3f});
  handle.layer().call_shapes({{100}});
  Tensor x({1000, 100});
  fill_normal(x.view(), {.seed = 4}, 0, 1);
  const Tensor y = run_layer(handle.layer(), {x}, {}, true).y[0];
  double sum = 0, squares = 0;
  std::map<float, Index> times;
  for (const float v : y) sum += v, squares += double(v) * v, ++times[v];
  const double mean = sum / 100000;
  EXPECT_NEAR(mean, 0, 0.013);  // 4 deviations
  EXPECT_NEAR(std::sqrt(squares / 100000 - mean * mean), 1, 0.01);
  // What falls is one number: scale * selu(-infinity) + shift, Keras' formula.
  const double lowest = -1.7580993408473766;
  const double scale = 1 / std::sqrt(0.7 * (1 + 0.3 * lowest * lowest)), shift = -scale * lowest * 0.3;
  const auto most = std::max_element(times.begin(), times.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_NEAR(most->first, scale * lowest + shift, 1e-5);
  EXPECT_NEAR(double(most->second) / 100000, 0.3, 0.006);
}

TEST(AlphaDropout, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(AlphaDropout{.rate = 1.f}),
      "ValueError: layer 'alpha_dropout' (AlphaDropout): rate is 1; it must be between 0 and 1, and below "
      "1. It is the fraction dropped, not kept.");
}
