#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "io/keras_support.hpp"
#include "support/random_data.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

/// Saved and loaded, the model predicts the same bits, and is saved as the same bytes.
void expect_comes_back(Model& model, const std::vector<Tensor>& x) {
  TemporaryFolder folder;
  model.initialize(5);
  model.save(folder.path("a.keras"));
  const Model again = Model::load(folder.path("a.keras"));
  again.save(folder.path("b.keras"));
  EXPECT_EQ(file_bytes(folder.path("a.keras")), file_bytes(folder.path("b.keras")));
  EXPECT_EQ(model.summary_text(), again.summary_text());
  const std::vector<Tensor> y = model.predict_all(x), z = again.predict_all(x);
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_TRUE(same_bits(y[i], z[i])) << "output " << i;
}

TEST(KerasLayers, Sequences) {
  Sequential net({Input{.shape = {12, 3}},
                  Conv1D{.filters = 4, .kernel_size = 3, .padding = Padding::causal, .dilation_rate = 2},
                  ZeroPadding1D{.padding = {1, 2}}, MaxPooling1D{.pool_size = 2, .strides = 1},
                  Conv1DTranspose{.filters = 6, .kernel_size = 3, .strides = 2, .output_padding = 1},
                  SeparableConv1D{.filters = 4, .kernel_size = 2, .depth_multiplier = 2},
                  DepthwiseConv1D{.kernel_size = 2}, AveragePooling1D{.pool_size = 2},
                  UpSampling1D{.size = 3}, Cropping1D{.cropping = {0, 2}}, RMSNormalization{.epsilon = 1e-5f},
                  UnitNormalization{.axis = 1}, GroupNormalization{.groups = 2},
                  GlobalMaxPooling1D{.keepdims = true}, GlobalAveragePooling1D{}});
  expect_comes_back(net, {noise({2, 12, 3}, 1)});
}

TEST(KerasLayers, Pictures) {
  Sequential net({Input{.shape = {7, 9, 2}}, Normalization{.mean = {0.5f, 1}, .variance = {2, 3}},
                  Normalization{.axis = {1, 2, 3}},
                  Resizing{.height = 8, .width = 6, .interpolation = Interpolation::nearest, .fill_value = 2},
                  CenterCrop{.height = 5, .width = 6},
                  Conv2DTranspose{.filters = 3, .kernel_size = {2, 3}, .strides = 2},
                  Conv2DTranspose{.filters = 3, .kernel_size = 3, .strides = 2, .output_padding = {0, 1}},
                  SeparableConv2D{.filters = 4, .kernel_size = 3, .strides = 2, .activation = hard_tanh},
                  Activation{.activation = glu}, Activation{.activation = sparsemax}, Flatten{}});
  expect_comes_back(net, {noise({2, 7, 9, 2}, 1)});
}

TEST(KerasLayers, Volumes) {
  Sequential net({Input{.shape = {5, 6, 4, 2}}, ZeroPadding3D{.padding = {{1, 0}, {0, 2}, {1, 1}}},
                  Conv3D{.filters = 4, .kernel_size = {1, 2, 3}, .padding = Padding::same, .groups = 2},
                  MaxPooling3D{.pool_size = {1, 2, 1}},
                  Conv3DTranspose{.filters = 3, .kernel_size = 2, .strides = {1, 2, 1}},
                  AveragePooling3D{.pool_size = 2, .strides = 1},
                  Cropping3D{.cropping = {{0, 1}, {0, 0}, {1, 0}}}, UpSampling3D{.size = {2, 1, 1}},
                  GlobalAveragePooling3D{.keepdims = true}, GlobalMaxPooling3D{}});
  expect_comes_back(net, {noise({2, 5, 6, 4, 2}, 1)});
}

TEST(KerasLayers, TokensAndAttention) {
  const SymbolicTensor ids = Input{.shape = {6}, .name = "ids"};
  const SymbolicTensor x = ids | Embedding{.input_dim = 9, .output_dim = 8};
  const SymbolicTensor a =
      SymbolicTensors{x, x} | Attention{.use_scale = true, .score_mode = Attention::Score::concat};
  const SymbolicTensor b = SymbolicTensors{a, x, x} | AdditiveAttention{.use_causal_mask = true};
  const SymbolicTensor c =
      SymbolicTensors{b, x} |
      MultiHeadAttention{
          .num_heads = 2, .key_dim = 3, .value_dim = 4, .output_shape = 5, .use_causal_mask = true};
  Model model(Inputs{ids}, Outputs{c});
  Tensor tokens({2, 6});
  for (Index i = 0; i < tokens.size(); ++i) tokens.at(i) = static_cast<float>(i * 5 % 9);
  expect_comes_back(model, {tokens});
}

TEST(KerasLayers, TheCausalMaskIsAnArgumentOfTheCall) {
  const SymbolicTensor x = Input{.shape = {6, 8}, .name = "x"};
  const MultiHeadAttention seen{.num_heads = 2, .key_dim = 3, .use_causal_mask = true, .name = "seen"};
  Model model(Inputs{x}, Outputs{SymbolicTensors{x, x} | seen});
  TemporaryFolder folder;
  model.save(folder.path("a.keras"));
  const std::string text = file_bytes(folder.path("a.keras"));  // nothing is compressed
  EXPECT_THAT(text, HasSubstr(R"("kwargs":{"use_causal_mask":true})"));
  EXPECT_EQ(text.find("use_gate"), std::string::npos);
  EXPECT_EQ(text.find("use_causal_mask"), text.rfind("use_causal_mask"));
}

}  // namespace
}  // namespace cornu::support
