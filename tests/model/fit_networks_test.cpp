#include <gtest/gtest.h>

#include "model/fit_case.hpp"

namespace cornu::support {
namespace {

constexpr Padding same = Padding::same;

FitCase small(std::string name, OptimizerHandle optimizer, FitOptions fit) {
  return {.name = std::move(name),
          .model = small_net(3, softmax),
          .compile = {.optimizer = optimizer, .loss = "categorical_crossentropy", .metrics = {accuracy}},
          .fit = std::move(fit)};
}

TEST(FitGolden, Options) {
  check_fit_cases({
      small("class_weight", Adam{}, {.class_weight = {{0, 1.f}, {1, 2.5f}, {2, 0.3f}}}),
      small("sample_weight", Adam{}, {}),
      small("validation_split", SGD{}, {.validation_split = 0.3f}),
      small("steps_per_epoch", SGD{}, {.epochs = 2, .steps_per_epoch = 2}),
  });
}

TEST(FitGolden, RegularizersAndConstraints) {
  check_fit_cases({
      {.name = "regularized",
       .model = []() -> Model {
         return Sequential{Input{.shape = {6}},
                           Dense{.units = 8,
                                 .activation = relu,
                                 .kernel_regularizer = L2{.l2 = 0.01f},
                                 .bias_regularizer = L1{.l1 = 0.02f}},
                           Dense{.units = 3,
                                 .activation = softmax,
                                 .kernel_regularizer = L1L2{.l1 = 0.01f, .l2 = 0.02f},
                                 .activity_regularizer = L2{.l2 = 0.01f}}};
       },
       .compile = {.optimizer = SGD{.learning_rate = 0.05f},
                   .loss = "categorical_crossentropy",
                   .metrics = {accuracy}}},
      {.name = "constrained",
       .model = []() -> Model {
         return Sequential{
             Input{.shape = {6}},
             Dense{.units = 8, .activation = relu, .kernel_constraint = MaxNorm{.max_value = 0.6f}},
             Dense{.units = 3, .kernel_constraint = NonNeg{}}};
       },
       .compile = {.optimizer = SGD{.learning_rate = 0.1f}, .loss = "mse", .metrics = {accuracy}}},
  });
}

Model catdog() {
  return Sequential{Input{.shape = {19, 19, 3}},
                    Conv2D{.filters = 8, .kernel_size = 3, .activation = relu},
                    MaxPooling2D{.pool_size = 2},
                    Conv2D{.filters = 8, .kernel_size = 3, .activation = relu},
                    MaxPooling2D{.pool_size = 2},
                    Flatten{},
                    Dense{.units = 16, .activation = relu},
                    Dense{.units = 1, .activation = sigmoid}};
}

Model cifar() {
  return Sequential{Input{.shape = {16, 16, 3}},
                    Conv2D{.filters = 6, .kernel_size = 4, .padding = same, .activation = relu},
                    MaxPooling2D{.pool_size = 2},
                    Conv2D{.filters = 8, .kernel_size = 4, .padding = same, .activation = relu},
                    MaxPooling2D{.pool_size = 2},
                    Flatten{},
                    Dense{.units = 20, .activation = relu},
                    Dense{.units = 10, .activation = softmax}};
}

Model batchnorm() {
  return Sequential{Input{.shape = {10, 10, 2}}, Conv2D{.filters = 5, .kernel_size = 3},
                    BatchNormalization{},        ReLU{},
                    GlobalAveragePooling2D{},    Dense{.units = 3, .activation = softmax}};
}

Model frozen() {
  return Sequential{Input{.shape = {10, 10, 2}},
                    Conv2D{.filters = 5, .kernel_size = 3, .activation = relu, .trainable = false},
                    BatchNormalization{.trainable = false}, Flatten{},
                    Dense{.units = 3, .activation = softmax}};
}

Model residual() {
  const SymbolicTensor image = Input{.shape = {12, 12, 3}, .name = "image"};
  const Conv2D conv{.filters = 6, .kernel_size = 3, .padding = same};
  SymbolicTensor x = image | conv;
  for (int block = 0; block < 2; ++block) {
    const SymbolicTensor branch = x | BatchNormalization{} | ReLU{} | conv;
    x = SymbolicTensors{x, branch} | Add{};
  }
  return Model(Inputs{image},
               Outputs{x | GlobalAveragePooling2D{} | Dense{.units = 4, .activation = softmax}});
}

Model siamese() {
  const Sequential encoder{Input{.shape = {8}}, Dense{.units = 6, .activation = tanh}, Dense{.units = 4}};
  const SymbolicTensor a = Input{.shape = {8}}, b = Input{.shape = {8}};
  const LayerHandle encode = encoder;
  const SymbolicTensor difference = SymbolicTensors{a | encode, b | encode} | Subtract{};
  return Model(Inputs{a, b}, Outputs{difference | Dense{.units = 1, .activation = sigmoid}});
}

Model embedded() {
  return Sequential{Input{.shape = {6}}, Embedding{.input_dim = 11, .output_dim = 4},
                    GRU{.units = 5, .return_sequences = true}, Dense{.units = 11, .activation = softmax}};
}

Model lstm_regression() {
  return Sequential{Input{.shape = {7, 2}}, LSTM{.units = 5, .return_sequences = true}, LSTM{.units = 4},
                    Dense{.units = 1}};
}

TEST(FitGolden, Networks) {
  const auto classes = [](OptimizerHandle optimizer, LossHandle loss) -> CompileOptions {
    return {.optimizer = optimizer, .loss = loss, .metrics = {accuracy}};
  };
  const char* const sparse = "sparse_categorical_crossentropy";
  check_fit_cases({
      {.name = "catdog_like",
       .model = catdog,
       .compile = classes(Adam{}, "binary_crossentropy"),
       .fit = {.batch_size = 4}},
      {.name = "cifar_like",
       .model = cifar,
       .compile = classes(Adam{}, "categorical_crossentropy"),
       .fit = {.batch_size = 4}},
      {.name = "batchnorm_net",
       .model = batchnorm,
       .compile = classes(SGD{.learning_rate = 0.1f, .momentum = 0.9f}, sparse),
       .fit = {.batch_size = 4}},
      {.name = "frozen_layers",
       .model = frozen,
       .compile = classes(Adam{}, sparse),
       .fit = {.batch_size = 4}},
      {.name = "residual_functional",
       .model = residual,
       .compile = classes(Adam{.learning_rate = 0.005f}, sparse),
       .fit = {.batch_size = 3}},
      {.name = "gru_sequences",
       .model = embedded,
       .compile = classes(Adam{.learning_rate = 0.01f}, sparse),
       .fit = {.batch_size = 4}},
      {.name = "shared_siamese",
       .model = siamese,
       .compile = classes(SGD{.learning_rate = 0.1f}, "binary_crossentropy"),
       .fit = {.batch_size = 4}},
      {.name = "lstm_regression",
       .model = lstm_regression,
       .compile = {.optimizer = Adam{.learning_rate = 0.01f}, .loss = "mse", .metrics = {"mae"}},
       .fit = {.batch_size = 4}},
  });
}

}  // namespace
}  // namespace cornu::support
