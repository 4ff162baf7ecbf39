#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "support/golden.hpp"

namespace cornu::support {
namespace {

constexpr Padding same = Padding::same;

/// The same network with the same names as Keras gave it: prediction within 1e-4, summary to the letter.
void check_model(const std::string& name, Model& model) {
  SCOPED_TRACE("models/" + name);
  const std::string folder = "models/" + name + "/";
  model.set_weights(golden_list(folder, "w"));
  const std::vector<Tensor> expected = golden_list(folder, "y"),
                            y = model.predict_all(golden_list(folder, "x"));
  ASSERT_EQ(expected.size(), y.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    expect_close(expected[i], y[i], 1e-4, cornu::detail::concat("y", static_cast<Index>(i)));

  std::ifstream file(golden_path(folder + "summary.txt"));
  std::string summary{std::istreambuf_iterator<char>(file), {}};
  while (summary.ends_with("\n\n")) summary.pop_back();
  std::string text = model.summary_text();
  while (text.ends_with("\n\n")) text.pop_back();
  EXPECT_EQ(summary, text);
}

TEST(ModelsGolden, CatDog) {
  Sequential model({Input{.shape = {24, 24, 3}},
                    Conv2D{.filters = 8, .kernel_size = 3, .activation = relu, .name = "conv2d_11"},
                    MaxPooling2D{.name = "max_pooling2d_4"},
                    Conv2D{.filters = 8, .kernel_size = 3, .activation = relu, .name = "conv2d_12"},
                    MaxPooling2D{.name = "max_pooling2d_5"}, Flatten{.name = "flatten_1"},
                    Dense{.units = 16, .activation = relu, .name = "dense_4"},
                    Dense{.units = 1, .activation = sigmoid, .name = "dense_5"}},
                   "sequential_65");
  check_model("catdog_like", model);
}

TEST(ModelsGolden, Flowers) {
  const auto conv = [](Index filters, Index size, std::string name) {
    return Conv2D{.filters = filters,
                  .kernel_size = size,
                  .padding = same,
                  .activation = relu,
                  .name = std::move(name)};
  };
  Sequential model(
      {Input{.shape = {26, 26, 3}}, conv(4, 5, "conv2d_15"),
       BatchNormalization{.name = "batch_normalization_3"}, MaxPooling2D{.name = "max_pooling2d_8"},
       conv(6, 3, "conv2d_16"), BatchNormalization{.name = "batch_normalization_4"},
       MaxPooling2D{.name = "max_pooling2d_9"}, conv(8, 3, "conv2d_17"),
       BatchNormalization{.name = "batch_normalization_5"}, MaxPooling2D{.name = "max_pooling2d_10"},
       Flatten{.name = "flatten_3"}, Dense{.units = 12, .name = "dense_8"},
       Activation{.activation = relu, .name = "activation_28"}, Dropout{.rate = 0.4f, .name = "dropout_1"},
       Dense{.units = 5, .activation = softmax, .name = "dense_9"}},
      "sequential_67");
  check_model("flower_like", model);
}

TEST(ModelsGolden, StockLSTM) {
  Sequential model({Input{.shape = {10, 1}}, LSTM{.units = 6, .return_sequences = true, .name = "lstm_7"},
                    Dropout{.rate = 0.2f, .name = "dropout_3"},
                    LSTM{.units = 5, .return_sequences = true, .name = "lstm_8"},
                    Dropout{.rate = 0.2f, .name = "dropout_4"}, LSTM{.units = 4, .name = "lstm_9"},
                    Dense{.units = 1, .name = "dense_23"}},
                   "sequential_71");
  check_model("stock_lstm_like", model);
}

TEST(ModelsGolden, MaskedAttentions) {
  const SymbolicTensor q = Input{.shape = {4}, .name = "q"}, v = Input{.shape = {5}, .name = "v"};
  const auto table = [](std::string name) {
    return Embedding{.input_dim = 11, .output_dim = 6, .mask_zero = true, .name = std::move(name)};
  };
  const SymbolicTensors both{q | table("query_table"), v | table("value_table")};
  Model model(
      Inputs{q, v},
      Outputs{both | MultiHeadAttention{.num_heads = 2, .key_dim = 3, .dropout = 0.3f, .name = "attention"},
              both | Attention{.name = "dot"},
              both | AdditiveAttention{.use_causal_mask = true, .name = "additive"}},
      "attentions");
  check_model("masked_attentions", model);
}

TEST(ModelsGolden, Masking) {
  Sequential model({Input{.shape = {7, 2}}, Masking{.name = "masking"}, LSTM{.units = 4, .name = "lstm_11"}},
                   "sequential_74");
  check_model("masking_layer", model);
}

TEST(ModelsGolden, MaskedSentiment) {
  Sequential model(
      {Input{.shape = {9}},
       Embedding{.input_dim = 11, .output_dim = 5, .mask_zero = true, .name = "embedding_3"},
       LSTM{.units = 6, .name = "lstm_10"}, Dense{.units = 1, .activation = sigmoid, .name = "dense_24"}},
      "sequential_72");
  check_model("sentiment_masked", model);
}

TEST(ModelsGolden, MaskedBidirectional) {
  Sequential model({Input{.shape = {9}},
                    Embedding{.input_dim = 11, .output_dim = 5, .mask_zero = true, .name = "embedding_4"},
                    Bidirectional{.layer = GRU{.units = 4}, .name = "bidirectional_3"},
                    Dense{.units = 3, .activation = softmax, .name = "dense_25"}},
                   "sequential_73");
  check_model("sentiment_masked_bidirectional", model);
}

TEST(ModelsGolden, EncoderAndDecoder) {
  const SymbolicTensor past = Input{.shape = {6, 3}, .name = "input_layer_85"},
                       future = Input{.shape = {4, 3}, .name = "input_layer_86"};
  const auto states = call(LSTM{.units = 5, .return_state = true, .name = "lstm_12"}, {past});
  const auto decoded =
      call(LSTM{.units = 5, .return_sequences = true, .name = "lstm_13"}, {future, states[1], states[2]});
  const auto each =
      TimeDistributed{.layer = Dense{.units = 3, .activation = softmax}, .name = "time_distributed_2"};
  Model model(Inputs{past, future}, Outputs{decoded[0] | each}, "functional_84");
  check_model("seq2seq_states", model);
}

TEST(ModelsGolden, Characters) {
  Sequential model({Input{.shape = {12}}, Embedding{.input_dim = 17, .output_dim = 6, .name = "embedding_5"},
                    GRU{.units = 8, .return_sequences = true, .name = "gru_6"},
                    Dense{.units = 17, .activation = softmax, .name = "dense_26"}},
                   "sequential_75");
  check_model("char_rnn_like", model);
}

TEST(ModelsGolden, ResNet) {
  const auto conv = [](std::string name) {
    return Conv2D{.filters = 6, .kernel_size = 3, .padding = same, .name = std::move(name)};
  };
  const SymbolicTensor image = Input{.shape = {12, 12, 3}, .name = "image"};
  const auto stem = image | conv("stem");
  const auto a = stem | BatchNormalization{.name = "batch_normalization_9"} | ReLU{.name = "re_lu_1"} |
                 conv("conv2d_21");
  const auto first = SymbolicTensors{stem, a} | Add{.name = "add"};
  const auto b = first | BatchNormalization{.name = "batch_normalization_10"} | ReLU{.name = "re_lu_2"} |
                 conv("conv2d_22");
  const auto second = SymbolicTensors{first, b} | Add{.name = "add_1"};
  const auto probs = second | GlobalAveragePooling2D{.name = "global_average_pooling2d_1"} |
                     Dense{.units = 4, .activation = softmax, .name = "probs"};
  Model model(Inputs{image}, Outputs{probs}, "tiny_resnet");
  check_model("resnet_like", model);
}

TEST(ModelsGolden, Inception) {
  const SymbolicTensor x = Input{.shape = {10, 10, 4}, .name = "input_layer_69"};
  const auto a = x | Conv2D{.filters = 3, .kernel_size = 1, .activation = relu, .name = "conv2d_25"};
  const auto b =
      x | Conv2D{.filters = 3, .kernel_size = 3, .padding = same, .activation = relu, .name = "conv2d_26"};
  const auto c = x | MaxPooling2D{.pool_size = 3, .strides = 1, .padding = same, .name = "max_pooling2d_14"};
  const auto joined = SymbolicTensors{a, b, c} | Concatenate{.name = "concatenate"};
  Model model(Inputs{x},
              Outputs{joined | Flatten{.name = "flatten_5"} | Dense{.units = 3, .name = "dense_12"}},
              "functional_69");
  check_model("inception_like", model);
}

TEST(ModelsGolden, Siamese) {
  const Sequential encoder({Input{.shape = {8}}, Dense{.units = 6, .activation = tanh, .name = "dense_15"},
                            Dense{.units = 4, .name = "dense_16"}},
                           "encoder");
  const LayerHandle encode = encoder;
  const SymbolicTensor a = Input{.shape = {8}, .name = "input_layer_71"},
                       b = Input{.shape = {8}, .name = "input_layer_72"};
  const auto difference = SymbolicTensors{a | encode, b | encode} | Subtract{.name = "subtract"};
  Model model(Inputs{a, b},
              Outputs{difference | Dense{.units = 1, .activation = sigmoid, .name = "dense_17"}},
              "functional_73");
  check_model("siamese_shared", model);
}

TEST(ModelsGolden, NestedFunctional) {
  const SymbolicTensor inner = Input{.shape = {12, 12, 3}, .name = "input_layer_73"};
  const auto features = inner |
                        Conv2D{.filters = 5, .kernel_size = 3, .activation = relu, .name = "conv2d_27"} |
                        GlobalAveragePooling2D{.name = "global_average_pooling2d_3"};
  const Model base(Inputs{inner}, Outputs{features}, "base");
  const SymbolicTensor image = Input{.shape = {12, 12, 3}, .name = "input_layer_74"};
  const auto scaled = image | Rescaling{.scale = 1.0 / 255, .name = "rescaling_1"};
  Model model(
      Inputs{image},
      Outputs{scaled | LayerHandle(base) | Dense{.units = 3, .activation = softmax, .name = "dense_18"}},
      "functional_74");
  check_model("nested_functional", model);
}

TEST(ModelsGolden, NestedSequential) {
  const Sequential inner({Input{.shape = {6}}, Dense{.units = 5, .activation = relu, .name = "dense_19"},
                          Dense{.units = 4, .name = "dense_20"}},
                         "sequential_69");
  Sequential model({Input{.shape = {6}}, LayerHandle(inner), Dense{.units = 2, .name = "dense_21"}},
                   "sequential_70");
  check_model("nested_sequential", model);
}

TEST(ModelsGolden, Merges) {
  const SymbolicTensor a = Input{.shape = {5}, .name = "input_layer_77"},
                       b = Input{.shape = {5}, .name = "input_layer_78"};
  const SymbolicTensors both{a, b};
  Model model(Inputs{a, b},
              Outputs{both | Add{.name = "add_4"}, both | Multiply{.name = "multiply"},
                      both | Average{.name = "average"}, both | Maximum{.name = "maximum"},
                      both | Minimum{.name = "minimum"}, both | Subtract{.name = "subtract_1"},
                      both | Dot{.axes = 1, .name = "dot"},
                      both | Dot{.axes = -1, .normalize = true, .name = "dot_1"},
                      both | Concatenate{.axis = 1, .name = "concatenate_3"}},
              "functional_77");
  check_model("merges", model);
}

TEST(ModelsGolden, MobileNet) {
  const SymbolicTensor image = Input{.shape = {16, 16, 3}, .name = "input_layer_87"};
  const auto features =
      image |
      Conv2D{.filters = 6,
             .kernel_size = 3,
             .strides = 2,
             .padding = same,
             .use_bias = false,
             .name = "conv2d_28"} |
      BatchNormalization{.name = "batch_normalization_13"} | ReLU{.max_value = 6.f, .name = "re_lu_5"} |
      ZeroPadding2D{.padding = {{0, 1}, {0, 1}}, .name = "zero_padding2d_1"} |
      DepthwiseConv2D{.kernel_size = 3, .strides = 2, .use_bias = false, .name = "depthwise_conv2d_3"} |
      BatchNormalization{.name = "batch_normalization_14"} | ReLU{.max_value = 6.f, .name = "re_lu_6"} |
      Conv2D{.filters = 8, .kernel_size = 1, .name = "conv2d_29"};
  const auto probs =
      features | GlobalAveragePooling2D{.keepdims = true, .name = "global_average_pooling2d_4"} |
      Dropout{.rate = 0.1f, .name = "dropout_5"} | Reshape{.target_shape = {8}, .name = "reshape_1"} |
      Activation{.activation = softmax, .name = "activation_30"};
  Model model(Inputs{image}, Outputs{probs}, "functional_85");
  check_model("mobilenet_like", model);
}

TEST(ModelsGolden, Autoencoder) {
  const auto conv = [](Index filters, ActivationFunction activation, std::string name) {
    return Conv2D{.filters = filters,
                  .kernel_size = 3,
                  .padding = same,
                  .activation = activation,
                  .name = std::move(name)};
  };
  const SymbolicTensor image = Input{.shape = {12, 12, 1}, .name = "input_layer_89"};
  const auto code = image | conv(4, relu, "conv2d_30") |
                    MaxPooling2D{.padding = same, .name = "max_pooling2d_15"} | conv(3, relu, "conv2d_31");
  Model model(Inputs{image},
              Outputs{code | UpSampling2D{.name = "up_sampling2d_2"} | conv(1, sigmoid, "conv2d_32")},
              "functional_87");
  check_model("autoencoder", model);
}

}  // namespace
}  // namespace cornu::support
