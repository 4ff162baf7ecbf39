#include "cornu/layers/attention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "layers/attention_twin.hpp"
#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

constexpr auto concat = Attention::Score::concat;

TEST(AttentionLayer, MeetsTheContract) {
  check_layer_cases<Attention>({
      {.spec = {}, .inputs = {{1, 1}, {1, 1}}, .samples = 1},
      {.spec = {}, .inputs = {{3, 5}, {4, 5}}},
      {.spec = {}, .inputs = {{3, 5}, {4, 7}, {4, 5}}, .training = true},
      {.spec = {.use_scale = true, .use_causal_mask = true}, .inputs = {{5, 3}, {4, 3}}},
      {.spec = {.use_scale = true, .use_causal_mask = true}, .inputs = {{3, 2}, {6, 17}, {6, 2}}},
      {.spec = {.score_mode = concat}, .inputs = {{3, 5}, {4, 5}}},
      {.spec = {.use_scale = true, .score_mode = concat, .use_causal_mask = true},
       .inputs = {{3, 2}, {4, 3}, {4, 2}}},
      {.spec = {.use_scale = true, .dropout = 0.4f},
       .inputs = {{7, 5}, {6, 5}},
       .training = true,
       .random = true},
      {.spec = {.score_mode = concat, .dropout = 0.3f, .seed = 5},
       .inputs = {{3, 2}, {4, 3}, {4, 2}},
       .training = true,
       .random = true},
      {.spec = {.use_scale = true}, .inputs = {{3, 5}, {4, 7}, {4, 5}}, .training = true, .masked = true},
  });
}

TEST(AttentionLayer, FollowsItsFormula) {
  const Tensor q = noise({2, 5, 3}, 1), v = noise({2, 4, 6}, 2), k = noise({2, 4, 3}, 3);
  for (const bool causal : {false, true})
    for (const auto mode : {Attention::Score::dot, concat}) {
      const auto layer =
          make_layer(Attention{.use_scale = true, .score_mode = mode, .use_causal_mask = causal});
      EXPECT_EQ(layer->call_shapes({{5, 3}, {4, 6}, {4, 3}}), (Shapes{{5, 6}}));
      layer->weight("scale") = Tensor(Shape(), {0.7f});
      if (mode == concat) layer->weight("concat_score_weight") = Tensor(Shape(), {1.5f});
      const Tensor expected = attention_twin(q, v, k, causal, [&](const float* a, const float* b, Index dim) {
        double sum = 0;
        for (Index d = 0; d < dim; ++d)
          sum += mode == concat ? 1.5 * std::tanh(0.7 * (double(a[d]) + double(b[d])))
                                : 0.7 * double(a[d] * b[d]);
        return sum;
      });
      expect_close(expected, testing::run_layer(*layer, {q, v, k}).y[0], 1e-6, causal ? "causal" : "all");
    }
}

TEST(AttentionLayer, Messages) {
  EXPECT_THAT(message_of(Attention{.dropout = 1}), HasSubstr("layer 'attention' (Attention)"));
  EXPECT_THAT(message_of(Attention{}, {{3, 4}}), HasSubstr("1 inputs were given; Attention takes 2 or 3"));
  EXPECT_THAT(message_of(Attention{}, {{3, 4}, {3}}),
              HasSubstr("the value is (batch, 3); it must be (batch, steps, features)"));
  EXPECT_THAT(message_of(Attention{}, {{3, 4}, {0, 4}}), HasSubstr("the value is (batch, 0, 4)"));
  EXPECT_THAT(message_of(Attention{}, {{3, 4}, {5, 4}, {6, 4}}),
              HasSubstr("the key (batch, 6, 4) has 6 steps and the value (batch, 5, 4) has 5"));
  EXPECT_THAT(message_of(Attention{}, {{3, 4}, {5, 6}}),
              HasSubstr("the value (batch, 5, 6) has 6 features and the query (batch, 3, 4) has 4"));
}

}  // namespace
}  // namespace cornu::support
