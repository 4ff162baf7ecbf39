// Wrong uses: what they say must name who, what was expected and received, and what to do.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/data/image_data_generator.hpp"
#include "cornu/io/image.hpp"
#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "io/read_file.hpp"
#include "support/messages.hpp"
#include "support/random_data.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

using namespace cornu;
using namespace cornu::support;
using testing::AllOf;
using testing::HasSubstr;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Sequential small(Index units = 1, ActivationFn activation = sigmoid) {
  return Sequential({Input{.shape = {4}}, Dense{.units = units, .activation = activation}});
}

/// Compiled for one probability.
Sequential compiled() {
  Sequential model = small();
  model.compile(CompileOptions{.optimizer = SGD{}, .loss = BinaryCrossentropy{}, .metrics = {accuracy}});
  return model;
}

const FitOptions kQuiet{.verbose = 0};

// The ten of the issue.

TEST(WrongUse, RankOfTheInputOfAConvolution) {
  EXPECT_THAT(message_of<ShapeError>([] {
                Sequential({Input{.shape = {784}}, Conv2D{.filters = 8, .kernel_size = 3}});
              }),
              AllOf(HasSubstr("layer 'conv2d' (Conv2D)"), HasSubstr("2 axes (batch, 784)"),
                    HasSubstr("takes 4: (batch, height, width, channels)"), HasSubstr("Reshape")));
}

TEST(WrongUse, KernelLargerThanItsInputShowsTheStackSoFar) {
  const std::string text = message_of<ShapeError>([] {
    Sequential({Input{.shape = {8, 8, 3}}, Conv2D{.filters = 4, .kernel_size = 3}, MaxPooling2D{},
                Conv2D{.filters = 4, .kernel_size = 5}});
  });
  EXPECT_THAT(text, AllOf(HasSubstr("layer 'conv2d_1' (Conv2D)"), HasSubstr("kernel (5, 5)"),
                          HasSubstr("larger than its input (3, 3)"), HasSubstr("padding=same")));
  EXPECT_THAT(text, HasSubstr("The stack so far: (8, 8, 3) -> conv2d (6, 6, 4) -> max_pooling2d (3, 3, 4)"));
}

TEST(WrongUse, OneHotLabelsForOneUnit) {
  Sequential model = compiled();
  const Tensor before = model.get_weights()[0];
  EXPECT_THAT(
      message_of<ShapeError>([&] {
        model.fit(noise({6, 4}, 1), one_hot_labels(6, 3), kQuiet);
      }),
      AllOf(HasSubstr("binary_crossentropy"), HasSubstr("(6, 3)"), HasSubstr("(6, 1)"),
            HasSubstr("labels have 3 columns, the last layer has 1 unit"), HasSubstr("End with 3 units")));
  EXPECT_TRUE(same_bits(model.get_weights()[0], before));
}

TEST(WrongUse, FitWithoutCompile) {
  Sequential model = small();
  const Tensor x = noise({6, 4}, 1), y({6, 1});
  for (const auto& [what, run] : std::initializer_list<std::pair<std::string, std::function<void()>>>{
           {"fit", [&] { model.fit(x, y, kQuiet); }},
           {"evaluate", [&] { model.evaluate(x, y); }},
           {"train_on_batch", [&] { model.train_on_batch(x, y); }},
           {"test_on_batch", [&] { model.test_on_batch(x, y); }},
           {"optimizer", [&] { model.optimizer(); }}})
    EXPECT_THAT(message_of<StateError>(run), AllOf(testing::StartsWith(what + ":"), HasSubstr("not compiled"),
                                                   HasSubstr("Call compile(CompileOptions{")));
  EXPECT_FALSE(model.compiled());
}

TEST(WrongUse, NaNInTheDataNamesEpochBatchAndSample) {
  for (const ActivationFn hidden : {ActivationFn::tanh, ActivationFn::relu}) {  // relu may not swallow it
    Sequential model{Input{.shape = {4}}, Dense{.units = 5, .activation = hidden},
                     Dense{.units = 1, .activation = sigmoid}};
    model.compile(CompileOptions{.optimizer = SGD{}, .loss = BinaryCrossentropy{}});
    Tensor x = noise({20, 4}, 1);
    x(13, 2) = kNaN;
    EXPECT_THAT(message_of<ValueError>([&] {
                  model.fit(x, Tensor({20, 1}),
                            FitOptions{.batch_size = 4, .epochs = 2, .verbose = 0, .shuffle = false});
                }),
                AllOf(HasSubstr("fit: epoch 1, batch 4"), HasSubstr("loss is NaN"),
                      HasSubstr("inputs of sample 1 of the batch"), HasSubstr("nan"), HasSubstr("Clean")));
    for (const Tensor& w : model.get_weights())
      for (const float v : w) EXPECT_TRUE(std::isfinite(v)) << "the step that failed may change nothing";
  }
}

