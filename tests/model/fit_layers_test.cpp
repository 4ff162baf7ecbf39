#include <gtest/gtest.h>

#include "cornu/losses/probabilistic.hpp"
#include "cornu/metrics/accuracy.hpp"
#include "cornu/optimizers/adam.hpp"
#include "cornu/optimizers/adamw.hpp"
#include "model/fit_case.hpp"

namespace cornu::support {
namespace {

constexpr Padding same = Padding::same;

Model separable() {
  return Sequential{Input{.shape = {12, 12, 3}},
                    SeparableConv2D{.filters = 6, .kernel_size = 3, .padding = same, .activation = relu},
                    AveragePooling2D{.pool_size = 2},
                    DepthwiseConv2D{.kernel_size = 3},
                    Flatten{},
                    Dense{.units = 2, .activation = softmax}};
}

Model transposed() {
  return Sequential{
      Input{.shape = {8, 8, 1}},
      Conv2D{.filters = 4, .kernel_size = 3, .strides = 2, .padding = same, .activation = relu},
      Conv2DTranspose{.filters = 1, .kernel_size = 3, .strides = 2, .padding = same, .activation = sigmoid}};
}

Model series() {
  return Sequential{Input{.shape = {16, 2}},
                    Conv1D{.filters = 5, .kernel_size = 3, .padding = Padding::causal, .activation = relu},
                    MaxPooling1D{},
                    Conv1D{.filters = 4, .kernel_size = 3, .activation = relu},
                    GlobalAveragePooling1D{},
                    Dense{.units = 1}};
}

Model transformer() {
  const SymbolicTensor x = Input{.shape = {6, 8}};
  const SymbolicTensor seen = SymbolicTensors{x, x} | MultiHeadAttention{.num_heads = 2, .key_dim = 4};
  const SymbolicTensor first = SymbolicTensors{x, seen} | Add{} | LayerNormalization{};
  const SymbolicTensor inner = first | Dense{.units = 12, .activation = gelu} | Dense{.units = 8};
  const SymbolicTensor second = SymbolicTensors{first, inner} | Add{} | LayerNormalization{};
  return Model(Inputs{x}, Outputs{second | GlobalAveragePooling1D{} | Dense{.units = 2}});
}

TEST(FitGolden, Transformer) {
  const CompileOptions compile{
      .optimizer = AdamW{.learning_rate = 0.005f}, .loss = "mse", .metrics = {"mae"}};
  check_fit_cases({{.name = "transformer_block",
                    .model = transformer,
                    .compile = compile,
                    .fit = {.batch_size = 4},
                    .rounding_only = 3}});  // the bias of the keys moves all scores of a query alike
}

TEST(FitGolden, MoreLayers) {
  const auto options = [](LossHandle loss, MetricHandle metric) -> CompileOptions {
    return {.optimizer = Adam{}, .loss = loss, .metrics = {metric}};
  };
  check_fit_cases({
      {.name = "separable_net",
       .model = separable,
       .compile = options("categorical_crossentropy", accuracy),
       .fit = {.batch_size = 3}},
      {.name = "transposed_autoencoder",
       .model = transposed,
       .compile = options("binary_crossentropy", "mae"),
       .fit = {.batch_size = 3}},
      {.name = "conv1d_series", .model = series, .compile = options("mse", "mae"), .fit = {.batch_size = 4}},
  });
}

}  // namespace
}  // namespace cornu::support
