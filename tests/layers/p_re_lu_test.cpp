#include "cornu/layers/p_re_lu.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(PReLU, Cases) {
  check_layer_cases<PReLU>({
      {.spec = {}, .golden = "p_re_lu"},
      {.spec = {.shared_axes = {1, 2}}, .golden = "p_re_lu_shared"},
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {}, .input = {17}},
      {.spec = {.shared_axes = {1}}, .input = {5}},
      {.spec = {.shared_axes = {1, 2, 3}}, .input = {4, 3, 5}},
      {.spec = {.shared_axes = {2}}, .input = {4, 3, 5}},
      {.spec = {.shared_axes = {1, 3}}, .input = {4, 3, 5}},
      {.spec = {.shared_axes = {3}}, .input = {2, 3, 5}},
      {.spec = {.shared_axes = {2}}, .input = {1, 7, 1, 3}},
  });
}

TEST(PReLU, HasAlphasOfTheSampleShape) {
  LayerHandle handle(PReLU{.alpha_initializer = Constant{0.25f}, .shared_axes = {2, 1}});
  handle.layer().call_shapes({{4, 3, 5}});
  ASSERT_EQ(handle.layer().weights().size(), 1u);
  EXPECT_EQ(handle.layer().weight("alpha").shape(), (Shape{1, 1, 5}));
  handle.layer().initialize({});
  EXPECT_EQ(handle.layer().weight("alpha"), Tensor({1, 1, 5}, 0.25f));
}

TEST(PReLU, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(PReLU{.shared_axes = {0}}),
      "ShapeError: layer 'p_re_lu' (PReLU): shared_axes has 0; the input (batch, 4) has axes 1 to 1 after "
      "the batch axis. Name only those.");
  EXPECT_EQ(layer_error(PReLU{.shared_axes = {1, 3}}, {{4, 5}}),
            "ShapeError: layer 'p_re_lu' (PReLU): shared_axes has 3; the input (batch, 4, 5) has axes 1 to 2 "
            "after the batch axis. Name only those.");
}
