#include "cornu/layers/multi_head_attention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "layers/attention_twin.hpp"
#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(MultiHeadAttentionLayer, MeetsTheContract) {
  check_layer_cases<MultiHeadAttention>({
      {.spec = {.num_heads = 1, .key_dim = 1}, .inputs = {{1, 1}, {1, 1}}, .samples = 1},
      {.spec = {.num_heads = 2, .key_dim = 3}, .inputs = {{4, 5}, {3, 5}}},
      {.spec = {.num_heads = 3, .key_dim = 2, .value_dim = 4},
       .inputs = {{4, 5}, {3, 7}, {3, 2}},
       .training = true},
      {.spec = {.num_heads = 2, .key_dim = 3, .use_bias = false, .output_shape = 6, .use_causal_mask = true},
       .inputs = {{5, 4}, {4, 3}}},
      {.spec = {.num_heads = 2, .key_dim = 3, .dropout = 0.4f},
       .inputs = {{4, 5}, {6, 5}},
       .training = true,
       .random = true},
      {.spec = {.num_heads = 2, .key_dim = 3}, .inputs = {{4, 5}, {3, 5}}, .masked = true},
      {.spec = {.num_heads = 2, .key_dim = 3, .dropout = 0.4f, .use_causal_mask = true},
       .inputs = {{4, 5}, {6, 5}},
       .training = true,
       .random = true,
       .masked = true},
  });
}

/// Column block `head` of x w + b, for a kernel (in, heads, out).
Tensor projected(const Tensor& x, const Tensor& kernel, const Tensor& bias, Index head) {
  const Index n = x.shape()[0], steps = x.shape()[1], in = x.shape()[2], out = kernel.shape()[2];
  Tensor y({n, steps, out});
  for (Index s = 0; s < n; ++s)
    for (Index t = 0; t < steps; ++t)
      for (Index o = 0; o < out; ++o) {
        double sum = bias(head, o);
        for (Index i = 0; i < in; ++i) sum += double(x(s, t, i)) * double(kernel(i, head, o));
        y(s, t, o) = static_cast<float>(sum);
      }
  return y;
}

TEST(MultiHeadAttentionLayer, FollowsItsFormula) {
  const Index heads = 3, key_dim = 2, value_dim = 4, features = 5;
  const Tensor q = noise({2, 4, 5}, 1), v = noise({2, 3, 7}, 2), k = noise({2, 3, 6}, 3);
  for (const bool causal : {false, true}) {
    const auto layer = make_layer(MultiHeadAttention{
        .num_heads = heads, .key_dim = key_dim, .value_dim = value_dim, .use_causal_mask = causal});
    EXPECT_EQ(layer->call_shapes({{4, 5}, {3, 7}, {3, 6}}), (Shapes{{4, 5}}));
    std::vector<std::string> names;
    for (Weight& w : layer->weights()) {
      names.push_back(w.name);
      w.value = noise(w.value.shape(), names.size() + 10);
    }
    EXPECT_THAT(names,
                ::testing::ElementsAre("query/kernel", "query/bias", "key/kernel", "key/bias", "value/kernel",
                                       "value/bias", "attention_output/kernel", "attention_output/bias"));
    Tensor expected({2, 4, features});
    for (Index h = 0; h < heads; ++h) {
      const auto part = [&](const Tensor& x, const std::string& name) {
        return projected(x, layer->weight(name + "/kernel"), layer->weight(name + "/bias"), h);
      };
      const Tensor o = attention_twin(part(q, "query"), part(v, "value"), part(k, "key"), causal,
                                      [](const float* a, const float* b, Index dim) {
                                        double sum = 0;
                                        for (Index d = 0; d < dim; ++d) sum += double(a[d]) * double(b[d]);
                                        return sum / std::sqrt(double(dim));
                                      });
      const Tensor &kernel = layer->weight("attention_output/kernel"),
                   &bias = layer->weight("attention_output/bias");
      for (Index s = 0; s < 2; ++s)
        for (Index t = 0; t < 4; ++t)
          for (Index f = 0; f < features; ++f) {
            for (Index d = 0; d < value_dim; ++d) expected(s, t, f) += o(s, t, d) * kernel(h, d, f);
            if (h == 0) expected(s, t, f) += bias.at(f);
          }
    }
    expect_close(expected, testing::run_layer(*layer, {q, v, k}).y[0], 2e-6, causal ? "causal" : "all");
  }
}

TEST(MultiHeadAttentionLayer, Messages) {
  EXPECT_THAT(
      message_of(MultiHeadAttention{.num_heads = 0, .key_dim = 1}),
      HasSubstr("layer 'multi_head_attention' (MultiHeadAttention): num_heads is 0; it must be at least 1"));
  EXPECT_THAT(message_of(MultiHeadAttention{.num_heads = 1, .key_dim = 0}), HasSubstr("key_dim is 0"));
  EXPECT_THAT(message_of(MultiHeadAttention{.num_heads = 1, .key_dim = 1, .value_dim = 0}),
              HasSubstr("value_dim is 0"));
  EXPECT_THAT(message_of(MultiHeadAttention{.num_heads = 1, .key_dim = 1, .output_shape = 0}),
              HasSubstr("output_shape is 0"));
  EXPECT_THAT(message_of(MultiHeadAttention{.num_heads = 1, .key_dim = 1, .use_gate = true}),
              HasSubstr("use_gate is not supported"));
  EXPECT_THAT(message_of(MultiHeadAttention{.num_heads = 1, .key_dim = 1, .attention_axes = {2}}),
              HasSubstr("attention_axes other than 1 is not supported"));
  EXPECT_THAT(message_of(MultiHeadAttention{.num_heads = 1, .key_dim = 1, .sliding_window = 3}),
              HasSubstr("sliding_window is not supported"));
  EXPECT_THAT(message_of(MultiHeadAttention{.num_heads = 1, .key_dim = 1, .activity_regularizer = L2{}}),
              HasSubstr("activity_regularizer is not supported"));
  EXPECT_THAT(message_of(MultiHeadAttention{.num_heads = 1, .key_dim = 1}, {{3, 4}, {5, 4}, {6, 4}}),
              HasSubstr("the key (batch, 6, 4) has 6 steps and the value (batch, 5, 4) has 5"));
}

}  // namespace
}  // namespace cornu::support
