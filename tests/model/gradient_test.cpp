// The gradients of whole models against slopes of the loss: aliasing, lifetimes and sums of gradients in the
// plan.
#include <gtest/gtest.h>

#include "cornu/core/threads.hpp"
#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "support/model_gradient.hpp"

using namespace cornu;
using namespace cornu::support;

namespace {

const CompileOptions kSquares{.loss = MeanSquaredError{}};
const CompileOptions kClasses{.loss = CategoricalCrossentropy{}};

/// One input, one output, n samples of noise; targets are noise, or classes for a crossentropy.
void check(Model& model, const CompileOptions& options, Index n) {
  const Tensor x = noise(model.input_shapes()[0].with_front(n), 1);
  const Shape y = model.output_shapes()[0].with_front(n);
  const bool classes = &options == &kClasses;
  expect_gradients(model, {x}, {classes ? one_hot_labels(n, y.back()) : noise(y, 2)}, options);
}

void check(const SymbolicTensor& input, const SymbolicTensor& output, Index n = 7,
           const CompileOptions& options = kSquares) {
  Model model(Inputs{input}, Outputs{output});
  check(model, options, n);
}

Dense dense(Index units, ActivationFn activation = ActivationFn::tanh) {
  return Dense{.units = units, .activation = activation, .bias_initializer = RandomNormal{.stddev = 0.3f}};
}

Conv2D conv(Index filters, Index size, ActivationFn activation = ActivationFn::tanh) {
  return Conv2D{.filters = filters,
                .kernel_size = size,
                .padding = Padding::same,
                .activation = activation,
                .bias_initializer = RandomNormal{.stddev = 0.3f}};
}

TEST(Gradient, Chain) {
  Sequential model{Input{.shape = {5}}, dense(7), dense(6, sigmoid), dense(3, linear)};
  check(model, kSquares, 9);
}

TEST(Gradient, LogitsOfSoftmaxAndSigmoidAreTakenByTheLoss) {
  Sequential classes{Input{.shape = {5}}, dense(7), dense(3, softmax)};
  check(classes, kClasses, 9);
  Sequential two{Input{.shape = {5}}, dense(4, sigmoid)};
  check(two, CompileOptions{.loss = BinaryFocalCrossentropy{}}, 6);
  Sequential squares{Input{.shape = {5}}, dense(4, softmax)};
  check(squares, kSquares, 6);
}

TEST(Gradient, SlicedConvolutionsAddTheirWeightGradients) {
  for (const Index n : {1, 2, 20, 37}) {  // 16 slices at most: some of one sample, some of more
    SCOPED_TRACE(n);
    Sequential model{
        Input{.shape = {7, 6, 3}}, conv(4, 3), AveragePooling2D{.pool_size = 2}, conv(5, 2), Flatten{},
        dense(3, softmax)};
    check(model, kClasses, n);
  }
}

TEST(Gradient, SlicedConvolutionsWithThreads) {
  set_num_threads(3);
  Sequential model{Input{.shape = {7, 6, 3}},
                   conv(4, 3),
                   AveragePooling2D{.pool_size = 2},
                   conv(5, 2),
                   Flatten{},
                   dense(3)};
  check(model, kSquares, 21);
  set_num_threads(1);
}

TEST(Gradient, OneTensorFeedsThreeLayersAndTheSum) {
  SymbolicTensor a = Input{.shape = {5}};
  const auto h = a | dense(6);
  check(a, SymbolicTensors{h | dense(6), h | dense(6, sigmoid), h | dense(6, linear), h} | Add{} | dense(2));
}

TEST(Gradient, ResidualInASlicedSegment) {
  SymbolicTensor a = Input{.shape = {5, 5, 2}};
  const auto h = a | conv(3, 3);
  const auto sum = SymbolicTensors{h, h | conv(3, 3) | conv(3, 1)} | Add{};
  check(a, SymbolicTensors{sum | conv(3, 3), sum} | Add{} | GlobalAveragePooling2D{} | dense(2), 19);
}

TEST(Gradient, OneTensorTwiceInOneLayer) {
  SymbolicTensor a = Input{.shape = {5}};
  const auto h = a | dense(4);
  const auto end = dense(2);
  check(a, SymbolicTensors{h, h} | Add{} | end);
  check(a, SymbolicTensors{h, h, h} | Add{} | end);
  check(a, SymbolicTensors{h, h, h} | Average{} | end);
  check(a, SymbolicTensors{h, h} | Multiply{} | end);
  check(a, SymbolicTensors{h, h, h} | Multiply{} | end);
  check(a, SymbolicTensors{h, h} | Concatenate{} | end);
  check(a, SymbolicTensors{h, h} | Dot{.axes = 1} | end);
  check(a, SymbolicTensors{SymbolicTensors{h, h} | Subtract{}, h} | Add{} | end);
}

TEST(Gradient, SharedLayerAddsTheGradientsOfItsCalls) {
  SymbolicTensor a = Input{.shape = {4}};
  const LayerHandle both = shared(dense(4));
  const auto once = a | both;
  const auto twice = once | both;
  check(a, SymbolicTensors{once, twice, twice | both} | Concatenate{} | dense(2));
}

TEST(Gradient, SharedConvolutionInSeveralSegments) {
  SymbolicTensor a = Input{.shape = {4, 4, 3}};
  const LayerHandle both = shared(conv(3, 3));
  const auto once = a | both | both;
  const auto mixed = once | dense(3) | both;  // dense takes the whole batch: another segment follows
  check(a, SymbolicTensors{mixed, once} | Add{} | Flatten{} | dense(2), 18);
}

TEST(Gradient, NestedModelsCalledTwice) {
  Sequential inner{Input{.shape = {4}}, dense(5), dense(4)};
  SymbolicTensor b = Input{.shape = {4}};
  Model split(Inputs{b}, Outputs{b | dense(3), b | dense(4)});
  SymbolicTensor a = Input{.shape = {4}};
  const auto parts = call(split, {a | inner | inner});
  check(a, SymbolicTensors{parts[0], parts[1], a} | Concatenate{} | dense(2));
  check(a, parts[1] | dense(2));  // nobody reads parts[0]
}

TEST(Gradient, LayersThatWorkInPlace) {
  SymbolicTensor a = Input{.shape = {2, 6}};
  const auto h = a | dense(4, linear);
  check(a, h | Activation{.activation = sigmoid} | Reshape{.target_shape = {4, 2}} | Softmax{} | Flatten{} |
               ELU{} | Rescaling{.scale = 3.f, .offset = 0.5f} | dense(2));
  check(a, h | Flatten{} | Activation{.activation = ActivationFn::tanh} | Dropout{.rate = 0.f} | dense(2));
  // The input of a layer in place is also read by others, before and after it.
  const auto before = h | Flatten{} | dense(8);
  const auto in_place = h | Activation{.activation = sigmoid} | Flatten{};
  const auto after = h | Flatten{} | Rescaling{.scale = 2.f} | ELU{};
  check(a, SymbolicTensors{before, in_place, after} | Add{} | dense(2));
  check(a, SymbolicTensors{after, in_place, before} | Add{} | ELU{} | dense(2));
}

TEST(Gradient, NormalizationRectifiersAndPadding) {
  SymbolicTensor a = Input{.shape = {5, 4, 3}};
  check(a,
        a | ZeroPadding2D{} | conv(4, 3) | LayerNormalization{} | PReLU{.alpha_initializer = Ones{}} |
            UpSampling2D{} | DepthwiseConv2D{.kernel_size = 2, .activation = sigmoid} | Cropping2D{} |
            GlobalAveragePooling2D{} | dense(2),
        17);
}

TEST(Gradient, WhatIsRandomOrTakesTheWholeBatchInTraining) {
  SymbolicTensor a = Input{.shape = {5, 4, 2}};
  const auto h = a | conv(4, 3) | BatchNormalization{} | Dropout{.rate = 0.25f} | conv(3, 2, linear) |
                 SpatialDropout2D{.rate = 0.3f} | Activation{.activation = sigmoid};
  const auto noisy = h | GaussianNoise{.stddev = 0.1f} | Flatten{} | GaussianDropout{.rate = 0.2f};
  const auto joined = SymbolicTensors{noisy, h | Flatten{} | AlphaDropout{.rate = 0.2f}} | Multiply{};
  Model model(Inputs{a}, Outputs{joined | BatchNormalization{} | Dropout{.rate = 0.5f} | dense(3, softmax)});
  expect_gradients(model, {noise({18, 5, 4, 2}, 1)}, {one_hot_labels(18, 3)}, kClasses, Mode::training);
}

TEST(Gradient, RegularizersOfWeightsAndActivities) {
  SymbolicTensor a = Input{.shape = {5}};
  const auto h = a | Dense{.units = 6,
                           .activation = ActivationFn::tanh,
                           // without a weight that changes its sign, where L1 has no slope
                           .kernel_initializer = RandomUniform{.minval = 0.1f, .maxval = 0.6f},
                           .kernel_regularizer = L1L2{.l1 = 0.02f, .l2 = 0.05f},
                           .activity_regularizer = L2{0.1f}};
  check(a, h | ActivityRegularization{.l2 = 0.07f} | Flatten{} | dense(2));
  SymbolicTensor image = Input{.shape = {4, 4, 2}};
  check(image,
        image | Conv2D{.filters = 3, .kernel_size = 3, .activity_regularizer = L2{0.1f}} | Flatten{} |
            dense(2, softmax),
        20, kClasses);
}

TEST(Gradient, SeveralInputsOutputsAndLossWeights) {
  SymbolicTensor a = Input{.shape = {5}}, b = Input{.shape = {3}}, unused = Input{.shape = {2}};
  const auto ha = a | dense(4), hb = b | dense(4);
  const auto joined = SymbolicTensors{ha, hb} | Multiply{};
  Model model(Inputs{b, unused, a},
              Outputs{joined | dense(3, softmax), ha, SymbolicTensors{joined, hb} | Add{} | dense(2)});
  expect_gradients(model, {noise({8, 3}, 1), noise({8, 2}, 2), noise({8, 5}, 3)},
                   {one_hot_labels(8, 3), noise({8, 4}, 4), noise({8, 2}, 5)},
                   CompileOptions{.loss = {CategoricalCrossentropy{}, MeanSquaredError{}, LogCosh{}},
                                  .loss_weights = {0.5f, 2.f, 1.5f}});
}

TEST(Gradient, OneTensorIsSeveralOutputsAndIsReadOn) {
  SymbolicTensor a = Input{.shape = {5}};
  const auto h = a | dense(4, softmax);
  const auto flat = h | Flatten{};
  Model model(Inputs{a}, Outputs{h, h, flat, flat | dense(2)});
  expect_gradients(
      model, {noise({8, 5}, 1)}, {one_hot_labels(8, 4), noise({8, 4}, 2), noise({8, 4}, 3), noise({8, 2}, 4)},
      CompileOptions{.loss = {CategoricalCrossentropy{}, MeanSquaredError{}, LogCosh{}, MeanSquaredError{}}});
}

TEST(Gradient, OutputThatIsAnInputAndOutputThatIsNotTrained) {
  SymbolicTensor a = Input{.shape = {2, 3}};
  Model model(Inputs{a}, Outputs{a, a | Flatten{}, a | Flatten{} | dense(2)});
  expect_gradients(model, {noise({8, 2, 3}, 1)}, {noise({8, 2, 3}, 2), noise({8, 6}, 3), noise({8, 2}, 4)},
                   CompileOptions{.loss = {MeanSquaredError{}, MeanSquaredError{}, MeanSquaredError{}}});
}

TEST(Gradient, SampleWeightsAndReductions) {
  SymbolicTensor a = Input{.shape = {5}};
  Model model(Inputs{a}, Outputs{a | dense(3, softmax)});
  check(model, CompileOptions{.loss = MeanSquaredError{.reduction = Reduction::sum}}, 4);
  check(model, CompileOptions{.loss = KLDivergence{}}, 4);
}

TEST(Gradient, FlowsThroughFrozenLayersThatStayAsTheyAre) {
  SymbolicTensor a = Input{.shape = {6, 6, 2}};
  Model model(Inputs{a}, Outputs{a | conv(3, 3) | conv(4, 3) | Flatten{} | dense(5) | dense(2)});
  const Tensor x = noise({18, 6, 6, 2}, 1), y = noise({18, 2}, 2);
  const std::vector<Tensor> all = training_gradients(model, {x}, {y}, kSquares);
  model.layer("conv2d_1").set_trainable(false);
  model.layer("dense").set_trainable(false);
  const std::vector<Tensor> some = training_gradients(model, {x}, {y}, kSquares);
  ASSERT_EQ(some.size(), 8u);
  for (const std::size_t frozen : {2, 3, 4, 5})
    EXPECT_TRUE(same_bits(some[frozen], Tensor(some[frozen].shape()))) << frozen;
  for (const std::size_t trained : {0, 1, 6, 7})
    EXPECT_TRUE(same_bits(some[trained], all[trained])) << trained;
}

}  // namespace
