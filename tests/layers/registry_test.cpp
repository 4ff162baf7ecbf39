#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "cornu/layers/layers.hpp"
#include "support/field_text.hpp"
#include "support/test_data.hpp"

namespace cornu::support {
namespace {

namespace fs = std::filesystem;

const fs::path kTests = fs::path(test_data()).parent_path();

template <class Spec>
Spec blank() {
  if constexpr (requires { Spec::blank(); })
    return Spec::blank();
  else
    return Spec{};
}

std::set<std::string> listed_types() {
  std::set<std::string> types;
  BuiltinLayers::for_each([&]<class Spec>(std::type_identity<Spec>) { types.emplace(Spec::type); });
  return types;
}

TEST(Registry, NamesAreUniqueAndLayersCanBeMade) {
  std::set<std::string> types, names;
  BuiltinLayers::for_each([&]<class Spec>(std::type_identity<Spec>) {
    EXPECT_TRUE(types.emplace(Spec::type).second) << Spec::type << " is listed twice";
    EXPECT_TRUE(names.insert(snake_case(Spec::type)).second) << snake_case(Spec::type);
    const auto layer = make_layer(blank<Spec>());
    EXPECT_EQ(layer->type(), Spec::type);
    EXPECT_TRUE(layer->trainable());
    EXPECT_EQ(layer->name(), "") << "the model gives names";
    EXPECT_FALSE(layer->built());
  });
  EXPECT_GT(types.size(), 20u);
}

TEST(Registry, EveryLayerHasItsTestFile) {
  for (const std::string& type : listed_types()) {
    if (type == "InputLayer") continue;  // never run: tests/model
    const fs::path file = kTests / "layers" / (snake_case(type) + "_test.cpp");
    EXPECT_TRUE(fs::exists(file)) << type << " has no rows: write " << file;
  }
}

TEST(Registry, EveryHeaderWithALayerIsListed) {
  const std::set<std::string> types = listed_types();
  const std::regex maker(R"(make_layer\((\w+) spec\))"), field(R"(type = "(\w+)\")");
  for (const auto& entry : fs::directory_iterator(kTests.parent_path() / "include/cornu/layers")) {
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::smatch found, type;
    if (!std::regex_search(text, found, maker)) continue;
    ASSERT_TRUE(std::regex_search(text, type, field)) << entry.path();
    if (type[1] == "InputLayer") continue;
    EXPECT_TRUE(types.contains(type[1]))
        << entry.path() << " makes a " << type[1] << "; add it to BuiltinLayers in layers.hpp";
    EXPECT_EQ(entry.path().stem().string(), snake_case(type[1].str()))
        << "a layer's header is named after it";
  }
}

/// Keras 3.15's defaults, in the order of its arguments; required fields show what blank() gives them.
/// Written from Keras' signatures and configurations, not from the headers. None as strides prints as (0, 0).
const std::map<std::string, std::string> kDefaults{
    {"Activation", "activation=linear"},
    {"ActivityRegularization", "l1=0 l2=0"},
    {"Add", ""},
    {"AdditiveAttention", "use_scale=True dropout=0 seed=None use_causal_mask=False"},
    {"AlphaDropout", "rate=0 seed=None"},
    {"Attention", "use_scale=False score_mode=dot dropout=0 seed=None use_causal_mask=False"},
    {"Average", ""},
    {"AveragePooling1D", "pool_size=(2,) strides=(0,) padding=valid"},
    {"AveragePooling2D", "pool_size=(2, 2) strides=(0, 0) padding=valid"},
    {"AveragePooling3D", "pool_size=(2, 2, 2) strides=(0, 0, 0) padding=valid"},
    {"BatchNormalization",
     "axis=-1 momentum=0.99 epsilon=0.001 center=True scale=True beta_initializer=Zeros "
     "gamma_initializer=Ones "
     "moving_mean_initializer=Zeros moving_variance_initializer=Ones beta_regularizer=None "
     "gamma_regularizer=None beta_constraint=None gamma_constraint=None"},
    {"CenterCrop", "height=1 width=1"},
    {"Concatenate", "axis=-1"},
    {"Conv1D",
     "filters=1 kernel_size=(1,) strides=(1,) padding=valid dilation_rate=(1,) groups=1 "
     "activation=linear use_bias=True kernel_initializer=GlorotUniform bias_initializer=Zeros "
     "kernel_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "bias_constraint=None"},
    {"Conv1DTranspose",
     "filters=1 kernel_size=(1,) strides=(1,) padding=valid output_padding=(-1,) dilation_rate=(1,) "
     "activation=linear use_bias=True kernel_initializer=GlorotUniform bias_initializer=Zeros "
     "kernel_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "bias_constraint=None"},
    {"Conv2D",
     "filters=1 kernel_size=(1, 1) strides=(1, 1) padding=valid dilation_rate=(1, 1) groups=1 "
     "activation=linear "
     "use_bias=True kernel_initializer=GlorotUniform bias_initializer=Zeros kernel_regularizer=None "
     "bias_regularizer=None activity_regularizer=None kernel_constraint=None bias_constraint=None"},
    {"Conv2DTranspose",
     "filters=1 kernel_size=(1, 1) strides=(1, 1) padding=valid output_padding=(-1, -1) "
     "dilation_rate=(1, 1) "
     "activation=linear use_bias=True kernel_initializer=GlorotUniform bias_initializer=Zeros "
     "kernel_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "bias_constraint=None"},
    {"Conv3D",
     "filters=1 kernel_size=(1, 1, 1) strides=(1, 1, 1) padding=valid dilation_rate=(1, 1, 1) groups=1 "
     "activation=linear use_bias=True kernel_initializer=GlorotUniform bias_initializer=Zeros "
     "kernel_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "bias_constraint=None"},
    {"Conv3DTranspose",
     "filters=1 kernel_size=(1, 1, 1) strides=(1, 1, 1) padding=valid output_padding=(-1, -1, -1) "
     "dilation_rate=(1, 1, 1) activation=linear use_bias=True kernel_initializer=GlorotUniform "
     "bias_initializer=Zeros kernel_regularizer=None bias_regularizer=None activity_regularizer=None "
     "kernel_constraint=None bias_constraint=None"},
    {"Cropping1D", "cropping=(1, 1)"},
    {"Cropping2D", "cropping=((0, 0), (0, 0))"},
    {"Cropping3D", "cropping=((1, 1), (1, 1), (1, 1))"},
    {"Dense",
     "units=1 activation=linear use_bias=True kernel_initializer=GlorotUniform bias_initializer=Zeros "
     "kernel_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "bias_constraint=None"},
    {"DepthwiseConv1D",
     "kernel_size=(1,) strides=(1,) padding=valid depth_multiplier=1 dilation_rate=(1,) "
     "activation=linear use_bias=True depthwise_initializer=GlorotUniform bias_initializer=Zeros "
     "depthwise_regularizer=None bias_regularizer=None activity_regularizer=None "
     "depthwise_constraint=None bias_constraint=None"},
    {"DepthwiseConv2D",
     "kernel_size=(1, 1) strides=(1, 1) padding=valid depth_multiplier=1 dilation_rate=(1, 1) "
     "activation=linear "
     "use_bias=True depthwise_initializer=GlorotUniform bias_initializer=Zeros depthwise_regularizer=None "
     "bias_regularizer=None activity_regularizer=None depthwise_constraint=None bias_constraint=None"},
    {"Dot", "axes=(-1,) normalize=False"},
    {"Dropout", "rate=0 seed=None"},
    {"ELU", "alpha=1"},
    {"Embedding",
     "input_dim=1 output_dim=1 embeddings_initializer=RandomUniform embeddings_regularizer=None "
     "embeddings_constraint=None mask_zero=False"},
    {"Flatten", ""},
    {"GRU",
     "units=1 activation=tanh recurrent_activation=sigmoid use_bias=True kernel_initializer=GlorotUniform "
     "recurrent_initializer=Orthogonal bias_initializer=Zeros kernel_regularizer=None "
     "recurrent_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "recurrent_constraint=None bias_constraint=None dropout=0 recurrent_dropout=0 seed=None "
     "return_sequences=False return_state=False go_backwards=False stateful=False unroll=False "
     "reset_after=True zero_output_for_mask=False"},
    {"GaussianDropout", "rate=0 seed=None"},
    {"GaussianNoise", "stddev=0 seed=None"},
    {"GlobalAveragePooling1D", "keepdims=False"},
    {"GlobalAveragePooling2D", "keepdims=False"},
    {"GlobalAveragePooling3D", "keepdims=False"},
    {"GlobalMaxPooling1D", "keepdims=False"},
    {"GlobalMaxPooling2D", "keepdims=False"},
    {"GlobalMaxPooling3D", "keepdims=False"},
    {"GroupNormalization",
     "groups=32 axis=-1 epsilon=0.001 center=True scale=True beta_initializer=Zeros "
     "gamma_initializer=Ones beta_regularizer=None gamma_regularizer=None beta_constraint=None "
     "gamma_constraint=None"},
    {"LSTM",
     "units=1 activation=tanh recurrent_activation=sigmoid use_bias=True kernel_initializer=GlorotUniform "
     "recurrent_initializer=Orthogonal bias_initializer=Zeros unit_forget_bias=True kernel_regularizer=None "
     "recurrent_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "recurrent_constraint=None bias_constraint=None dropout=0 recurrent_dropout=0 seed=None "
     "return_sequences=False return_state=False go_backwards=False stateful=False unroll=False "
     "zero_output_for_mask=False"},
    {"LayerNormalization",
     "axis=(-1,) epsilon=0.001 center=True scale=True beta_initializer=Zeros gamma_initializer=Ones "
     "beta_regularizer=None gamma_regularizer=None beta_constraint=None gamma_constraint=None"},
    {"LeakyReLU", "negative_slope=0.3"},
    {"Masking", "mask_value=0"},
    {"MaxPooling1D", "pool_size=(2,) strides=(0,) padding=valid"},
    {"MaxPooling2D", "pool_size=(2, 2) strides=(0, 0) padding=valid"},
    {"MaxPooling3D", "pool_size=(2, 2, 2) strides=(0, 0, 0) padding=valid"},
    {"Maximum", ""},
    {"Minimum", ""},
    {"MultiHeadAttention",
     "num_heads=1 key_dim=1 value_dim=None dropout=0 use_bias=True use_gate=False output_shape=None "
     "attention_axes=() sliding_window=None kernel_initializer=GlorotUniform bias_initializer=Zeros "
     "kernel_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "bias_constraint=None seed=None use_causal_mask=False"},
    {"Multiply", ""},
    {"Normalization", "axis=(-1,) mean=() variance=() invert=False"},
    {"PReLU", "alpha_initializer=Zeros alpha_regularizer=None alpha_constraint=None shared_axes=()"},
    {"Permute", "dims=(1,)"},
    {"RMSNormalization", "axis=(-1,) epsilon=1e-06"},
    {"ReLU", "max_value=None negative_slope=0 threshold=0"},
    {"RepeatVector", "n=1"},
    {"Rescaling", "scale=(1) offset=(0)"},
    {"Reshape", "target_shape=(-1,)"},
    {"Resizing",
     "height=1 width=1 interpolation=bilinear crop_to_aspect_ratio=False pad_to_aspect_ratio=False "
     "fill_mode=constant fill_value=0 antialias=False"},
    {"SeparableConv1D",
     "filters=1 kernel_size=(1,) strides=(1,) padding=valid dilation_rate=(1,) depth_multiplier=1 "
     "activation=linear use_bias=True depthwise_initializer=GlorotUniform "
     "pointwise_initializer=GlorotUniform bias_initializer=Zeros depthwise_regularizer=None "
     "pointwise_regularizer=None bias_regularizer=None activity_regularizer=None "
     "depthwise_constraint=None pointwise_constraint=None bias_constraint=None"},
    {"SeparableConv2D",
     "filters=1 kernel_size=(1, 1) strides=(1, 1) padding=valid dilation_rate=(1, 1) depth_multiplier=1 "
     "activation=linear use_bias=True depthwise_initializer=GlorotUniform "
     "pointwise_initializer=GlorotUniform bias_initializer=Zeros depthwise_regularizer=None "
     "pointwise_regularizer=None bias_regularizer=None activity_regularizer=None "
     "depthwise_constraint=None pointwise_constraint=None bias_constraint=None"},
    {"SimpleRNN",
     "units=1 activation=tanh use_bias=True kernel_initializer=GlorotUniform "
     "recurrent_initializer=Orthogonal bias_initializer=Zeros kernel_regularizer=None "
     "recurrent_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "recurrent_constraint=None bias_constraint=None dropout=0 recurrent_dropout=0 return_sequences=False "
     "return_state=False go_backwards=False stateful=False unroll=False seed=None "
     "zero_output_for_mask=False"},
    {"Softmax", "axis=-1"},
    {"SpatialDropout2D", "rate=0 seed=None"},
    {"Subtract", ""},
    {"UnitNormalization", "axis=(-1,)"},
    {"UpSampling1D", "size=2"},
    {"UpSampling2D", "size=(2, 2) interpolation=nearest"},
    {"UpSampling3D", "size=(2, 2, 2)"},
    {"Bidirectional", "merge_mode=concat layer=SimpleRNN backward_layer=None"},
    {"ConvLSTM2D",
     "filters=1 kernel_size=(1, 1) strides=(1, 1) padding=valid dilation_rate=(1, 1) activation=tanh "
     "recurrent_activation=sigmoid use_bias=True kernel_initializer=GlorotUniform "
     "recurrent_initializer=Orthogonal bias_initializer=Zeros unit_forget_bias=True kernel_regularizer=None "
     "recurrent_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
     "recurrent_constraint=None bias_constraint=None dropout=0 recurrent_dropout=0 seed=None "
     "return_sequences=False return_state=False go_backwards=False stateful=False "
     "zero_output_for_mask=False"},
    {"RNN",
     "cell=RNNCell return_sequences=False return_state=False go_backwards=False stateful=False unroll=False "
     "zero_output_for_mask=False"},
    {"TimeDistributed", "layer=Activation"},
    {"ZeroPadding1D", "padding=(1, 1)"},
    {"ZeroPadding2D", "padding=((1, 1), (1, 1))"},
    {"ZeroPadding3D", "padding=((1, 1), (1, 1), (1, 1))"},
};

TEST(Registry, DefaultsAreKeras) {
  BuiltinLayers::for_each([&]<class Spec>(std::type_identity<Spec>) {
    const std::string type(Spec::type);
    if (type == "InputLayer") return;
    ASSERT_TRUE(kDefaults.contains(type)) << "write Keras' defaults of " << type << " into this table";
    EXPECT_EQ(kDefaults.at(type), fields_text(blank<Spec>())) << type;
  });
}

}  // namespace
}  // namespace cornu::support
