#include "cornu/layers/re_lu.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using cornu::testing::run_layer;
using support::check_layer_cases;
using support::layer_error;

TEST(ReLU, Cases) {
  check_layer_cases<ReLU>({
      {.spec = {.max_value = 1.5f, .negative_slope = 0.1f, .threshold = 0.2f}, .golden = "re_lu"},
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {}, .input = {5, 7, 3}},
      {.spec = {.max_value = 1.f}, .input = {17}},
      {.spec = {.max_value = 0.f, .negative_slope = 0.5f}, .input = {33}},
      {.spec = {.negative_slope = 0.3f}, .input = {31}},
      {.spec = {.threshold = 0.5f}, .input = {13}},
      {.spec = {.max_value = 0.4f, .threshold = 0.8f}, .input = {37}},
  });
}

TEST(ReLU, FollowsKerasAtItsKinks) {
  LayerHandle handle(ReLU{.max_value = 2.f, .negative_slope = 0.5f, .threshold = 1.f});
  handle.layer().call_shapes({{5}});
  const Tensor x = Tensor::from({{-1, 1, 1.5f, 2, 3}});
  const auto out = run_layer(handle.layer(), {x}, {Tensor({1, 5}, 1.f)});
  EXPECT_EQ(out.y[0], Tensor::from({{-1, 0, 1.5f, 2, 2}}));
  EXPECT_EQ(out.dx[0], Tensor::from({{0.5f, 0.5f, 1, 0, 0}}));
}

TEST(ReLU, KeepsInfinity) {
  LayerHandle handle(ReLU{});
  handle.layer().call_shapes({{2}});
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(run_layer(handle.layer(), {Tensor::from({{-inf, inf}})}).y[0], Tensor::from({{0, inf}}));
}

TEST(ReLU, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(ReLU{.max_value = -1.f}),
      "ValueError: layer 're_lu' (ReLU): max_value is -1; it must be at least 0. Use PReLU for slopes of "
      "any sign.");
  EXPECT_EQ(layer_error(ReLU{.negative_slope = -0.1f}),
            "ValueError: layer 're_lu' (ReLU): negative_slope is -0.1; it must be at least 0. Use PReLU for "
            "slopes of any sign.");
  EXPECT_EQ(
      layer_error(ReLU{.threshold = std::nanf(""), .name = "kink"}),
      "ValueError: layer 'kink' (ReLU): threshold is nan; it must be at least 0. Use PReLU for slopes of "
      "any sign.");
}
