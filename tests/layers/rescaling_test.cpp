#include "cornu/layers/rescaling.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using cornu::testing::run_layer;
using support::check_layer_cases;
using support::layer_error;

TEST(Rescaling, Cases) {
  check_layer_cases<Rescaling>({
      {.spec = {.scale = 1 / 127.5, .offset = -1}, .golden = "rescaling"},
      {.spec = {.scale = 3}, .input = {1}, .samples = 1},
      {.spec = {.scale = -0.5f, .offset = 2}, .input = {17}},
      {.spec = {.scale = {0.5f, 2.f, -1.f}, .offset = {1.f, 0.f, 3.f}}, .input = {3, 5, 3}},
      {.spec = {.scale = {0.5f, 2.f, -1.f}, .offset = 2}, .input = {7, 3}},
      {.spec = {.scale = 2, .offset = {1.f, 2.f, 3.f}}, .input = {3}},
  });
}

TEST(Rescaling, CountsChannelsFromTheLastAxis) {
  LayerHandle handle(Rescaling{.scale = {2, 3}, .offset = {0.5f, -1}});
  handle.layer().call_shapes({{2, 2}});
  const Tensor x = Tensor::from({{{1, 2}, {3, 4}}});
  EXPECT_EQ(run_layer(handle.layer(), {x}).y[0], Tensor::from({{{2.5f, 5}, {6.5f, 11}}}));
}

TEST(Rescaling, SaysWhatIsWrong) {
  EXPECT_EQ(layer_error(Rescaling{.scale = {1, 2}}, {{4, 4, 3}}),
            "ShapeError: layer 'rescaling' (Rescaling): scale has 2 values; the input (batch, 4, 4, 3) has 3 "
            "channels. Give one number, or one for each channel.");
  EXPECT_EQ(
      layer_error(Rescaling{.scale = 1, .offset = {1, 2}}, {Shape()}),
      "ShapeError: layer 'rescaling' (Rescaling): offset has 2 values; the input (batch,) has 1 channels. "
      "Give one number, or one for each channel.");
  EXPECT_EQ(
      layer_error(Rescaling{.scale = ChannelValues(std::vector<float>{})}),
      "ValueError: layer 'rescaling' (Rescaling): scale is an empty list. Give one number, or one for each "
      "channel.");
}
