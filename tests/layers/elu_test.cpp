#include "cornu/layers/elu.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(ELU, Cases) {
  check_layer_cases<ELU>({
      {.spec = {.alpha = 0.91f}, .golden = "elu"},
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {.alpha = 0.f}, .input = {17}},
      {.spec = {.alpha = 2.f}, .input = {3, 5, 7}},
  });
}

TEST(ELU, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(ELU{.alpha = -1}),
      "ValueError: layer 'elu' (ELU): alpha is -1; it must be at least 0. The output goes down to -alpha.");
}
