#include "cornu/layers/repeat_vector.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(RepeatVector, Cases) {
  check_layer_cases<RepeatVector>({
      {.spec = {.n = 2}, .golden = "repeat_vector"},
      {.spec = {.n = 1}, .input = {1}, .samples = 1},
      {.spec = {.n = 5}, .input = {17}},
  });
}

TEST(RepeatVector, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(RepeatVector{.n = 0}),
      "ValueError: layer 'repeat_vector' (RepeatVector): n is 0; it must be at least 1. It is how often "
      "each row comes.");
  EXPECT_EQ(layer_error(RepeatVector{.n = 2}, {{3, 4}}),
            "ShapeError: layer 'repeat_vector' (RepeatVector): input has 3 axes (batch, 3, 4); RepeatVector "
            "takes 2: (batch, features). Reshape the data, or put a Reshape or Flatten layer before it.");
}
