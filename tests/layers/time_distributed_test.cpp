#include "cornu/layers/time_distributed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(TimeDistributedLayer, MeetsTheContract) {
  check_layer_cases<TimeDistributed>({
      {.spec = {.layer = Dense{.units = 3, .activation = gelu}}, .input = {4, 2}},
      {.spec = {.layer = Conv2D{.filters = 2, .kernel_size = 2}}, .input = {3, 4, 3, 2}, .samples = 2},
      {.spec = {.layer = Dropout{.rate = 0.4f}}, .input = {3, 6}, .training = true, .random = true},
      {.spec = {.layer = Flatten{}}, .input = {3, 2, 2}},
      {.spec = {.layer = LSTM{.units = 2}}, .input = {3, 4, 2}, .samples = 2},
      {.spec = {.layer = Bidirectional{.layer = GRU{.units = 2}}}, .input = {2, 3, 2}, .samples = 2},
      {.spec = {.layer = TimeDistributed{.layer = Dense{.units = 2}}}, .input = {2, 3, 2}, .samples = 1},
      {.spec = {.layer = BatchNormalization{}}, .input = {4, 2}},
      {.spec = {.layer = MaxPooling2D{}}, .input = {2, 4, 4, 1}},
  });
}

TEST(TimeDistributedLayer, GivesWhatTheLayerGivesForEachStep) {
  const LayerHandle dense = Dense{.units = 2, .activation = softmax};
  Sequential each{Input{.shape = {3, 4}}, TimeDistributed{.layer = Dense{.units = 2, .activation = softmax}}};
  Sequential alone{Input{.shape = {4}}, Dense{.units = 2, .activation = softmax}};
  alone.set_weights(each.get_weights());
  Tensor x({2, 3, 4});
  for (Index i = 0; i < x.size(); ++i) x.at(i) = 0.1f * static_cast<float>(i % 7);
  EXPECT_TRUE(same_bits(each.predict(x).reshape({6, 2}), alone.predict(x.reshape({6, 4}))));
}

TEST(TimeDistributedLayer, Messages) {
  EXPECT_THAT(layer_error(TimeDistributed{.layer = Dense{.units = 1}}, {Shape{}}),
              HasSubstr("the input is (batch,); TimeDistributed takes (batch, steps, ...)"));
  EXPECT_THAT(
      layer_error(TimeDistributed{.layer = Conv2D{.filters = 1, .kernel_size = 3}}, {{4, 2}}),
      HasSubstr("ShapeError: layer 'time_distributed' (TimeDistributed), for each step: layer 'conv2d'"));
  EXPECT_THAT(layer_error(TimeDistributed{.layer = LSTM{.units = 1, .return_state = true}}, {{2, 4, 2}}),
              HasSubstr("its LSTM has 3 outputs; it must have one"));
  const Sequential inner{Input{.shape = {2}}, Dense{.units = 1}};
  EXPECT_THAT(layer_error(TimeDistributed{.layer = inner}, {{4, 2}}),
              HasSubstr("its layer is a Sequential, which it cannot run"));
}

}  // namespace
}  // namespace cornu::support
