#include "cornu/layers/permute.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(Permute, Cases) {
  check_layer_cases<Permute>({
      {.spec = {.dims = {2, 3, 1}}, .golden = "permute"},
      {.spec = {.dims = 1}, .input = {1}, .samples = 1},
      {.spec = {.dims = {1, 2}}, .input = {5, 7}},
      {.spec = {.dims = {2, 1}}, .input = {5, 7}},
      {.spec = {.dims = {2, 1}}, .input = {1, 17}},
      {.spec = {.dims = {2, 1, 3}}, .input = {3, 5, 7}},
      {.spec = {.dims = {3, 1, 4, 2}}, .input = {2, 3, 5, 4}},
  });
}

TEST(Permute, GivesTheAxesTheirOrder) {
  EXPECT_EQ(LayerHandle(Permute{.dims = {3, 1, 2}}).layer().call_shapes({{4, 5, 6}}), (Shapes{{6, 4, 5}}));
}

TEST(Permute, SaysWhatIsWrong) {
  EXPECT_EQ(layer_error(Permute{.dims = {0, 1}}),
            "ValueError: layer 'permute' (Permute): dims is (0, 1); it must hold 1 to 2 once each. 1 is the "
            "first axis after the batch axis.");
  EXPECT_EQ(layer_error(Permute{.dims = {1, 1}}),
            "ValueError: layer 'permute' (Permute): dims is (1, 1); it must hold 1 to 2 once each. 1 is the "
            "first axis after the batch axis.");
  EXPECT_EQ(
      layer_error(Permute{.dims = {2, 1}}, {{3, 4, 5}}),
      "ShapeError: layer 'permute' (Permute): dims (2, 1) orders 2 axes; the input (batch, 3, 4, 5) has 3 "
      "after the batch axis. Give dims one number for each.");
}