TEST(WrongUse, NaNInTheTargets) {
  Sequential model = small(2, linear);
  model.compile(CompileOptions{.optimizer = SGD{}, .loss = MeanSquaredError{}});
  Tensor y({20, 2});
  y(19, 1) = kNaN;
  EXPECT_THAT(message_of<ValueError>([&] {
                model.fit(noise({20, 4}, 1), y,
                          FitOptions{.batch_size = 8, .epochs = 5, .verbose = 0, .shuffle = false});
              }),
              AllOf(HasSubstr("epoch 1, batch 3"), HasSubstr("targets of sample 3 of the batch")));
}

TEST(WrongUse, ConvolutionAndPoolingDoNotSwallowANaN) {
  Sequential model{Input{.shape = {9, 9, 3}}, Conv2D{.filters = 4, .kernel_size = 3, .activation = relu},
                   MaxPooling2D{}, Flatten{}, Dense{.units = 1, .activation = sigmoid}};
  model.compile(CompileOptions{.optimizer = SGD{}, .loss = BinaryCrossentropy{}});
  Tensor x = noise({6, 9, 9, 3}, 1);
  x(4, 3, 3, 1) = kNaN;
  EXPECT_THAT(message_of<ValueError>([&] {
                model.fit(x, Tensor({6, 1}), FitOptions{.batch_size = 6, .verbose = 0, .shuffle = false});
              }),
              AllOf(HasSubstr("epoch 1, batch 1"), HasSubstr("inputs of sample 4")));
}

TEST(WrongUse, DivergedTrainingNamesTheWeight) {
  Sequential model = small(1, linear);
  model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 1e30f}, .loss = MeanSquaredError{}});
  EXPECT_THAT(message_of<ValueError>([&] {
                model.fit(noise({20, 4}, 1), Tensor({20, 1}),
                          FitOptions{.batch_size = 4, .epochs = 20, .verbose = 0});
              }),
              AllOf(HasSubstr("fit: epoch 1, batch "), HasSubstr("loss is "), HasSubstr("learning rate")));
}

TEST(WrongUse, DropoutRate) {
  EXPECT_THAT(
      message_of<ValueError>([] {
        Sequential({Input{.shape = {4}}, Dropout{.rate = 1.5f}});
      }),
      AllOf(HasSubstr("'dropout' (Dropout)"), HasSubstr("rate is 1.5"), HasSubstr("between 0 and 1")));
}

void copy_picture(const TemporaryFolder& folder, const std::string& name, double part = 1) {
  const auto bytes = detail::read_file(test_data() + "/images/jpeg/a.jpg");
  folder.write(name, {reinterpret_cast<const char*>(bytes.data()),
                      static_cast<std::size_t>(double(bytes.size()) * part)});
}

TEST(WrongUse, FolderThatIsNotThereOrHasAnEmptyClass) {
  const TemporaryFolder folder;
  const ImageDataGenerator g;
  EXPECT_THAT(
      message_of<FileError>([&] { g.flow_from_directory(folder.path("training_set"), {.verbose = 0}); }),
      AllOf(HasSubstr("training_set' cannot be read"), HasSubstr("Check the path")));
  copy_picture(folder, "cats/1.jpg");
  folder.write("dogs/notes.txt", "no picture");
  EXPECT_THAT(message_of<FileError>([&] { g.flow_from_directory(folder.path(""), {.verbose = 0}); }),
              AllOf(HasSubstr("/dogs' holds no pictures"), HasSubstr("remove the folder")));
}

TEST(WrongUse, TruncatedPictureIsSkippedWithAWarningAndCounted) {
  const TemporaryFolder folder;
  for (const char* name : {"cats/1.jpg", "cats/2.jpg", "dogs/3.jpg", "dogs/5.jpg"})
    copy_picture(folder, name);
  copy_picture(folder, "dogs/4.jpg", 0.5);
  EXPECT_THAT(message_of<FileError>([&] { read_image(folder.path("dogs/4.jpg")); }), HasSubstr("4.jpg"));

  Sequential model{Input{.shape = {8, 8, 3}}, Flatten{}, Dense{.units = 1, .activation = sigmoid}};
  model.compile(CompileOptions{.optimizer = SGD{}, .loss = BinaryCrossentropy{}});
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  ImageIterator source = ImageDataGenerator{.rescale = 1.f / 255}.flow_from_directory(
      folder.path(""),
      {.target_size = {8, 8}, .batch_size = 2, .class_mode = ClassMode::binary, .verbose = 1, .workers = 2});
  const History history = model.fit(source, FitOptions{.epochs = 3, .verbose = 0});
  testing::internal::GetCapturedStdout();
  const std::string warnings = testing::internal::GetCapturedStderr();
  EXPECT_THAT(warnings, HasSubstr("dogs/4.jpg"));
  EXPECT_EQ(std::count(warnings.begin(), warnings.end(), '\n'), 1) << warnings;
  EXPECT_EQ(source.skipped(), 1);
  EXPECT_EQ(history["loss"].size(), 3u);
}

