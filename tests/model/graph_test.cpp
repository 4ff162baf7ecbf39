// What a model is made of: branches, shared layers, nested models, names, orders, frozen layers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "cornu/training/tensor_source.hpp"
#include "support/messages.hpp"
#include "support/random_data.hpp"

using namespace cornu;
using namespace cornu::support;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const FitOptions kQuiet{.verbose = 0};

std::vector<std::string> names(const Model& model) {
  std::vector<std::string> out;
  for (const Layer* layer : model.layers()) out.push_back(layer->name());
  return out;
}

std::vector<std::string> weight_names(const Model& model) {
  std::vector<std::string> out;
  for (const Weight* w : model.weights()) out.push_back(w->name);
  return out;
}

/// a * x + b at every element.
Tensor scaled(const Tensor& x, float a, float b = 0) {
  Tensor y = x;
  for (float& v : y) v = a * v + b;
  return y;
}

Rescaling times(float factor) { return Rescaling{.scale = factor}; }

TEST(Graph, BranchesMeet) {
  SymbolicTensor a = Input{.shape = {3}};
  const auto h = a | times(2);
  const Model model(Inputs{a}, Outputs{SymbolicTensors{h | times(3), h | times(5), a} | Add{}});
  const Tensor x = noise({4, 3}, 1);
  const Tensor y = model.predict(x);
  for (Index i = 0; i < x.size(); ++i) EXPECT_FLOAT_EQ(y.data()[i], 17 * x.data()[i]);
}

TEST(Graph, OneTensorTwiceInOneLayer) {
  SymbolicTensor a = Input{.shape = {3}};
  const auto h = a | times(1);  // its memory may be worked in, the input's not
  const Model model(Inputs{a},
                    Outputs{SymbolicTensors{h, h} | Add{}, SymbolicTensors{a, a, a} | Add{},
                            SymbolicTensors{h, h, h, h} | Add{}, SymbolicTensors{h, h, h} | Multiply{},
                            SymbolicTensors{h, h} | Subtract{}});
  const Tensor x = noise({5, 3}, 1), copy = x;
  const std::vector<Tensor> y = model.predict_all({x});
  for (Index i = 0; i < x.size(); ++i) {
    const float v = x.data()[i];
    EXPECT_FLOAT_EQ(y[0].data()[i], v + v);
    EXPECT_FLOAT_EQ(y[1].data()[i], v + v + v);
    EXPECT_FLOAT_EQ(y[2].data()[i], v + v + v + v);
    EXPECT_FLOAT_EQ(y[3].data()[i], v * v * v);
    EXPECT_EQ(y[4].data()[i], 0.f);
  }
  EXPECT_TRUE(same_bits(x, copy)) << "the caller's data must stay";
}

TEST(Graph, WorkInPlaceSparesWhatOthersStillRead) {
  SymbolicTensor a = Input{.shape = {2, 3}};
  const auto h = a | times(2);
  const auto flat = h | Flatten{};
  const auto late = h | times(10) | Flatten{};
  const auto early = flat | times(100);
  const Model model(Inputs{a}, Outputs{flat, h, SymbolicTensors{early, late, flat} | Add{}, a});
  const Tensor x = noise({5, 2, 3}, 1);
  const std::vector<Tensor> y = model.predict_all({x});
  EXPECT_EQ(y[0], scaled(x, 2).reshape({5, 6}));
  EXPECT_EQ(y[1], scaled(x, 2));
  for (Index i = 0; i < x.size(); ++i) EXPECT_NEAR(y[2].data()[i], 222 * x.data()[i], 1e-4f);
  EXPECT_TRUE(same_bits(y[3], x));
}

TEST(Graph, OutputIsTheInputOrItsFlatten) {
  SymbolicTensor a = Input{.shape = {2, 3}};
  const Tensor x = noise({5, 2, 3}, 1);
  EXPECT_TRUE(same_bits(Model(Inputs{a}, Outputs{a}).predict(x), x));
  Model flat(Inputs{a}, Outputs{a | Flatten{}});
  EXPECT_TRUE(same_bits(flat.predict(x), x.reshape({5, 6})));
  // Nothing to learn, but nothing to break either.
  flat.compile(CompileOptions{.optimizer = SGD{}, .loss = MeanSquaredError{}});
  EXPECT_EQ(flat.fit(x, Tensor({5, 6}), kQuiet)["loss"].size(), 1u);
  EXPECT_EQ(flat.count_params(), 0);
}

