#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/optimizers/optimizer.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "io/keras_support.hpp"
#include "support/random_data.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

const char* const kModels[] = {"autoencoder", "catdog_like",    "flower_like",       "inception_like",
                               "merges",      "mobilenet_like", "nested_functional", "nested_sequential",
                               "resnet_like", "siamese_shared"};

void expect_same(const Model& a, const Model& b) {
  const auto x = a.get_weights(), y = b.get_weights();
  ASSERT_EQ(x.size(), y.size());
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_TRUE(same_bits(x[i], y[i])) << "weight " << i;
  EXPECT_EQ(a.summary_text(), b.summary_text());
}

TEST(KerasSave, WhatIsLoadedAndSavedLoadsTheSame) {
  TemporaryFolder folder;
  for (const std::string name : kModels) {
    SCOPED_TRACE(name);
    const Model first = Model::load(keras_path(name + ".keras"));
    const std::vector<Tensor> x = golden_list("models/" + name + "/", "x"), y = first.predict_all(x);
    for (const char* file : {"again.keras", "again.h5"}) {
      SCOPED_TRACE(file);
      first.save(folder.path(file));
      const Model again = Model::load(folder.path(file));
      expect_same(first, again);
      const std::vector<Tensor> z = again.predict_all(x);
      ASSERT_EQ(y.size(), z.size());
      for (std::size_t i = 0; i < y.size(); ++i) EXPECT_TRUE(same_bits(y[i], z[i])) << "output " << i;
    }
  }
}

TEST(KerasSave, EqualModelsGiveEqualBytes) {
  TemporaryFolder folder;
  const Model model = Model::load(keras_path("flower_like.keras"));
  for (const char* ending : {".keras", ".h5"}) {
    model.save(folder.path(std::string("a") + ending));
    Model::load(folder.path(std::string("a") + ending)).save(folder.path(std::string("b") + ending));
    EXPECT_EQ(file_bytes(folder.path(std::string("a") + ending)),
              file_bytes(folder.path(std::string("b") + ending)));
  }
}

Sequential dropout_net() {
  Sequential net({Input{.shape = {6}}, Dense{.units = 16, .activation = relu}, BatchNormalization{},
                  Dropout{.rate = 0.4f}, Dense{.units = 3, .activation = softmax}});
  net.initialize(3);
  net.compile(CompileOptions{.optimizer = Adam{.learning_rate = 0.02f, .amsgrad = true},
                             .loss = SparseCategoricalCrossentropy{},
                             .metrics = {accuracy, SparseTopKCategoricalAccuracy{.k = 2}}});
  return net;
}

TEST(KerasSave, TrainingGoesOnBitForBit) {
  TemporaryFolder folder;
  const Tensor x = noise({40, 6}, 1);
  Tensor y({40});
  for (Index i = 0; i < 40; ++i) y.at(i) = float(i % 3);
  const auto options = [](Index epochs, Index initial) {
    return FitOptions{.batch_size = 8, .epochs = epochs, .verbose = 0, .initial_epoch = initial, .seed = 11};
  };
  Sequential whole = dropout_net();
  const History all = whole.fit(x, y, options(6, 0));
  for (const char* file : {"half.keras", "half.h5"}) {
    SCOPED_TRACE(file);
    Sequential half = dropout_net();
    half.fit(x, y, options(3, 0));
    EXPECT_EQ(3, half.epoch());
    half.save(folder.path(file));
    Model rest = Model::load(folder.path(file));
    ASSERT_TRUE(rest.compiled());
    EXPECT_EQ(3, rest.epoch());
    EXPECT_EQ(15, rest.optimizer().iterations());
    const History history = rest.fit(x, y, options(6, rest.epoch()));
    EXPECT_EQ(all.keys(), history.keys());
    for (const std::string& key : all.keys())
      EXPECT_EQ(std::vector<double>(all[key].begin() + 3, all[key].end()), history[key]) << key;
    const auto a = whole.get_weights(), b = rest.get_weights();
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i], b[i])) << "weight " << i;
  }
}

/// What compile took comes back the same: loaded and saved again gives the same bytes.
TEST(KerasSave, CompileOptionsComeBack) {
  TemporaryFolder folder;
  const std::vector<CompileOptions> all{
      {.optimizer = SGD{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true, .clipnorm = 1.f},
       .loss = "mse",
       .metrics = {"mae", MeanSquaredError{}, RootMeanSquaredError{}}},
      {.optimizer =
           RMSprop{.learning_rate =
                       ExponentialDecay{.initial_learning_rate = 0.1f, .decay_steps = 10, .decay_rate = 0.5f},
                   .centered = true},
       .loss = Huber{.delta = 0.5f},
       .metrics = {LogCoshError{}, CosineSimilarity{}}},
      {.optimizer = AdamW{.weight_decay = 0.01f, .use_ema = true},
       .loss = BinaryCrossentropy{.from_logits = true, .label_smoothing = 0.1f},
       .metrics = {BinaryAccuracy{.threshold = 0.3f}, Precision{.thresholds = 0.4f}, AUC{.curve = Curve::PR}},
       .weighted_metrics = {BinaryCrossentropy{.from_logits = true}}},
      {.optimizer =
           Lion{.learning_rate = PiecewiseConstantDecay{.boundaries = {3, 9}, .values = {1.f, 0.5f, 0.1f}}},
       .loss = Tversky{.alpha = 0.3f},
       .metrics = {F1Score{.average = ScoreAverage::macro, .threshold = 0.5f}}},
      {.optimizer = Adafactor{}, .loss = Dice{}},
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(i);
    Sequential net({Input{.shape = {3}}, Dense{.units = 1}});
    net.compile(all[i]);
    net.save(folder.path("a.keras"));
    std::vector<std::string> notes;
    const Model again = Model::load(folder.path("a.keras"), LoadOptions{.notes = &notes});
    EXPECT_TRUE(notes.empty()) << notes[0];
    EXPECT_TRUE(again.compiled());
    again.save(folder.path("b.keras"));
    EXPECT_EQ(file_bytes(folder.path("a.keras")), file_bytes(folder.path("b.keras")));
  }
}

