#include "cornu/layers/embedding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(EmbeddingLayer, MeetsTheContractAndKeras) {
  check_layer_cases<Embedding>({
      {.spec = {.input_dim = 11, .output_dim = 6}, .golden = "embedding", .token_ids = 11},
      {.spec = {.input_dim = 1, .output_dim = 1}, .input = {1}, .samples = 1, .token_ids = 1},
      {.spec = {.input_dim = 5, .output_dim = 33}, .input = {17}, .token_ids = 5},
      {.spec = {.input_dim = 7, .output_dim = 70}, .input = {2, 3}, .training = true, .token_ids = 7},
  });
}

TEST(EmbeddingLayer, AddsWhatComesSeveralTimes) {
  const auto layer = make_layer(Embedding{.input_dim = 3, .output_dim = 2});
  EXPECT_EQ(layer->call_shapes({{4}}), (Shapes{{4, 2}}));
  layer->weight("embeddings") = Tensor::from({{1, 2}, {3, 4}, {5, 6}});
  const auto run = testing::run_layer(*layer, {Tensor({1, 4}, {2, 0, 2, 2.9f})},
                                      {Tensor({1, 4, 2}, {1, 10, 2, 20, 4, 40, 8, 80})});
  EXPECT_EQ(run.y[0].reshape({4, 2}), Tensor::from({{5, 6}, {1, 2}, {5, 6}, {5, 6}}));
  EXPECT_EQ(run.dweights[0], Tensor::from({{2, 20}, {0, 0}, {13, 130}}));
}

TEST(EmbeddingLayer, RefusesIdsOutOfRange) {
  const auto layer = make_layer(Embedding{.input_dim = 3, .output_dim = 2});
  layer->call_shapes({{4}});
  const auto message = [&](float id) {
    try {
      testing::run_layer(*layer, {Tensor({2, 4}, {0, 1, 2, 0, 1, id, 7, 0})});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  EXPECT_THAT(message(3), HasSubstr("layer 'embedding' (Embedding): token id 3 in sample 1, position 1; it "
                                    "must be in 0 .. 2. Set input_dim to the largest id + 1"));
  EXPECT_THAT(message(-1), HasSubstr("token id -1 in sample 1, position 1"));
  EXPECT_THAT(message(std::nanf("")), HasSubstr("token id nan"));
  EXPECT_THAT(message(2), HasSubstr("token id 7 in sample 1, position 2"));
}

TEST(EmbeddingLayer, Messages) {
  EXPECT_THAT(message_of(Embedding{.input_dim = 0, .output_dim = 1}),
              HasSubstr("layer 'embedding' (Embedding): input_dim is 0; it must be at least 1"));
  EXPECT_THAT(message_of(Embedding{.input_dim = 1, .output_dim = 0}), HasSubstr("output_dim is 0"));
  EXPECT_THAT(message_of(Embedding{.input_dim = 20000000, .output_dim = 1}),
              HasSubstr("input_dim is 20000000; ids travel as float, which counts to 16777216"));
}

}  // namespace
}  // namespace cornu::support