TEST(WrongUse, TruncatedWeightsFileChangesNothing) {
  const TemporaryFolder folder;
  Sequential model = small(3);
  model.initialize(5);
  model.save_weights(folder.path("w.npz"));
  const auto bytes = detail::read_file(folder.path("w.npz"));
  model.initialize(6);
  const std::vector<Tensor> before = model.get_weights();
  for (const std::size_t length : {std::size_t(0), std::size_t(1), bytes.size() / 2, bytes.size() - 1}) {
    folder.write("cut.npz", {reinterpret_cast<const char*>(bytes.data()), length});
    EXPECT_THAT(message_of<FileError>([&] { model.load_weights(folder.path("cut.npz")); }),
                HasSubstr("cut.npz"));
  }
  EXPECT_THAT(message_of<FileError>([&] { model.load_weights(folder.path("none.npz")); }),
              AllOf(HasSubstr("none.npz"), HasSubstr("cannot be read")));
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(same_bits(model.get_weights()[i], before[i]));
}

// Others.

TEST(WrongUse, DataOfAnotherShape) {
  Sequential model = compiled();
  const Tensor x = noise({6, 5}, 1), y({6, 1});
  EXPECT_THAT(message_of<ShapeError>([&] { model.fit(x, y, kQuiet); }),
              AllOf(HasSubstr("fit: epoch 1, batch 1"), HasSubstr("(6, 5)"), HasSubstr("takes (batch, 4)"),
                    HasSubstr("Reshape")));
  EXPECT_THAT(message_of<ShapeError>([&] { model.predict(x); }),
              AllOf(HasSubstr("predict"), HasSubstr("(6, 5)"), HasSubstr("takes (batch, 4)")));
  EXPECT_THAT(message_of<ShapeError>([&] { model.predict(Tensor({4})); }),
              AllOf(HasSubstr("(4,)"), HasSubstr("Add a batch axis")));
  EXPECT_THAT(message_of<ShapeError>([&] {
                model.predict_all({Tensor({2, 4}), Tensor({2, 4})});
              }),
              AllOf(HasSubstr("2 inputs were given"), HasSubstr("takes 1")));
  EXPECT_THAT(message_of<ShapeError>([&] { model.predict(Tensor::scalar(1)); }), HasSubstr("(batch, 4)"));
  EXPECT_THAT(message_of<ShapeError>([&] { model.train_on_batch(x, y); }), HasSubstr("train_on_batch"));
}

TEST(WrongUse, SetWeights) {
  Sequential model = small(3);
  EXPECT_THAT(message_of<ShapeError>([&] {
                model.set_weights({Tensor({4, 3})});
              }),
              AllOf(HasSubstr("1 tensors were given"), HasSubstr("has 2 weights")));
  EXPECT_THAT(message_of<ShapeError>([&] {
                model.set_weights({Tensor({4, 3}), Tensor({4})});
              }),
              AllOf(HasSubstr("tensor 1 is (4,)"), HasSubstr("'bias' is (3,)")));
  model.layer("dense").weight("kernel") = Tensor({3, 4});
  EXPECT_THAT(message_of<ShapeError>([&] {
                model.predict(Tensor({1, 4}));
              }),
              AllOf(HasSubstr("'dense'"), HasSubstr("kernel"), HasSubstr("(3, 4)"), HasSubstr("(4, 3)")));
}