TEST(KerasSave, FieldsOfLayersComeBack) {
  TemporaryFolder folder;
  SymbolicTensor x = Input{.shape = {9, 7, 2}, .name = "picture"};
  const auto y = x | ZeroPadding2D{.padding = {{1, 0}, {2, 1}}} |
                 Conv2D{.filters = 4,
                        .kernel_size = {3, 2},
                        .strides = {2, 1},
                        .padding = Padding::same,
                        .groups = 2,
                        .activation = ActivationFn::leaky_relu,
                        .use_bias = false,
                        .kernel_initializer = HeNormal{.seed = 7},
                        .kernel_regularizer = L1L2{.l1 = 0.1f, .l2 = 0.2f},
                        .kernel_constraint = MaxNorm{.max_value = 3, .axis = {0, 1, 2}}} |
                 MaxPooling2D{.pool_size = {2, 1}} | PReLU{.shared_axes = {1, 2}} |
                 ReLU{.max_value = 6.f, .threshold = 0.5f} | LayerNormalization{.epsilon = 1e-5f} |
                 Cropping2D{.cropping = {0, 1}} | UpSampling2D{.size = 2} |
                 Rescaling{.scale = {1, 2, 3, 4}, .offset = -1} | Permute{.dims = {3, 1, 2}} |
                 Reshape{.target_shape = {-1, 2}} | GaussianNoise{.stddev = 0.1f, .seed = 3} | Flatten{} |
                 Dense{.units = 2, .trainable = false};
  const Model net(Inputs{x}, Outputs{y}, "net");
  net.save(folder.path("a.keras"));
  const Model again = Model::load(folder.path("a.keras"));
  expect_same(net, again);
  again.save(folder.path("b.keras"));
  EXPECT_EQ(file_bytes(folder.path("a.keras")), file_bytes(folder.path("b.keras")));
  EXPECT_FALSE(again.layer("dense").trainable());
  const auto& conv = dynamic_cast<const SpecOf<Conv2D>&>(again.layer("conv2d")).spec();
  EXPECT_EQ(Size2(2, 1), conv.strides);
  EXPECT_EQ(ActivationFn::leaky_relu, conv.activation.fn());
  EXPECT_EQ("HeNormal", conv.kernel_initializer.name());
  EXPECT_EQ(0.2f, std::get<L1L2>(conv.kernel_regularizer.spec()).l2);
}

std::string save_error(const Model& model, const std::string& path) {
  try {
    model.save(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(KerasSave, WhatNoFileCanHoldIsRefusedAndTheOldFileStays) {
  TemporaryFolder folder;
  Sequential good({Input{.shape = {2}}, Dense{.units = 1}});
  good.save(folder.path("m.keras"));
  const std::string before = file_bytes(folder.path("m.keras"));
  const CustomActivation cube{.name = "cube",
                              .value = [](double v) { return v * v * v; },
                              .derivative = [](double v) { return 3 * v * v; }};
  const Sequential custom({Input{.shape = {2}}, Dense{.units = 1, .activation = cube}});
  EXPECT_EQ(
      "layer 'dense' (Dense): its activation 'cube' is a function of yours, which no file can hold. Save the "
      "weights only (save_weights), or use one of Keras' activations.",
      save_error(custom, folder.path("m.keras")));
  EXPECT_EQ(before, file_bytes(folder.path("m.keras")));
  EXPECT_EQ(std::vector<std::string>{"m.keras"}, folder.names());
  EXPECT_THAT(save_error(good, folder.path("m.onnx")), HasSubstr("ends neither in .keras nor in .h5"));
  EXPECT_THAT(save_error(good, folder.path("m.weights.h5")), HasSubstr("is a name for weights only"));
  EXPECT_THAT(save_error(good, folder.path("none/m.keras")), HasSubstr("cannot be created"));
  EXPECT_THAT(save_error(Sequential(), folder.path("m.keras")), HasSubstr("needs the input shape"));
}

class HalfLoss final : public Loss {
 public:
  std::string_view name() const override { return "half"; }
  void values(View<const float>, View<const float>, View<float> out) const override {
    for (float& v : out) v = 0.5f;
  }
  void gradient(View<const float>, View<const float>, View<const float>, View<float> dy) const override {
    for (float& v : dy) v = 0;
  }
};

TEST(KerasSave, AModelWithALossOfOnesOwnIsSavedUncompiled) {
  TemporaryFolder folder;
  Sequential net({Input{.shape = {2}}, Dense{.units = 1}});
  net.compile(CompileOptions{.loss = HalfLoss{}});
  net.save(folder.path("m.keras"));
  const Model again = Model::load(folder.path("m.keras"));
  EXPECT_FALSE(again.compiled());
  EXPECT_TRUE(same_bits(net.get_weights()[0], again.get_weights()[0]));
}

}  // namespace
}  // namespace cornu::support