TEST(Graph, IntermediateOutputs) {
  SymbolicTensor a = Input{.shape = {4}};
  const auto h = a | Dense{.units = 3, .activation = relu};
  const auto y = h | Dense{.units = 2};
  const Model model(Inputs{a}, Outputs{y}), features(Inputs{a}, Outputs{h}), both(Inputs{a}, Outputs{h, y});
  const Tensor x = noise({6, 4}, 1);
  const std::vector<Tensor> all = both.predict_all({x});
  EXPECT_TRUE(same_bits(all[0], features.predict(x)));
  EXPECT_TRUE(same_bits(all[1], model.predict(x)));
  EXPECT_THAT(names(features), ElementsAre("input_layer", "dense"));
}

TEST(Graph, IntermediateTensorAsInput) {
  SymbolicTensor a = Input{.shape = {4}};
  const auto h = a | Dense{.units = 3};
  const auto y = h | Dense{.units = 2};
  const Model whole(Inputs{a}, Outputs{y}), front(Inputs{a}, Outputs{h});
  Model head(Inputs{h}, Outputs{y});
  const Tensor x = noise({6, 4}, 1);
  EXPECT_TRUE(same_bits(head.predict(front.predict(x)), whole.predict(x)));
  EXPECT_EQ(head.count_params(), 3 * 2 + 2) << "the layer before the input is not the model's";
  EXPECT_THAT(names(head), ElementsAre("input_layer", "dense_1"));
  EXPECT_THAT(head.summary_text(), HasSubstr("(None, 3)"));
}

TEST(Graph, InputsThatNoOutputNeeds) {
  SymbolicTensor a = Input{.shape = {4}}, unused = Input{.shape = {2, 2}};
  const Model model(Inputs{unused, a}, Outputs{a | times(2)});
  const Tensor x = noise({3, 4}, 1);
  EXPECT_EQ(model.predict_all({Tensor({3, 2, 2}), x})[0], scaled(x, 2));
  EXPECT_THAT(message_of<ShapeError>([&] {
                model.predict_all({Tensor({2, 2, 2}), x});
              }),
              HasSubstr("samples"));
}

TEST(Graph, SharedLayerHasOneSetOfWeights) {
  SymbolicTensor a = Input{.shape = {4}}, b = Input{.shape = {4}};
  const LayerHandle both = shared(Dense{.units = 3});
  Model model(Inputs{a, b}, Outputs{SymbolicTensors{a | both, b | both} | Subtract{}});
  EXPECT_EQ(model.count_params(), 4 * 3 + 3);
  const Tensor x = noise({6, 4}, 1);
  const Tensor zero = model.predict_all({x, x})[0];
  EXPECT_EQ(zero, Tensor({6, 3}));
}

TEST(Graph, NestedModelsShareWeightsHoweverOftenTheyAreCalled) {
  Sequential encoder{Input{.shape = {4}}, Dense{.units = 3, .activation = relu}};
  SymbolicTensor c = Input{.shape = {3}};
  Model decoder(Inputs{c}, Outputs{c | Dense{.units = 4}});
  SymbolicTensor a = Input{.shape = {4}};
  Model both(Inputs{a}, Outputs{a | encoder | decoder | encoder});
  EXPECT_EQ(both.count_params(), encoder.count_params() + decoder.count_params());
  EXPECT_THAT(names(both), ElementsAre("input_layer", "sequential", "functional"));
  const Tensor x = noise({6, 4}, 1);
  const auto composed = [&] { return encoder.predict(decoder.predict(encoder.predict(x))); };
  EXPECT_TRUE(same_bits(both.predict(x), composed()));
  both.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.5f}, .loss = MeanSquaredError{}});
  const Tensor before = both.predict(x);
  both.fit(x, noise({6, 3}, 2), kQuiet);
  EXPECT_FALSE(same_bits(both.predict(x), before));
  EXPECT_TRUE(same_bits(both.predict(x), composed())) << "training the whole trains its parts";
}

