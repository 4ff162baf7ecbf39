#include <gtest/gtest.h>

#include "cornu/optimizers/sgd.hpp"
#include "model/fit_case.hpp"

namespace cornu::support {
namespace {

/// Two padded sequences of tokens, what `attention` makes of them, and a head; the loss has the query's mask.
/// The tokens are such that some queries see nothing: values that are padding only, or begin with it.
template <class Attention>
std::function<Model()> attention_net(const Attention& attention, bool own_key = false) {
  return [=]() -> Model {
    const SymbolicTensor q = Input{.shape = {4}}, v = Input{.shape = {5}};
    const SymbolicTensor query = q | Embedding{.input_dim = 11, .output_dim = 6, .mask_zero = true};
    const SymbolicTensor value = v | Embedding{.input_dim = 11, .output_dim = 6, .mask_zero = true};
    const SymbolicTensors inputs =
        own_key ? SymbolicTensors{query, value, value | Dense{.units = 6}} : SymbolicTensors{query, value};
    return Model(Inputs{q, v}, Outputs{inputs | attention | Dense{.units = 3}});
  };
}

TEST(FitGolden, AttentionsTakeMasks) {
  const CompileOptions compile{.optimizer = SGD{.learning_rate = 0.1f}, .loss = "mse", .metrics = {"mae"}};
  const auto with = [&](std::string name, std::function<Model()> model) -> FitCase {
    return {.name = std::move(name), .model = std::move(model), .compile = compile, .fit = {.batch_size = 4}};
  };
  const MultiHeadAttention heads{.num_heads = 2, .key_dim = 3};
  MultiHeadAttention wide = heads, causal = heads;
  wide.value_dim = 4, causal.use_causal_mask = true;
  check_fit_cases({
      with("masked_attention", attention_net(Attention{.use_scale = true})),
      with("masked_attention_causal",
           attention_net(Attention{
               .use_scale = true, .score_mode = Attention::Score::concat, .use_causal_mask = true})),
      with("masked_additive_attention", attention_net(AdditiveAttention{}, true)),
      with("masked_multi_head_attention", attention_net(wide, true)),
      with("masked_multi_head_attention_causal", attention_net(causal)),
  });
}

}  // namespace
}  // namespace cornu::support
