#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/optimizers/optimizer.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "io/keras_support.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

/// Predicts what Keras did; `folder` has x0.npy, y0.npy, ... and perhaps w0.npy, ...
void check(const std::string& file, const std::string& folder) {
  SCOPED_TRACE(file);
  std::vector<std::string> notes;
  const Model model = Model::load(keras_path(file), LoadOptions{.notes = &notes});
  EXPECT_TRUE(notes.empty()) << notes[0];
  const std::vector<Tensor> expected = golden_list(folder, "y"),
                            y = model.predict_all(golden_list(folder, "x"));
  ASSERT_EQ(expected.size(), y.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    expect_close(expected[i], y[i], 1e-4, cornu::detail::concat("y", Index(i)));
  const std::vector<Tensor> weights = golden_list(folder, "w"), own = model.get_weights();
  if (weights.empty()) return;
  ASSERT_EQ(weights.size(), own.size());
  for (std::size_t i = 0; i < own.size(); ++i) EXPECT_TRUE(same_bits(weights[i], own[i])) << "weight " << i;
}

TEST(KerasLoad, ModelsPredictWhatKerasPredicts) {
  for (const char* name :
       {"autoencoder", "catdog_like", "flower_like", "inception_like", "merges", "mobilenet_like",
        "nested_functional", "nested_sequential", "resnet_like", "siamese_shared"})
    check(std::string(name) + ".keras", "models/" + std::string(name) + "/");
}

TEST(KerasLoad, LegacyFilesAndOperators) {
  for (const char* name : {"catdog_like_h5", "flower_like_h5", "resnet_like_h5"})
    check(std::string(name) + "/model.h5", "keras/" + std::string(name) + "/");
  check("operators/model.keras", "keras/operators/");
}

TEST(KerasLoad, PathsOfWindows) {
  const Model model = Model::load(keras_path("mnist_win_paths.keras"));
  EXPECT_EQ(Shape({28, 28, 1}), model.input_shapes()[0]);
  // Numbers of Keras for a picture of ones times its place: computed from the weights by the test below.
  const Tensor& kernel = model.layer("conv2d").weight("kernel");
  EXPECT_EQ(Shape({3, 3, 1, 32}), kernel.shape());
  EXPECT_NE(0.f, kernel.at(0));
  EXPECT_EQ(Shape({3, 3, 32, 64}), model.layer("conv2d_1").weight("kernel").shape());
}

/// Loads what Keras compiled, trains as Keras did, and compares the history with Keras'.
TEST(KerasLoad, CompiledModelsTrainAsKerasDoes) {
  for (const std::string name : {"optimizer_adam", "optimizer_adam_ema", "optimizer_adafactor",
                                 "optimizer_schedule_cosine", "frozen_layers", "metrics_multi",
                                 "metrics_binary", "loss_bce_logits_smooth", "constrained", "regularized"}) {
    SCOPED_TRACE(name);
    std::vector<std::string> notes;
    Model model = Model::load(keras_path("fit_" + name + ".start.keras"), LoadOptions{.notes = &notes});
    EXPECT_TRUE(notes.empty()) << notes[0];
    ASSERT_TRUE(model.compiled());
    const std::string folder = "fit/" + name + "/";
    const std::vector<Tensor> x = golden_list(folder, "x"), y = golden_list(folder, "y");
    const auto expected = golden_series(folder + "history.json");
    const Index epochs = Index(expected.at(0).second.size()), batch_size = name == "frozen_layers" ? 4 : 5;
    const History history = model.fit(
        x, y, FitOptions{.batch_size = batch_size, .epochs = epochs, .verbose = 0, .shuffle = false});
    ASSERT_EQ(expected.size(), history.keys().size());
    for (const auto& [key, values] : expected)
      for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_NEAR(values[i], history[key][i], 2e-4 * std::max(1e-3, std::abs(values[i]))) << key;
    EXPECT_EQ(epochs, model.epoch());

    // The state that Keras saved after the same training.
    Model end = Model::load(keras_path("fit_" + name + ".end.keras"), LoadOptions{.notes = &notes});
    EXPECT_TRUE(notes.empty()) << notes[0];
    EXPECT_EQ(end.optimizer().iterations(), model.optimizer().iterations());
    const auto theirs = end.optimizer().slots(), ours = model.optimizer().slots();
    ASSERT_EQ(theirs.size(), ours.size());
    for (std::size_t s = 0; s < ours.size(); ++s) {
      Tensor a(theirs[s].value.shape), b(ours[s].value.shape);
      std::copy(theirs[s].value.begin(), theirs[s].value.end(), a.begin());
      std::copy(ours[s].value.begin(), ours[s].value.end(), b.begin());
      expect_close(a, b, 1e-4, std::string(ours[s].name) + " " + std::to_string(s));
    }
  }
}

/// Keras saves the operations that make masks; Cornu makes the masks itself.
TEST(KerasLoad, FunctionalModelsWithMasks) {
  for (const std::string name : {"masked_transformer", "masked_concatenate_1"}) {
    SCOPED_TRACE(name);
    const std::string folder = "fit/" + name + "/";
    Model model = Model::load(keras_path("fit_" + name + ".start.keras"));
    const TemporaryFolder temporary;
    model.save(temporary.path("again.keras"));
    const std::vector<Tensor> x = golden_list(folder, "x");
    EXPECT_TRUE(
        same_bits(model.predict_all(x)[0], Model::load(temporary.path("again.keras")).predict_all(x)[0]));
    const History history =
        model.fit(x, golden_list(folder, "y"),
                  FitOptions{.batch_size = 4, .epochs = 3, .verbose = 0, .shuffle = false});
    for (const auto& [key, values] : golden_series(folder + "history.json"))
      for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_NEAR(values[i], history[key][i], 1e-4 * std::abs(values[i])) << key;
  }
}

TEST(KerasLoad, OnlyTheMaskOfItsInputIsTaken) {
  const auto tensor = [](const char* layer, const char* type) -> Json {
    return {{"class_name", "__keras_tensor__"},
            {"config", {{"dtype", type}, {"keras_history", {layer, 0, 0}}}}};
  };
  const auto loaded = [&](int left_out, bool passes) {
    Json table =
        layer_json("Embedding", {{"input_dim", 9}, {"output_dim", 2}, {"mask_zero", true}, {"name", "t"}});
    Json between = layer_json(passes ? "ReLU" : "GlobalMaxPooling1D", {{"name", "b"}});
    if (!passes) between["config"]["keepdims"] = true;
    Json mean = layer_json("GlobalAveragePooling1D", {{"name", "mean"}});
    Json mask = layer_json("NotEqual", {{"name", "ne"}});
    mask["module"] = "keras.src.ops.numpy";
    mask["name"] = "ne", table["name"] = "t", between["name"] = "b", mean["name"] = "mean";
    table["inbound_nodes"] = {{{"args", {tensor("in", "float32")}}}};
    mask["inbound_nodes"] = {{{"args", {tensor("in", "float32"), left_out}}}};
    between["inbound_nodes"] = {{{"args", {tensor("t", "float32")}}}};
    mean["inbound_nodes"] = {
        {{"args", {tensor("b", "float32")}}, {"kwargs", {{"mask", tensor("ne", "bool")}}}}};
    Json input = layer_json("InputLayer", {{"batch_shape", {nullptr, 3}}, {"name", "in"}});
    input["name"] = "in", input["inbound_nodes"] = Json::array();
    const Json net = {{"class_name", "Functional"},
                      {"config",
                       {{"name", "f"},
                        {"layers", {input, table, mask, between, mean}},
                        {"input_layers", {"in", 0, 0}},
                        {"output_layers", {"mean", 0, 0}}}}};
    const TemporaryFolder folder;
    write_keras(folder.path("m.keras"), net, dense_arrays());
    return load_error(folder.path("m.keras"));
  };
  const auto refused = HasSubstr(
      "layer 'mean' (GlobalAveragePooling1D): it is called with a mask of its own, which Cornu's layers do "
      "not "
      "take. Leave it to Keras to hand on the masks of Embedding and Masking.");
  EXPECT_THAT(loaded(0, true), ::testing::Not(HasSubstr("mask")));
  EXPECT_THAT(loaded(3, true), refused);   // another id is left out than the Embedding's
  EXPECT_THAT(loaded(0, false), refused);  // a layer in between drops masks
}

TEST(KerasLoad, CallsInTrainingWhereThatMakesNoDifference) {
  const auto loaded = [](Json layer) {
    layer["name"] = layer["config"]["name"] = "l";
    const Json tensor = {{"class_name", "__keras_tensor__"}, {"config", {{"keras_history", {"in", 0, 0}}}}};
    layer["inbound_nodes"] = {{{"args", {tensor}}, {"kwargs", {{"training", true}}}}};
    Json input = layer_json("InputLayer", {{"batch_shape", {nullptr, 7, 9, 3}}, {"name", "in"}});
    input["name"] = "in", input["inbound_nodes"] = Json::array();
    const Json net = {{"class_name", "Functional"},
                      {"config",
                       {{"name", "f"},
                        {"layers", {input, layer}},
                        {"input_layers", {"in", 0, 0}},
                        {"output_layers", {"l", 0, 0}}}}};
    const TemporaryFolder folder;
    write_keras(folder.path("m.keras"), net, {});
    return load_error(folder.path("m.keras"));
  };
  EXPECT_EQ("nothing thrown", loaded(layer_json("CenterCrop", {{"height", 4}, {"width", 5}})));
  EXPECT_EQ("nothing thrown", loaded(layer_json("Resizing", {{"height", 4}, {"width", 5}})));
  EXPECT_THAT(loaded(layer_json("Dropout", {{"rate", 0.5}})),
              HasSubstr("layer 'l' (Dropout): it is called with training = true, which Cornu's layers do not "
                        "take. Build the model without it."));
}

TEST(KerasLoad, WithoutCompiling) {
  const Model model =
      Model::load(keras_path("fit_optimizer_adam.start.keras"), LoadOptions{.compile = false});
  EXPECT_FALSE(model.compiled());
}

TEST(KerasLoad, AnOpenInputShapeIsGiven) {
  TemporaryFolder folder;
  Json net = sequential_json({layer_json("ReLU", {{"name", "re_lu"}})});
  net["config"]["layers"][0]["config"]["batch_shape"] = {nullptr, nullptr, 2};
  write_keras(folder.path("open.keras"), net, {});
  EXPECT_THAT(
      load_error(folder.path("open.keras")),
      HasSubstr("open.keras': input 'in': its input shape is [null,null,2]; Cornu needs the size of axis 1. "
                "Give it as LoadOptions{.input_shapes"));
  const Model model = Model::load(folder.path("open.keras"), LoadOptions{.input_shapes = {{4, 2}}});
  EXPECT_EQ(Shape({4, 2}), model.output_shapes()[0]);
}

/// What loading a Sequential with this one layer says.
std::string refusal(const Json& layer) {
  TemporaryFolder folder;
  write_keras(folder.path("m.keras"), sequential_json({layer}), dense_arrays());
  const std::string text = load_error(folder.path("m.keras"));
  EXPECT_THAT(text, HasSubstr("m.keras': "));
  return text.substr(text.find("': ") + 3);
}

TEST(KerasLoad, WhatCannotBeRepresentedIsRefusedByName) {
  EXPECT_EQ(
      "layer 'lambda_3' (Lambda): Cornu cannot run Python code; replace it by layers (Rescaling, Activation, "
      "Reshape, ...) in Keras and save the model again.",
      refusal(layer_json("Lambda", {{"name", "lambda_3"}})));
  EXPECT_EQ(
      "layer 'mine' (Mine): Cornu has no layer of this class. If it is a class of your own in Python, "
      "replace it "
      "by Keras' layers and save the model again.",
      refusal({{"module", nullptr},
               {"class_name", "Custom>Mine"},
               {"config", {{"name", "mine"}}},
               {"registered_name", "Custom>Mine"}}));
  EXPECT_EQ(
      "layer 'g' (CuDNNGRU): its weights are in cuDNN's order. Load and save the model in Keras 2 with GRU "
      "first.",
      refusal(layer_json("CuDNNGRU", {{"name", "g"}})));
  EXPECT_EQ(
      "layer 'dense' (Dense): data_format is channels_first; Cornu computes channels_last only. Convert the "
      "model in Keras.",
      refusal(dense_json(2, {{"data_format", "channels_first"}})));
  EXPECT_EQ("layer 'dense' (Dense): lora_rank is 4; Cornu's layer has no such option.",
            refusal(dense_json(2, {{"lora_rank", 4}})));
  EXPECT_THAT(refusal(dense_json(2, {{"activation", "nosuch"}})), HasSubstr("layer 'dense' (Dense): "));
  EXPECT_EQ("layer 'dense' (Dense): units is \"many\"; it must be a number.",
            refusal(layer_json("Dense", {{"name", "dense"}, {"units", "many"}})));
  EXPECT_THAT(refusal(layer_json("MaxPooling2D", {{"name", "p"}, {"padding", "reflect"}})),
              HasSubstr("layer 'p' (MaxPooling2D): padding is \"reflect\"; Cornu knows valid, same"));
  EXPECT_EQ("layer 'dense' (Dense): units is 0; it must be at least 1.", refusal(dense_json(0)));
  EXPECT_EQ(
      "layer 'dense' (Dense): its kernel is (3, 3), in the file 'layers/dense/vars/0' is (3, 2). The file "
      "belongs "
      "to another model.",
      refusal(dense_json(3)));
}

TEST(KerasLoad, FalseSizesTakeNoMemory) {
  EXPECT_THAT(
      refusal(dense_json(1000000000)),
      HasSubstr(
          "layer 'dense' (Dense): its kernel of shape (3, 1000000000) has 3000000000 numbers, more than "
          "the file that describes it holds"));
}

TEST(KerasLoad, UnknownLossLeavesTheModelUncompiledWithANote) {
  TemporaryFolder folder;
  Json net = sequential_json({dense_json(2)});
  net["compile_config"] = {{"optimizer", "adam"},
                           {"loss", {{"class_name", "MyLoss"}, {"config", Json::object()}}}};
  write_keras(folder.path("m.keras"), net, dense_arrays());
  std::vector<std::string> notes;
  const Model model = Model::load(folder.path("m.keras"), LoadOptions{.notes = &notes});
  EXPECT_FALSE(model.compiled());
  ASSERT_EQ(1u, notes.size());
  EXPECT_THAT(notes[0], HasSubstr("the model is not compiled: loss MyLoss: "));
}

TEST(KerasLoad, OtherFiles) {
  TemporaryFolder folder;
  EXPECT_THAT(load_error(folder.path("none.keras")), HasSubstr("none.keras' cannot be read"));
  folder.write("text.keras", "a text");
  EXPECT_THAT(load_error(folder.path("text.keras")), HasSubstr("is no file of Keras"));
  folder.write("empty.h5", "");
  EXPECT_THAT(load_error(folder.path("empty.h5")), HasSubstr("It is empty."));
  EXPECT_THAT(load_error(keras_path("flower_weights_only/model.weights.h5")),
              HasSubstr("holds weights only. Build the model and call load_weights."));
}

TEST(KerasLoad, TextsOfKeras2) {
  TemporaryFolder folder;
  Json net{
      {"class_name", "Sequential"},
      {"config", Json::array({{{"class_name", "Convolution2D"},
                               {"config",
                                {{"name", "c"},
                                 {"nb_filter", 2},
                                 {"nb_row", 1},
                                 {"nb_col", 1},
                                 {"border_mode", "same"},
                                 {"subsample", {1, 1}},
                                 {"dim_ordering", "tf"},
                                 {"init", "glorot_uniform"},
                                 {"bias", true},
                                 {"activation", "linear"},
                                 {"W_regularizer", nullptr},
                                 {"batch_input_shape", {nullptr, 2, 2, 1}}}}},
                              {{"class_name", "LeakyReLU"}, {"config", {{"name", "l"}, {"alpha", 0.5}}}}})}};
  cornu::detail::H5Writer out;
  out.text("", "model_config", net.dump());
  out.array("model_weights/c/c_W_1:0", Tensor({1, 1, 1, 2}, {1, -2}).view());
  out.array("model_weights/c/c_b_1:0", Tensor({2}, {0, 1}).view());
  out.texts("model_weights/c", "weight_names", {"c_W_1:0", "c_b_1:0"});
  out.group("model_weights/l");
  out.texts("model_weights/l", "weight_names", {});
  out.texts("model_weights", "layer_names", {"c", "l"});
  const auto bytes = out.finish();
  folder.write("old.h5", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const Model model = Model::load(folder.path("old.h5"));
  const Tensor y = model.predict(Tensor({1, 2, 2, 1}, {1, 2, 3, 4}));
  EXPECT_EQ(std::vector<float>({1, -0.5f, 2, -1.5f, 3, -2.5f, 4, -3.5f}), y.to_vector());
}

}  // namespace
}  // namespace cornu::support