TEST(Graph, ModelInSequentialInModel) {
  Sequential inner{Input{.shape = {4}}, Dense{.units = 4}};
  Sequential middle{Input{.shape = {4}}, inner, Dense{.units = 4}};
  SymbolicTensor a = Input{.shape = {4}};
  Model outer(Inputs{a}, Outputs{a | middle | Dense{.units = 2}});
  EXPECT_THAT(weight_names(outer), ElementsAre("kernel", "bias", "kernel", "bias", "kernel", "bias"));
  const Tensor x = noise({3, 4}, 1);
  Tensor expected = middle.predict(x);
  EXPECT_TRUE(same_bits(Model(Inputs{a}, Outputs{a | middle}).predict(x), expected));
  EXPECT_EQ(outer.layer("sequential").type(), "Sequential");
}

TEST(Graph, TwoModelsWithoutNamesInOne) {
  Sequential one{Input{.shape = {4}}, Dense{.units = 4}}, two{Input{.shape = {4}}, Dense{.units = 4}};
  Sequential named({Input{.shape = {4}}, Dense{.units = 4}}, "head");
  SymbolicTensor a = Input{.shape = {4}};
  const Model model(Inputs{a}, Outputs{a | one | two | named});
  EXPECT_THAT(names(model), ElementsAre("input_layer", "sequential", "sequential_1", "head"));
}

TEST(Graph, SeveralInputsAndOutputsTrainWithLossWeights) {
  SymbolicTensor a = Input{.shape = {4}}, b = Input{.shape = {2}};
  const auto joined = SymbolicTensors{a, b} | Concatenate{};
  Model model(Inputs{a, b}, Outputs{joined | Dense{.units = 3, .activation = softmax, .name = "kind"},
                                    joined | Dense{.units = 1, .name = "size"}});
  model.compile(CompileOptions{.optimizer = SGD{},
                               .loss = {SparseCategoricalCrossentropy{}, MeanSquaredError{}},
                               .loss_weights = {2.f, 0.25f},
                               .metrics = {accuracy, MeanAbsoluteError{}}});
  const std::vector<Tensor> x{noise({10, 4}, 1), noise({10, 2}, 2)},
      y{class_labels(10, 3), noise({10, 1}, 3)};
  const History history = model.fit(x, y, FitOptions{.batch_size = 10, .epochs = 2, .verbose = 0});
  EXPECT_THAT(history.keys(),
              ElementsAre("kind_accuracy", "kind_loss", "loss", "size_loss", "size_mean_absolute_error"));
  for (std::size_t e = 0; e < 2; ++e)
    EXPECT_NEAR(history["loss"][e], 2 * history["kind_loss"][e] + 0.25 * history["size_loss"][e], 1e-6);
  const Logs logs = model.evaluate(x, y, EvaluateOptions{.verbose = 0});
  EXPECT_NEAR(logs["loss"], 2 * logs["kind_loss"] + 0.25 * logs["size_loss"], 1e-6);
}

TEST(Graph, WeightsAreListedAsKerasListsThem) {
  Sequential model{Input{.shape = {8, 8, 3}},
                   Conv2D{.filters = 2, .kernel_size = 3},
                   BatchNormalization{},
                   Conv2D{.filters = 2, .kernel_size = 3, .use_bias = false},
                   Flatten{},
                   Dense{.units = 1}};
  EXPECT_THAT(names(model), ElementsAre("conv2d", "batch_normalization", "conv2d_1", "flatten", "dense"));
  EXPECT_THAT(weight_names(model), ElementsAre("kernel", "bias", "gamma", "beta", "moving_mean",
                                               "moving_variance", "kernel", "kernel", "bias"));
  EXPECT_EQ(model.count_params(), (27 * 2 + 2) + 4 * 2 + 9 * 2 * 2 + (4 * 4 * 2 + 1));
}

