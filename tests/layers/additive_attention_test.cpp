#include "cornu/layers/additive_attention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "layers/attention_twin.hpp"
#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(AdditiveAttentionLayer, MeetsTheContract) {
  check_layer_cases<AdditiveAttention>({
      {.spec = {}, .inputs = {{1, 1}, {1, 1}}, .samples = 1},
      {.spec = {}, .inputs = {{3, 5}, {4, 5}}},
      {.spec = {.use_causal_mask = true}, .inputs = {{3, 2}, {4, 17}, {4, 2}}, .training = true},
      {.spec = {.use_scale = false}, .inputs = {{5, 3}, {2, 3}}},
      {.spec = {.dropout = 0.4f}, .inputs = {{7, 5}, {6, 5}}, .training = true, .random = true},
      {.spec = {.use_scale = true}, .inputs = {{3, 5}, {4, 7}, {4, 5}}, .training = true, .masked = true},
  });
}

TEST(AdditiveAttentionLayer, FollowsItsFormula) {
  const Tensor q = noise({2, 5, 3}, 1), v = noise({2, 4, 6}, 2), k = noise({2, 4, 3}, 3);
  for (const bool causal : {false, true}) {
    const auto layer = make_layer(AdditiveAttention{.use_causal_mask = causal});
    EXPECT_EQ(layer->call_shapes({{5, 3}, {4, 6}, {4, 3}}), (Shapes{{5, 6}}));
    layer->weight("scale") = Tensor::from({0.5f, -1, 2});
    const Tensor expected = attention_twin(q, v, k, causal, [](const float* a, const float* b, Index) {
      const auto t = [&](int d) { return std::tanh(double(a[d]) + double(b[d])); };
      return 0.5 * t(0) - t(1) + 2 * t(2);
    });
    expect_close(expected, testing::run_layer(*layer, {q, v, k}).y[0], 1e-6, causal ? "causal" : "all");
  }
}

TEST(AdditiveAttentionLayer, Messages) {
  EXPECT_THAT(message_of(AdditiveAttention{.dropout = -1}),
              HasSubstr("layer 'additive_attention' (AdditiveAttention)"));
  EXPECT_THAT(message_of(AdditiveAttention{}, {{3, 4}}),
              HasSubstr("1 inputs were given; AdditiveAttention takes 2 or 3"));
}

}  // namespace
}  // namespace cornu::support
