// The one place where the layers' classes are instantiated: in a header each user's file would pay for all of
// them.
#include "cornu/layers/input.hpp"
#include "cornu/layers/layers.hpp"

namespace cornu {

std::unique_ptr<Layer> make_layer(Activation spec) {
  return std::make_unique<ActivationLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(ActivityRegularization spec) {
  return std::make_unique<ActivityRegularizationLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Add spec) { return std::make_unique<AddLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(AdditiveAttention spec) {
  return std::make_unique<detail::AttentionLayer<AdditiveAttention>>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(AlphaDropout spec) {
  return std::make_unique<AlphaDropoutLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Attention spec) {
  return std::make_unique<detail::AttentionLayer<Attention>>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Average spec) { return std::make_unique<AverageLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(AveragePooling1D spec) {
  return std::make_unique<AveragePooling1DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(AveragePooling2D spec) {
  return std::make_unique<AveragePooling2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(AveragePooling3D spec) {
  return std::make_unique<detail::Pool3DLayer<AveragePooling3D>>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(BatchNormalization spec) {
  return std::make_unique<BatchNormalizationLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(CenterCrop spec) {
  return std::make_unique<CenterCropLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Concatenate spec) {
  return std::make_unique<ConcatenateLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Conv1D spec) { return std::make_unique<Conv1DLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(Conv1DTranspose spec) {
  return std::make_unique<Conv1DTransposeLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Conv2D spec) { return std::make_unique<Conv2DLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(Conv2DTranspose spec) {
  return std::make_unique<Conv2DTransposeLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Conv3D spec) { return std::make_unique<Conv3DLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(Conv3DTranspose spec) {
  return std::make_unique<Conv3DTransposeLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Cropping1D spec) {
  return std::make_unique<Cropping1DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Cropping2D spec) {
  return std::make_unique<Cropping2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Cropping3D spec) {
  return std::make_unique<Cropping3DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Dense spec) { return std::make_unique<DenseLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(DepthwiseConv1D spec) {
  return std::make_unique<DepthwiseConv1DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(DepthwiseConv2D spec) {
  return std::make_unique<DepthwiseConv2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Dot spec) { return std::make_unique<DotLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(Dropout spec) { return std::make_unique<DropoutLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(ELU spec) { return std::make_unique<ELULayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(Embedding spec) {
  return std::make_unique<EmbeddingLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Flatten spec) { return std::make_unique<FlattenLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(GRU spec) { return std::make_unique<GRULayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(GaussianDropout spec) {
  return std::make_unique<GaussianDropoutLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(GaussianNoise spec) {
  return std::make_unique<GaussianNoiseLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(GlobalAveragePooling1D spec) {
  return std::make_unique<GlobalAveragePooling1DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(GlobalAveragePooling2D spec) {
  return std::make_unique<GlobalAveragePooling2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(GlobalAveragePooling3D spec) {
  return std::make_unique<GlobalAveragePooling3DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(GlobalMaxPooling1D spec) {
  return std::make_unique<GlobalMaxPooling1DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(GlobalMaxPooling2D spec) {
  return std::make_unique<GlobalMaxPooling2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(GlobalMaxPooling3D spec) {
  return std::make_unique<GlobalMaxPooling3DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(GroupNormalization spec) {
  return std::make_unique<GroupNormalizationLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Input spec) { return std::make_unique<InputLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(LSTM spec) { return std::make_unique<LSTMLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(LayerNormalization spec) {
  return std::make_unique<LayerNormalizationLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(LeakyReLU spec) {
  return std::make_unique<LeakyReLULayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Masking spec) { return std::make_unique<MaskingLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(MaxPooling1D spec) {
  return std::make_unique<MaxPooling1DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(MaxPooling2D spec) {
  return std::make_unique<MaxPooling2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(MaxPooling3D spec) {
  return std::make_unique<detail::Pool3DLayer<MaxPooling3D>>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Maximum spec) { return std::make_unique<MaximumLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(Minimum spec) { return std::make_unique<MinimumLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(MultiHeadAttention spec) {
  return std::make_unique<MultiHeadAttentionLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Multiply spec) { return std::make_unique<MultiplyLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(Normalization spec) {
  return std::make_unique<NormalizationLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(PReLU spec) { return std::make_unique<PReLULayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(Permute spec) { return std::make_unique<PermuteLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(RMSNormalization spec) {
  return std::make_unique<RMSNormalizationLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(ReLU spec) { return std::make_unique<ReLULayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(RepeatVector spec) {
  return std::make_unique<RepeatVectorLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Rescaling spec) {
  return std::make_unique<RescalingLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Reshape spec) { return std::make_unique<ReshapeLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(Resizing spec) { return std::make_unique<ResizingLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(SeparableConv1D spec) {
  return std::make_unique<SeparableConv1DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(SeparableConv2D spec) {
  return std::make_unique<SeparableConv2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(SimpleRNN spec) {
  return std::make_unique<SimpleRNNLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Softmax spec) { return std::make_unique<SoftmaxLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(SpatialDropout2D spec) {
  return std::make_unique<SpatialDropout2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(Subtract spec) { return std::make_unique<SubtractLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(UnitNormalization spec) {
  return std::make_unique<UnitNormalizationLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(UpSampling1D spec) {
  return std::make_unique<UpSampling1DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(UpSampling2D spec) {
  return std::make_unique<UpSampling2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(UpSampling3D spec) {
  return std::make_unique<UpSampling3DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(ZeroPadding1D spec) {
  return std::make_unique<ZeroPadding1DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(ZeroPadding2D spec) {
  return std::make_unique<ZeroPadding2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(ZeroPadding3D spec) {
  return std::make_unique<ZeroPadding3DLayer>(std::move(spec));
}

std::unique_ptr<Layer> make_layer(Bidirectional spec) {
  return std::make_unique<BidirectionalLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(ConvLSTM2D spec) {
  return std::make_unique<ConvLSTM2DLayer>(std::move(spec));
}
std::unique_ptr<Layer> make_layer(RNN spec) { return std::make_unique<RNNLayer>(std::move(spec)); }
std::unique_ptr<Layer> make_layer(TimeDistributed spec) {
  return std::make_unique<TimeDistributedLayer>(std::move(spec));
}
}  // namespace cornu