TEST(Graph, FrozenLayersStayAsTheyAre) {
  Sequential model{Input{.shape = {6, 6, 2}}, Conv2D{.filters = 3, .kernel_size = 3, .trainable = false},
                   BatchNormalization{.trainable = false}, Flatten{}, Dense{.units = 2}};
  model.compile(CompileOptions{.optimizer = AdamW{.weight_decay = 0.1f}, .loss = MeanSquaredError{}});
  const std::vector<Tensor> before = model.get_weights();
  model.fit(noise({20, 6, 6, 2}, 1), noise({20, 2}, 2), FitOptions{.epochs = 3, .verbose = 0});
  const std::vector<Tensor> after = model.get_weights();
  for (std::size_t i = 0; i < 6; ++i) EXPECT_TRUE(same_bits(before[i], after[i])) << "weight " << i;
  for (std::size_t i = 6; i < 8; ++i) EXPECT_FALSE(same_bits(before[i], after[i])) << "weight " << i;
}

TEST(Graph, FrozenNestedModel) {
  Sequential base{Input{.shape = {4}}, Dense{.units = 4}, BatchNormalization{}};
  Sequential model{Input{.shape = {4}}, base, Dense{.units = 2}};
  const Tensor x = noise({20, 4}, 1), y = noise({20, 2}, 2);
  const auto base_changes = [&] {
    model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.1f}, .loss = MeanSquaredError{}});
    const std::vector<Tensor> before = base.get_weights();
    model.fit(x, y, kQuiet);
    std::vector<bool> changes;
    for (std::size_t i = 0; i < before.size(); ++i)
      changes.push_back(!same_bits(before[i], base.get_weights()[i]));
    return changes;
  };
  const std::vector<bool> none(6, false), all(6, true);
  model.layer("sequential").set_trainable(false);
  EXPECT_EQ(base_changes(), none);
  EXPECT_THAT(model.summary_text(), HasSubstr("Trainable params: 10 "));
  model.layer("sequential").set_trainable(true);
  EXPECT_EQ(base_changes(), all);
  base.set_trainable(false);
  EXPECT_EQ(base_changes(), none);
  base.set_trainable(true);
  EXPECT_EQ(base_changes(), all);
  model.set_trainable(false);
  EXPECT_EQ(base_changes(), none);
}

TEST(Graph, TrainableIsTakenUpAtCompile) {
  Sequential model{Input{.shape = {4}}, Dense{.units = 4}, Dense{.units = 2}};
  model.compile(CompileOptions{.optimizer = Adam{}, .loss = MeanSquaredError{}});
  const Tensor x = noise({20, 4}, 1), y = noise({20, 2}, 2);
  model.fit(x.slice(0, 4), y.slice(0, 4), kQuiet);
  model.layer("dense").set_trainable(false);
  const Tensor before = model.get_weights()[0];
  model.fit(x, y, kQuiet);  // a larger batch: the plan is made anew, the optimizer's state is not
  EXPECT_FALSE(same_bits(model.get_weights()[0], before));
  model.compile(CompileOptions{.optimizer = Adam{}, .loss = MeanSquaredError{}});
  const Tensor then = model.get_weights()[0];
  model.fit(x, y, kQuiet);
  EXPECT_TRUE(same_bits(model.get_weights()[0], then));
}

TEST(Sequential, AddPopAndBuild) {
  Sequential model;
  model.add(Input{.shape = {4}});
  EXPECT_THAT(message_of<StateError>([&] { model.count_params(); }), HasSubstr("input shape"));
  model.add(Dense{.units = 3});
  const Tensor kernel = model.layer("dense").weight("kernel");
  model.add(Dense{.units = 2});
  EXPECT_TRUE(same_bits(model.layer("dense").weight("kernel"), kernel)) << "add keeps what was there";
  EXPECT_EQ(model.output_shapes()[0], Shape{2});
  model.pop();
  EXPECT_EQ(model.output_shapes()[0], Shape{3});
  model.add(Dense{.units = 5});
  EXPECT_THAT(names(model), ElementsAre("dense", "dense_1"));
  EXPECT_EQ(model.predict(Tensor({1, 4})).shape(), (Shape{1, 5}));
}