TEST(WrongUse, UnknownNames) {
  Sequential model = small();
  EXPECT_THAT(message_of<ValueError>([&] { model.layer("densee"); }),
              AllOf(HasSubstr("no layer 'densee'"), HasSubstr("It has: dense")));
  EXPECT_THAT(message_of<ValueError>([&] { model.layer("dense").weight("kernal"); }),
              AllOf(HasSubstr("'dense'"), HasSubstr("no weight 'kernal'"), HasSubstr("kernel, bias")));
  EXPECT_THAT(message_of<ValueError>([] { CompileOptions{.metrics = {"acuracy"}}; }),
              AllOf(HasSubstr("'acuracy'"), HasSubstr("accuracy")));
  EXPECT_THAT(message_of<ValueError>([] { CompileOptions{.optimizer = "adm"}; }),
              AllOf(HasSubstr("'adm'"), HasSubstr("adam")));
  EXPECT_THAT(message_of<ValueError>([] { CompileOptions{.loss = "binary_crossentrop"}; }),
              HasSubstr("binary_crossentropy"));
  model = compiled();
  const History history = model.fit(noise({6, 4}, 1), Tensor({6, 1}), kQuiet);
  EXPECT_THAT(message_of<ValueError>([&] { history["acc"]; }),
              AllOf(HasSubstr("'acc'"), HasSubstr("accuracy, loss")));
  EXPECT_THAT(message_of<ValueError>([&] {
                model.evaluate(noise({6, 4}, 1), Tensor({6, 1}), {.verbose = 0})["x"];
              }),
              HasSubstr("'x'"));
}

TEST(WrongUse, LayersOfOneName) {
  EXPECT_THAT(
      message_of<ValueError>([] {
        Sequential({Input{.shape = {4}}, Dense{.units = 2, .name = "a"}, Dense{.units = 2, .name = "a"}});
      }),
      AllOf(HasSubstr("two layers have the name 'a'"), HasSubstr("rename one")));
}

TEST(WrongUse, InputThatIsNotFirst) {
  EXPECT_THAT(message_of<ValueError>([] {
                Sequential({Dense{.units = 2}, Input{.shape = {4}}});
              }),
              AllOf(HasSubstr("Input"), HasSubstr("place 1"), HasSubstr("first")));
  Sequential model = small();
  EXPECT_THAT(message_of<ValueError>([&] { model.add(Input{.shape = {4}}); }),
              AllOf(HasSubstr("Input"), HasSubstr("first")));
  EXPECT_EQ(model.layers().size(), 1u);
}

TEST(WrongUse, AddedLayerThatDoesNotFitLeavesTheModelAsItWas) {
  Sequential model = small(3);
  EXPECT_THAT(message_of<ShapeError>([&] { model.add(MaxPooling2D{}); }), HasSubstr("max_pooling2d"));
  EXPECT_EQ(model.predict(Tensor({2, 4})).shape(), (Shape{2, 3}));
}

TEST(WrongUse, SequentialWithoutInput) {
  Sequential model{Dense{.units = 2}};
  EXPECT_THAT(message_of<StateError>([&] {
                model.predict(Tensor({1, 4}));
              }),
              AllOf(HasSubstr("predict"), HasSubstr("Input{.shape = ...}"), HasSubstr("build(shape)")));
  EXPECT_THAT(message_of<StateError>([&] { model.summary_text(); }), HasSubstr("summary"));
  EXPECT_THAT(message_of<StateError>([] { Sequential().pop(); }), HasSubstr("no layers"));
}

TEST(WrongUse, ModelWithoutAnInputItNeeds) {
  SymbolicTensor a = Input{.shape = {4}}, b = Input{.shape = {4}, .name = "second"};
  const auto sum = SymbolicTensors{a, b} | Add{};
  EXPECT_THAT(message_of<ValueError>([&] { Model(Inputs{a}, Outputs{sum}); }),
              AllOf(HasSubstr("input 'second'"), HasSubstr("(batch, 4)"), HasSubstr("Add it to Inputs")));
  EXPECT_THAT(message_of<ValueError>([&] { Model(Inputs{}, Outputs{sum}); }), HasSubstr("0 inputs"));
}

TEST(WrongUse, PredictOfAModelWithSeveralOutputs) {
  SymbolicTensor a = Input{.shape = {4}};
  const Model model(Inputs{a}, Outputs{a | Dense{.units = 1}, a | Dense{.units = 2}});
  EXPECT_THAT(message_of<ValueError>([&] {
                model.predict(Tensor({2, 4}));
              }),
              AllOf(HasSubstr("2 outputs"), HasSubstr("predict_all")));
  EXPECT_EQ(model.predict_all({Tensor({2, 4})})[1].shape(), (Shape{2, 2}));
}

TEST(WrongUse, SharedLayerForTwoWidths) {
  SymbolicTensor a = Input{.shape = {4}}, b = Input{.shape = {5}};
  const LayerHandle layer = shared(Dense{.units = 2});
  (void)(a | layer);
  EXPECT_THAT(message_of<ShapeError>([&] { (void)(b | layer); }),
              AllOf(HasSubstr("dense"), HasSubstr("(5, 2)"), HasSubstr("(4, 2)"), HasSubstr("second layer")));
}

}  // namespace
