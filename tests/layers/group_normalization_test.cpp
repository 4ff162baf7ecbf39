#include "cornu/layers/group_normalization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(GroupNormalizationLayer, MeetsTheContractAndKeras) {
  check_layer_cases<GroupNormalization>({
      {.spec = {.groups = 2}, .golden = "group_normalization"},
      {.spec = {.groups = 1}, .input = {1}, .samples = 1},
      {.spec = {.groups = 3}, .input = {5, 6}, .training = true},
      {.spec = {.groups = -1}, .input = {7, 5, 3}},
      {.spec = {.groups = 1, .epsilon = 1e-5f, .center = false}, .input = {4, 5, 2}},
      {.spec = {.groups = 2, .axis = 1, .scale = false}, .input = {4, 3, 5}},
      {.spec = {.groups = 2, .axis = -2, .center = false, .scale = false}, .input = {3, 4, 17}},
  });
}

TEST(GroupNormalizationLayer, KeepsItsDigitsFarFromZero) {
  const auto layer = make_layer(GroupNormalization{.groups = 1, .epsilon = 0});
  layer->call_shapes({{4, 1}});
  layer->initialize({});
  const auto run = testing::run_layer(*layer, {Tensor({1, 4, 1}, {10001, 10003, 10001, 10003})});
  expect_close(Tensor::from({-1, 1, -1, 1}), run.y[0].reshape({4}), 1e-6, "y");
}

TEST(GroupNormalizationLayer, AnotherAxisIsTheSameOnPermutedNumbers) {
  Tensor x({2, 3, 4}), moved({2, 4, 3});  // channels are the last axis of x, the first of moved
  for (Index i = 0; i < x.size(); ++i) x.at(i) = static_cast<float>(i * i % 17);
  for (Index n = 0; n < 2; ++n)
    for (Index p = 0; p < 3; ++p)
      for (Index c = 0; c < 4; ++c) moved(n, c, p) = x(n, p, c);
  const auto last = make_layer(GroupNormalization{.groups = 2}),
             first = make_layer(GroupNormalization{.groups = 2, .axis = 1});
  last->call_shapes({{3, 4}});
  first->call_shapes({{4, 3}});
  for (Layer* layer : {last.get(), first.get()}) {
    layer->weight("gamma") = Tensor::from({1, 2, 3, 4});
    layer->weight("beta") = Tensor::from({0, 1, -1, 5});
  }
  const Tensor y = testing::run_layer(*last, {x}).y[0], z = testing::run_layer(*first, {moved}).y[0];
  for (Index n = 0; n < 2; ++n)
    for (Index p = 0; p < 3; ++p)
      for (Index c = 0; c < 4; ++c) EXPECT_FLOAT_EQ(z(n, c, p), y(n, p, c));
}

TEST(GroupNormalizationLayer, Messages) {
  EXPECT_THAT(message_of(GroupNormalization{.groups = 0}),
              HasSubstr("layer 'group_normalization' (GroupNormalization): groups is 0; it must be at least "
                        "1, or -1"));
  EXPECT_THAT(message_of(GroupNormalization{.groups = 1, .epsilon = -1.f}), HasSubstr("epsilon is -1"));
  EXPECT_THAT(message_of(GroupNormalization{.groups = 4}, {{3, 6}}),
              HasSubstr("the input (batch, 3, 6) has 6 channels, which 4 groups do not divide"));
  EXPECT_THAT(message_of(GroupNormalization{}, {{3, 6}}), HasSubstr("which 32 groups do not divide"));
  EXPECT_THAT(message_of(GroupNormalization{.groups = 1, .axis = 0}, {{3, 6}}),
              HasSubstr("axis is 0, which is the batch axis"));
}

}  // namespace
}  // namespace cornu::support
