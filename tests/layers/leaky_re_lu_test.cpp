#include "cornu/layers/leaky_re_lu.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(LeakyReLU, Cases) {
  check_layer_cases<LeakyReLU>({
      {.spec = {.negative_slope = 0.15f}, .golden = "leaky_re_lu"},
      {.spec = {}, .golden = "leaky_re_lu_default"},
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {.negative_slope = 0.f}, .input = {17}},
      {.spec = {.negative_slope = 1.5f}, .input = {3, 5, 7}},
  });
}

TEST(LeakyReLU, SaysWhatIsWrong) {
  EXPECT_EQ(layer_error(LeakyReLU{.negative_slope = -0.5f}),
            "ValueError: layer 'leaky_re_lu' (LeakyReLU): negative_slope is -0.5; it must be at least 0. Use "
            "PReLU for slopes of any sign.");
}