TEST(Sequential, WithoutInputBuildsItselfWhenDataArrives) {
  const Tensor x = noise({6, 4}, 1), y = noise({6, 2}, 2);
  const auto fresh = [] {
    Sequential model{Dense{.units = 3, .activation = relu}, Dense{.units = 2}};
    model.compile(CompileOptions{.optimizer = SGD{}, .loss = MeanSquaredError{}});
    return model;
  };
  Sequential by_build = fresh(), by_fit = fresh(), by_list = fresh(), by_source = fresh(), by_step = fresh();
  by_build.build({4});
  by_build.fit(x, y, kQuiet);
  by_fit.fit(x, y, kQuiet);
  by_list.fit(std::vector{x}, std::vector{y}, kQuiet);
  TensorSource source(x, y, {.shuffle = true});
  by_source.fit(source, kQuiet);
  by_step.train_on_batch(x, y);
  Sequential with_input{Input{.shape = {4}}, Dense{.units = 3, .activation = relu}, Dense{.units = 2}};
  with_input.compile(CompileOptions{.optimizer = SGD{}, .loss = MeanSquaredError{}});
  with_input.fit(x, y, kQuiet);
  for (const Sequential* model : {&by_build, &by_fit, &by_list, &by_source})
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_TRUE(same_bits(model->get_weights()[i], with_input.get_weights()[i])) << i;
  EXPECT_EQ(by_step.get_weights()[0].shape(), (Shape{4, 3}));
}

TEST(Sequential, ChangedAfterCompileStartsAfresh) {
  Sequential model{Input{.shape = {4}}, Dense{.units = 3}};
  model.compile(CompileOptions{.optimizer = Adam{}, .loss = MeanSquaredError{}});
  model.fit(noise({6, 4}, 1), noise({6, 3}, 2), kQuiet);
  model.add(Dense{.units = 2});
  EXPECT_EQ(model.fit(noise({6, 4}, 1), noise({6, 2}, 2), kQuiet)["loss"].size(), 1u);
}

TEST(Plan, BatchesThatGrowAndShrinkTrainAsInAnyOtherOrder) {
  const auto fresh = [] {
    Sequential model{Input{.shape = {6, 6, 2}},
                     Conv2D{.filters = 3, .kernel_size = 3, .activation = relu},
                     MaxPooling2D{},
                     BatchNormalization{},
                     Flatten{},
                     Dense{.units = 2}};
    model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.1f}, .loss = MeanSquaredError{}});
    return model;
  };
  const Tensor x = noise({40, 6, 6, 2}, 1), y = noise({40, 2}, 2);
  Sequential grows = fresh(), large_first = fresh();
  const std::vector<Tensor> start = large_first.get_weights();
  large_first.train_on_batch(x, y);
  large_first.set_weights(start);
  for (const Index n : {3, 17, 40, 1, 20})
    for (Sequential* model : {&grows, &large_first}) model->train_on_batch(x.slice(0, n), y.slice(0, n));
  for (std::size_t i = 0; i < start.size(); ++i)
    EXPECT_TRUE(same_bits(grows.get_weights()[i], large_first.get_weights()[i])) << i;
}

TEST(Plan, SeesWeightsThatWereSet) {
  Sequential model{Input{.shape = {2}}, Dense{.units = 1}};
  const Tensor x = Tensor::from({{1, 2}});
  model.predict(x);
  model.set_weights({Tensor({2, 1}, std::vector<float>{3, 5}), Tensor::from({7})});
  EXPECT_EQ(model.predict(x).item(), 20.f);
  model.layer("dense").weight("bias") = Tensor::from({-7});  // other memory
  EXPECT_EQ(model.predict(x).item(), 6.f);
  Model moved = std::move(model);
  EXPECT_EQ(moved.predict(x).item(), 6.f);
}

}  // namespace
