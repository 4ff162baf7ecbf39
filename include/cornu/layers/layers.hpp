#pragma once
#include <type_traits>

#include "cornu/layers/activation.hpp"
#include "cornu/layers/activity_regularization.hpp"
#include "cornu/layers/add.hpp"
#include "cornu/layers/additive_attention.hpp"
#include "cornu/layers/alpha_dropout.hpp"
#include "cornu/layers/attention.hpp"
#include "cornu/layers/average.hpp"
#include "cornu/layers/average_pooling1d.hpp"
#include "cornu/layers/average_pooling2d.hpp"
#include "cornu/layers/average_pooling3d.hpp"
#include "cornu/layers/batch_normalization.hpp"
#include "cornu/layers/bidirectional.hpp"
#include "cornu/layers/center_crop.hpp"
#include "cornu/layers/concatenate.hpp"
#include "cornu/layers/conv1d.hpp"
#include "cornu/layers/conv1d_transpose.hpp"
#include "cornu/layers/conv2d.hpp"
#include "cornu/layers/conv2d_transpose.hpp"
#include "cornu/layers/conv3d.hpp"
#include "cornu/layers/conv3d_transpose.hpp"
#include "cornu/layers/conv_lstm2d.hpp"
#include "cornu/layers/cropping1d.hpp"
#include "cornu/layers/cropping2d.hpp"
#include "cornu/layers/cropping3d.hpp"
#include "cornu/layers/dense.hpp"
#include "cornu/layers/depthwise_conv1d.hpp"
#include "cornu/layers/depthwise_conv2d.hpp"
#include "cornu/layers/dot.hpp"
#include "cornu/layers/dropout.hpp"
#include "cornu/layers/elu.hpp"
#include "cornu/layers/embedding.hpp"
#include "cornu/layers/flatten.hpp"
#include "cornu/layers/gaussian_dropout.hpp"
#include "cornu/layers/gaussian_noise.hpp"
#include "cornu/layers/global_average_pooling1d.hpp"
#include "cornu/layers/global_average_pooling2d.hpp"
#include "cornu/layers/global_average_pooling3d.hpp"
#include "cornu/layers/global_max_pooling1d.hpp"
#include "cornu/layers/global_max_pooling2d.hpp"
#include "cornu/layers/global_max_pooling3d.hpp"
#include "cornu/layers/group_normalization.hpp"
#include "cornu/layers/gru.hpp"
#include "cornu/layers/layer_normalization.hpp"
#include "cornu/layers/leaky_re_lu.hpp"
#include "cornu/layers/lstm.hpp"
#include "cornu/layers/masking.hpp"
#include "cornu/layers/max_pooling1d.hpp"
#include "cornu/layers/max_pooling2d.hpp"
#include "cornu/layers/max_pooling3d.hpp"
#include "cornu/layers/maximum.hpp"
#include "cornu/layers/minimum.hpp"
#include "cornu/layers/multi_head_attention.hpp"
#include "cornu/layers/multiply.hpp"
#include "cornu/layers/normalization.hpp"
#include "cornu/layers/p_re_lu.hpp"
#include "cornu/layers/permute.hpp"
#include "cornu/layers/re_lu.hpp"
#include "cornu/layers/repeat_vector.hpp"
#include "cornu/layers/rescaling.hpp"
#include "cornu/layers/reshape.hpp"
#include "cornu/layers/resizing.hpp"
#include "cornu/layers/rms_normalization.hpp"
#include "cornu/layers/rnn.hpp"
#include "cornu/layers/separable_conv1d.hpp"
#include "cornu/layers/separable_conv2d.hpp"
#include "cornu/layers/simple_rnn.hpp"
#include "cornu/layers/softmax.hpp"
#include "cornu/layers/spatial_dropout2d.hpp"
#include "cornu/layers/subtract.hpp"
#include "cornu/layers/time_distributed.hpp"
#include "cornu/layers/unit_normalization.hpp"
#include "cornu/layers/up_sampling1d.hpp"
#include "cornu/layers/up_sampling2d.hpp"
#include "cornu/layers/up_sampling3d.hpp"
#include "cornu/layers/zero_padding1d.hpp"
#include "cornu/layers/zero_padding2d.hpp"
#include "cornu/layers/zero_padding3d.hpp"

namespace cornu {

/// A list of layer aggregates that a program can walk through:
///   BuiltinLayers::for_each([]<class L>(std::type_identity<L>) { ... L::type ... });
template <class... Specs>
struct LayerList {
  static constexpr void for_each(auto&& f) { (f(std::type_identity<Specs>{}), ...); }
};

/// Every layer there is: what loading by type name, the table of defaults and the tests go through.
using BuiltinLayers = LayerList<
    // clang-format off
    Activation,
    ActivityRegularization,
    Add,
    AdditiveAttention,
    AlphaDropout,
    Attention,
    Average,
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    BatchNormalization,
    Bidirectional,
    CenterCrop,
    Concatenate,
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    ConvLSTM2D,
    Cropping1D,
    Cropping2D,
    Cropping3D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    Dot,
    Dropout,
    ELU,
    Embedding,
    Flatten,
    GRU,
    GaussianDropout,
    GaussianNoise,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    GroupNormalization,
    LSTM,
    LayerNormalization,
    LeakyReLU,
    Masking,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
    Maximum,
    Minimum,
    MultiHeadAttention,
    Multiply,
    Normalization,
    PReLU,
    Permute,
    RMSNormalization,
    RNN,
    ReLU,
    RepeatVector,
    Rescaling,
    Reshape,
    Resizing,
    SeparableConv1D,
    SeparableConv2D,
    SimpleRNN,
    Softmax,
    SpatialDropout2D,
    Subtract,
    TimeDistributed,
    UnitNormalization,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D
    // clang-format on
    >;

}  // namespace cornu
