#include "cornu/layers/average_pooling3d.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr Padding same = Padding::same;

TEST(AveragePooling3DLayer, MeetsTheContractAndKeras) {
  check_layer_cases<AveragePooling3D>({
      {.spec = {.pool_size = 2, .padding = same}, .golden = "average_pooling3d"},
      {.spec = {.pool_size = 1}, .input = {1, 1, 1, 1}, .samples = 1},
      {.spec = {.pool_size = 2}, .input = {5, 4, 3, 2}},
      {.spec = {.pool_size = {3, 2, 1}, .strides = {1, 2, 3}, .padding = same},
       .input = {4, 5, 4, 3},
       .training = true},
      {.spec = {.pool_size = 2, .strides = 3}, .input = {6, 5, 7, 1}},
      {.spec = {.pool_size = {2, 17, 16}, .strides = 1}, .input = {3, 18, 17, 2}, .samples = 2},
  });
}

TEST(AveragePooling3DLayer, EachWindow) {
  const Size3 size{2, 3, 2}, strides{1, 2, 3};
  const auto layer = make_layer(AveragePooling3D{.pool_size = size, .strides = strides});
  EXPECT_EQ(layer->call_shapes({{4, 5, 6, 2}}), (Shapes{{3, 2, 2, 2}}));
  Tensor x({1, 4, 5, 6, 2});
  for (Index i = 0; i < x.size(); ++i) x.at(i) = static_cast<float>(i * i % 101);
  const Tensor y = testing::run_layer(*layer, {x}).y[0];
  for (Index i = 0; i < y.size(); ++i) {
    const Index c = i % 2, w = i / 2 % 2 * strides.w, h = i / 4 % 2 * strides.h, d = i / 8 * strides.d;
    float best = 0;
    float count = 0;
    for (Index a = d; a < d + size.d; ++a)
      for (Index b = h; b < h + size.h; ++b)
        for (Index e = w; e < w + size.w; ++e) {
          const float v = x.at(((a * 5 + b) * 6 + e) * 2 + c);
          best += v, ++count;
        }
    EXPECT_FLOAT_EQ(y.at(i), best / count) << i;
  }
}

TEST(AveragePooling3DLayer, Messages) {
  EXPECT_THAT(
      message_of(AveragePooling3D{.pool_size = {2, 0, 1}}),
      HasSubstr(
          "layer 'average_pooling3d' (AveragePooling3D): pool_size is (2, 0, 1); each must be at least 1."));
  EXPECT_THAT(message_of(AveragePooling3D{.pool_size = 2, .strides = {-1, 2, 2}}),
              HasSubstr("strides is (-1, 2, 2)"));
  EXPECT_THAT(message_of(AveragePooling3D{.pool_size = 2}, {{28, 28, 1}}),
              HasSubstr("input has 4 axes (batch, 28, 28, 1); AveragePooling3D takes 5"));
  EXPECT_THAT(message_of(AveragePooling3D{.pool_size = {2, 2, 5}}, {{4, 4, 4, 1}}),
              HasSubstr("pool_size (2, 2, 5) is larger than its input (4, 4, 4) with padding=valid"));
}

}  // namespace
}  // namespace cornu::support
