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

constexpr auto table = [](Index width) {
  return Embedding{.input_dim = 11, .output_dim = width, .mask_zero = true};
};

/// Two blocks. In Keras the first attention takes the mask of what it reads away from all that runs later, so
/// that the second sees all steps; the mean, which was handed its mask when the model was drawn, does not.
Model two_blocks() {
  const SymbolicTensor tokens = Input{.shape = {6}};
  SymbolicTensor x = tokens | table(8);
  for (int block = 0; block < 2; ++block) {
    const SymbolicTensor seen = SymbolicTensors{x, x} | MultiHeadAttention{.num_heads = 2, .key_dim = 4};
    x = SymbolicTensors{x, seen} | Add{} | LayerNormalization{};
    const SymbolicTensor inner = x | Dense{.units = 12, .activation = relu} | Dense{.units = 8};
    x = SymbolicTensors{x, inner} | Add{} | LayerNormalization{};
  }
  return Model(Inputs{tokens}, Outputs{x | GlobalAveragePooling1D{} | Dense{.units = 2}});
}

/// Concatenate along the steps or the features, with masks of several makers and inputs that have none.
Model joined(int axis) {
  const SymbolicTensor i = Input{.shape = {5}}, j = Input{.shape = {5}}, k = Input{.shape = {5, 3}};
  const SymbolicTensor e = i | table(3), f = j | table(3);
  const SymbolicTensor g = k | Masking{.mask_value = -1.f} | Dropout{.rate = 0.f};
  const SymbolicTensors first = axis == 1 ? SymbolicTensors{e, g, f} : SymbolicTensors{e, g};
  const SymbolicTensor y = first | Concatenate{.axis = axis} | LSTM{.units = 4, .return_sequences = true};
  const SymbolicTensor z =
      axis == 1 ? SymbolicTensors{y, f | Conv1D{.filters = 4, .kernel_size = 1}} | Concatenate{.axis = 1}
                : SymbolicTensors{y, f | Dense{.units = 2}} | Concatenate{};
  return Model(Inputs{i, j, k}, Outputs{z | GlobalAveragePooling1D{} | Dense{.units = 2}});
}

Model merged() {
  const SymbolicTensor i = Input{.shape = {5}}, j = Input{.shape = {5}};
  const SymbolicTensor e = i | table(3), f = j | table(3);
  const SymbolicTensor y = SymbolicTensors{e, f} | Average{} | GRU{.units = 3, .return_sequences = true};
  return Model(Inputs{i, j}, Outputs{SymbolicTensors{y, f} | Add{} | Dense{.units = 2}});
}

Model nested() {
  const Sequential inner{Input{.shape = {5, 3}}, Dense{.units = 3, .activation = tanh},
                         LSTM{.units = 4, .return_sequences = true}};
  const SymbolicTensor i = Input{.shape = {5}};
  return Model(Inputs{i}, Outputs{i | table(3) | inner | LSTM{.units = 3} | Dense{.units = 1}});
}

Model normalized() {
  const SymbolicTensor i = Input{.shape = {5, 3}};
  const SymbolicTensor x = i | Masking{.mask_value = -1.f} | BatchNormalization{.momentum = 0.8f};
  const LayerHandle each = Dense{.units = 4, .activation = tanh};
  return Model(Inputs{i}, Outputs{x | TimeDistributed{.layer = each} | Dense{.units = 2}});
}

TEST(FitGolden, MasksThroughModels) {
  const CompileOptions plain{.optimizer = SGD{.learning_rate = 0.1f}, .loss = "mse", .metrics = {"mae"}};
  CompileOptions weighted = plain;
  weighted.weighted_metrics = {"mse"};
  const auto with = [&](std::string name, std::function<Model()> model,
                        const CompileOptions& compile) -> FitCase {
    return {.name = std::move(name), .model = std::move(model), .compile = compile, .fit = {.batch_size = 4}};
  };
  check_fit_cases({
      with("masked_transformer", two_blocks, plain),
      with(
          "masked_concatenate_1", [] { return joined(1); }, plain),
      with(
          "masked_concatenate_2", [] { return joined(2); }, plain),
      with("masked_merges", merged, weighted),
      with("masked_nested", nested, plain),
      with("masked_batchnorm", normalized, plain),
  });
}

}  // namespace
}  // namespace cornu::support
