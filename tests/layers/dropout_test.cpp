#include "cornu/layers/dropout.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using cornu::testing::run_layer;
using support::check_layer_cases;
using support::layer_error;

TEST(Dropout, Cases) {
  check_layer_cases<Dropout>({
      {.spec = {.rate = 0.3f}, .golden = "dropout_inference"},
      {.spec = {.rate = 0.5f}, .input = {67}, .training = true, .random = true},
      {.spec = {.rate = 0.3f}, .input = {5, 7, 3}, .training = true, .random = true},
      {.spec = {.rate = 0.5f, .seed = 7}, .input = {65}, .training = true, .random = true},
      {.spec = {.rate = 0.f}, .input = {17}, .training = true},
      {.spec = {.rate = 1.f}, .input = {17}, .training = true},
  });
}

TEST(Dropout, ScalesWhatItKeepsAndDropsTheRest) {
  LayerHandle handle(Dropout{.rate = 0.75f});
  handle.layer().call_shapes({{64}});
  const auto out = run_layer(handle.layer(), {Tensor({250, 64}, 3.f)}, {Tensor({250, 64}, 1.f)}, true);
  Index dropped = 0;
  for (Index i = 0; i < out.y[0].size(); ++i) {
    ASSERT_TRUE(out.y[0].at(i) == 0 || out.y[0].at(i) == 12) << out.y[0].at(i);
    ASSERT_EQ(out.dx[0].at(i), out.y[0].at(i) / 3);  // the same mask
    dropped += out.y[0].at(i) == 0;
  }
  EXPECT_NEAR(double(dropped) / 16000, 0.75, 0.015);  // 4 deviations
}

TEST(Dropout, MakesZerosAtRateOne) {
  LayerHandle handle(Dropout{.rate = 1.f});
  handle.layer().call_shapes({{5}});
  const auto out = run_layer(handle.layer(), {Tensor({2, 5}, 3.f)}, {Tensor({2, 5}, 1.f)}, true);
  EXPECT_EQ(out.y[0], Tensor({2, 5}));
  EXPECT_EQ(out.dx[0], Tensor({2, 5}));
}

TEST(Dropout, TakesASeedOfItsOwn) {
  const auto run = [](Seed seed) {
    LayerHandle handle(Dropout{.rate = 0.5f, .seed = seed});
    handle.layer().call_shapes({{64}});
    return run_layer(handle.layer(), {Tensor({2, 64}, 1.f)}, {}, true).y[0];
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_FALSE(run(3) == run(4));
  EXPECT_FALSE(run(3) == run({}));
}

TEST(Dropout, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(Dropout{.rate = 1.5f}),
      "ValueError: layer 'dropout' (Dropout): rate is 1.5; it must be between 0 and 1. It is the fraction "
      "dropped, not kept.");
  EXPECT_NE(layer_error(Dropout{.rate = -0.1f}), "no error");
  EXPECT_NE(layer_error(Dropout{.rate = std::nanf("")}), "no error");
}
