// Files of Keras 1 and 2. Those in golden/keras/keras2 were made by tools/golden/keras2_files.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/model/sequential.hpp"
#include "cornu/optimizers/optimizer.hpp"
#include "cornu/training/logs.hpp"
#include "io/keras_support.hpp"

namespace cornu::support {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(KerasOld, BranchesAndSeparableConvolutions) {
  const Model model = Model::load(keras_path("keras2/xception.h5"));
  expect_close(golden("keras/keras2/predictions.npy"), model.predict(golden("keras/keras2/pictures.npy")),
               1e-6, "predictions");
}

// The older RMSprop had its epsilon outside of the root: a difference of 1e-5.
TEST(KerasOld, TrainingGoesOnWithTheStateOfTheOptimizer) {
  const auto losses = golden_series("keras/keras2/losses.json");
  ASSERT_EQ(3u, losses.size());
  for (const auto& [file, expected] : losses) {
    std::vector<std::string> notes;
    Model model = Model::load(keras_path("keras2/" + file), LoadOptions{.notes = &notes});
    EXPECT_THAT(notes, IsEmpty()) << file;
    EXPECT_EQ(3, model.optimizer().iterations());
    ASSERT_EQ(4u, expected.size());
    for (const double loss : expected)
      EXPECT_NEAR(loss,
                  model.train_on_batch(golden("keras/keras2/x.npy"), golden("keras/keras2/y.npy"))["loss"],
                  2e-5)
          << file;
  }
}

using Arrays = std::vector<std::pair<std::string, Tensor>>;

/// A file of Keras 2 with one Dense of 1 unit without bias on 2 inputs, and this state of its Adam.
std::vector<std::string> notes_of(const Arrays& state, std::vector<float>& slots) {
  TemporaryFolder folder;
  const Json dense{
      {"class_name", "Dense"},
      {"config", {{"name", "d"}, {"units", 1}, {"use_bias", false}, {"batch_input_shape", {nullptr, 2}}}}};
  const Json net{{"class_name", "Sequential"},
                 {"config", {{"name", "net"}, {"layers", Json::array({dense})}}}};
  const Json compiled{{"loss", "mse"},
                      {"optimizer_config", {{"class_name", "Adam"}, {"config", Json::object()}}}};
  cornu::detail::H5Writer out;
  out.text("", "keras_version", "2.1.6");
  out.text("", "model_config", net.dump());
  out.text("", "training_config", compiled.dump());
  out.array("model_weights/d/d/kernel:0", Tensor({2, 1}, {1, 2}).view());
  out.texts("model_weights/d", "weight_names", {"d/kernel:0"});
  out.texts("model_weights", "layer_names", {"d"});
  std::vector<std::string> names;
  for (const auto& [name, value] : state) {
    out.array("optimizer_weights/" + name, value.view());
    names.push_back(name);
  }
  out.texts("optimizer_weights", "weight_names", names);
  const auto bytes = out.finish();
  folder.write("old.h5", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::vector<std::string> notes;
  Model model = Model::load(folder.path("old.h5"), LoadOptions{.notes = &notes});
  slots.clear();
  for (const auto& slot : model.optimizer().slots())
    slots.insert(slots.end(), slot.value.begin(), slot.value.end());
  return notes;
}

TEST(KerasOld, StatesGoByTheirNames) {
  const Tensor one(Shape{}, std::vector<float>{7}), m({2, 1}, {3, 4}), v({2, 1}, {5, 6});
  std::vector<float> slots;
  EXPECT_THAT(notes_of({{"Adam/iter:0", one}, {"Adam/d/kernel/m:0", m}, {"Adam/d/kernel/v:0", v}}, slots),
              IsEmpty());
  EXPECT_THAT(slots, ElementsAre(3, 4, 5, 6));
}

TEST(KerasOld, StatesThatDoNotFitAreLeftOutWithANote) {
  const Tensor one(Shape{}, std::vector<float>{7}), m({2, 1}, {3, 4}), wide({1, 2}, {5, 6});
  std::vector<float> slots;
  for (const Arrays& state :
       {Arrays{{"Adam/iter:0", one}, {"Adam/m:0", m}},
        Arrays{{"Adam/iter:0", one}, {"Adam/m:0", m}, {"Adam/v:0", wide}},
        Arrays{{"Adam/iter:0", one}, {"Adam/x/m:0", m}, {"Adam/y/m:0", m}},
        Arrays{{"Adam/iter:0", one}, {"x/m:0", m}, {"y/m:0", m}, {"x/v:0", m}, {"y/v:0", m}},
        // Some versions sorted such by the names of the weights.
        Arrays{{"iterations_1:0", one}, {"Variable:0", m}, {"Variable_1:0", m}, {"Variable_2:0", m}},
        Arrays{{"Adam/m:0", m}, {"Adam/v:0", m}}}) {
    const std::vector<std::string> notes = notes_of(state, slots);
    ASSERT_EQ(1u, notes.size());
    EXPECT_THAT(notes[0], HasSubstr("the state of the optimizer is left out: the file has"));
    EXPECT_THAT(slots, ElementsAre(0, 0, 0, 0));
  }
}

/// Loads a Sequential of these layers, without weights, on samples of 3 numbers.
Model load_layers(const std::vector<Json>& layers, std::vector<std::string>* notes,
                  const std::string& version) {
  TemporaryFolder folder;
  cornu::detail::H5Writer out;
  out.text("", "keras_version", version);
  out.text("", "model_config", sequential_json(layers).dump());
  out.group("model_weights");
  out.texts("model_weights", "layer_names", {});
  const auto bytes = out.finish();
  folder.write("old.h5", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return Model::load(folder.path("old.h5"), LoadOptions{.notes = notes});
}

TEST(KerasOld, ThresholdedReLU) {
  const Model model =
      load_layers({layer_json("ThresholdedReLU", {{"name", "t"}, {"theta", 1.5}})}, nullptr, "2.3");
  EXPECT_THAT(model.predict(Tensor({1, 3}, {1, 2, -3})).to_vector(), ElementsAre(0, 2, 0));
}

TEST(KerasOld, HardSigmoidComesWithANote) {
  const std::vector<Json> layers{layer_json("Activation", {{"name", "a"}, {"activation", "hard_sigmoid"}})};
  std::vector<std::string> notes;
  const Model model = load_layers(layers, &notes, "2.3.1");
  EXPECT_THAT(notes,
              ElementsAre("hard_sigmoid is computed as Keras 3 does, x / 6 + 0.5 between 0 and 1; Keras "
                          "2.3.1 computed 0.2 x + 0.5, so results may differ."));
  EXPECT_FLOAT_EQ(1 / 6.f + 0.5f, model.predict(Tensor({1, 3}, {1, 1, 1}))(0, 0));
  notes.clear();
  load_layers(layers, &notes, "3.3.3");
  load_layers({layer_json("Activation", {{"name", "a"}, {"activation", "sigmoid"}})}, &notes, "2.3.1");
  EXPECT_THAT(notes, IsEmpty());
}

TEST(KerasOld, ModesOfBatchNormalization) {
  const auto message = [](Json more) -> std::string {
    more["name"] = "bn";
    try {
      load_layers({layer_json("BatchNormalization", more)}, nullptr, "1.2.2");
    } catch (const FileError& error) {
      return error.what();
    }
    return "nothing thrown";
  };
  // What is read goes on to the weights, which are not in the file.
  EXPECT_THAT(message({{"mode", 0}}), HasSubstr("the file has 0 layers with weights, the model 1"));
  EXPECT_THAT(message({{"synchronized", true}}),
              HasSubstr("the file has 0 layers with weights, the model 1"));
  EXPECT_THAT(message({{"mode", 1}}),
              HasSubstr("layer 'bn' (BatchNormalization): mode is 1; Cornu's layer has no such option."));
  EXPECT_THAT(message({{"mode", 2}}), HasSubstr("mode is 2"));
}

}  // namespace
}  // namespace cornu::support
