#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "io/keras_support.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

Sequential small(Index units = 2) {
  Sequential net({Input{.shape = {3}}, Dense{.units = 4, .name = "first"}, ReLU{},
                  Dense{.units = units, .name = "second"}});
  net.initialize(5);
  return net;
}

std::string message(Model& model, const std::string& path, const LoadWeightsOptions& options = {}) {
  try {
    model.load_weights(path, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

void expect_same(const Model& a, const Model& b) {
  const auto x = a.get_weights(), y = b.get_weights();
  ASSERT_EQ(x.size(), y.size());
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_TRUE(same_bits(x[i], y[i])) << "weight " << i;
}

TEST(KerasWeights, WeightsOnlyFileOfKeras) {
  Model model = Model::load(keras_path("flower_weights_only/model.keras"));
  const std::string folder = "keras/flower_weights_only/";
  model.initialize(1);
  model.load_weights(keras_path("flower_weights_only/model.weights.h5"));
  expect_close(golden(folder + "y0.npy"), model.predict(golden(folder + "x0.npy")), 1e-4, "y");
}

TEST(KerasWeights, RoundTripInEveryFormat) {
  TemporaryFolder folder;
  for (const char* name : {"w.weights.h5", "w.h5", "w.hdf5", "w.npz"}) {
    SCOPED_TRACE(name);
    Sequential a = small(), b = small();
    b.initialize(9);
    a.save_weights(folder.path(name));
    b.load_weights(folder.path(name));
    expect_same(a, b);
  }
  Sequential a = small(), b = small();
  b.initialize(9);
  a.save(folder.path("m.keras"));
  b.load_weights(folder.path("m.keras"));
  expect_same(a, b);
}

TEST(KerasWeights, ByPlaceNeedsTheSameShapes) {
  TemporaryFolder folder;
  small().save_weights(folder.path("w.weights.h5"));
  small().save_weights(folder.path("w.h5"));
  Sequential other = small(3);
  const Sequential before = small(3);
  EXPECT_THAT(message(other, folder.path("w.weights.h5")),
              HasSubstr("w.weights.h5': layer 'second' (Dense): its kernel is (4, 3), in the file "
                        "'layers/dense_1/vars/0' is (4, 2). The file belongs to another model."));
  EXPECT_THAT(message(other, folder.path("w.h5")),
              HasSubstr("w.h5': layer 'second' (Dense): its kernel is (4, 3), in the file "
                        "'second/second/kernel' is (4, 2)"));
  expect_same(before, other);  // nothing is changed then
  Sequential longer({Input{.shape = {3}}, Dense{.units = 4}, Dense{.units = 2}, Dense{.units = 2}});
  EXPECT_THAT(message(longer, folder.path("w.weights.h5")),
              HasSubstr("layer 'dense_2' (Dense): the file has nothing for it at 'layers/dense_2'."));
  EXPECT_THAT(message(longer, folder.path("w.h5")),
              HasSubstr("the file has 2 layers with weights, the model 3."));
}

TEST(KerasWeights, MismatchesAreSkippedOnRequest) {
  TemporaryFolder folder;
  const Sequential source = small();
  source.save_weights(folder.path("w.weights.h5"));
  source.save_weights(folder.path("w.h5"));
  for (const char* name : {"w.weights.h5", "w.h5"}) {
    Sequential other = small(3);
    other.initialize(8);
    const std::vector<Tensor> before = other.get_weights();
    std::vector<std::string> notes;
    other.load_weights(folder.path(name), LoadWeightsOptions{.skip_mismatch = true, .notes = &notes});
    EXPECT_TRUE(same_bits(source.get_weights()[0], other.get_weights()[0]));
    EXPECT_TRUE(same_bits(before[2], other.get_weights()[2]));
    ASSERT_EQ(1u, notes.size());
    EXPECT_THAT(notes[0], HasSubstr("layer 'second' (Dense): its kernel is (4, 3)"));
    EXPECT_THAT(notes[0], HasSubstr("Its weights stay as they are."));
  }
}

TEST(KerasWeights, ByName) {
  TemporaryFolder folder;
  const Sequential source = small();
  source.save_weights(folder.path("w.weights.h5"));
  source.save_weights(folder.path("w.h5"));
  for (const char* name : {"w.weights.h5", "w.h5"}) {
    SCOPED_TRACE(name);
    Sequential other(
        {Input{.shape = {4}}, Dense{.units = 2, .name = "second"}, Dense{.units = 7, .name = "own"}});
    const std::vector<Tensor> before = other.get_weights();
    other.load_weights(folder.path(name), LoadWeightsOptions{.by_name = true});
    EXPECT_TRUE(same_bits(source.get_weights()[2], other.get_weights()[0]));
    EXPECT_TRUE(same_bits(source.get_weights()[3], other.get_weights()[1]));
    EXPECT_TRUE(same_bits(before[2], other.get_weights()[2]));
  }
}

TEST(KerasWeights, NamesOfVgg) {
  // Keras 1's file of VGG16 has layers without weights in its list, and names such as block1_conv1_W_1:0.
  TemporaryFolder folder;
  cornu::detail::H5Writer out;
  const Tensor kernel({3, 3, 3, 2}, 0.5f), bias({2}, 2.f);
  out.array("block1_conv1/block1_conv1_W_1:0", kernel.view());
  out.array("block1_conv1/block1_conv1_b_1:0", bias.view());
  out.texts("block1_conv1", "weight_names", {"block1_conv1_W_1:0", "block1_conv1_b_1:0"});
  out.group("block1_pool");
  out.texts("block1_pool", "weight_names", {});
  out.texts("", "layer_names", {"input_1", "block1_conv1", "block1_pool"});
  const auto bytes = out.finish();
  folder.write("vgg.h5", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  Sequential net({Input{.shape = {8, 8, 3}}, Conv2D{.filters = 2, .kernel_size = 3}, MaxPooling2D{}});
  net.load_weights(folder.path("vgg.h5"));
  EXPECT_TRUE(same_bits(kernel, net.get_weights()[0]));
  EXPECT_TRUE(same_bits(bias, net.get_weights()[1]));
}

TEST(KerasWeights, LongListsOfNamesAreCut) {
  TemporaryFolder folder;
  std::vector<std::string> names;
  for (int i = 0; i < 7001; ++i) names.push_back("layer_" + std::to_string(i));
  cornu::detail::H5Writer out;
  out.texts("", "layer_names", names);
  const cornu::detail::H5Reader file = cornu::detail::H5Reader::from_bytes(out.finish(), "names");
  EXPECT_EQ(names, file.texts("", "layer_names"));
}

TEST(KerasWeights, NaturalOrder) {
  using cornu::detail::natural_less;
  EXPECT_TRUE(natural_less("dense", "dense_1"));
  EXPECT_TRUE(natural_less("dense_2", "dense_10"));
  EXPECT_FALSE(natural_less("dense_10", "dense_2"));
  EXPECT_TRUE(natural_less("9", "10"));
  EXPECT_FALSE(natural_less("a", "a"));
}

}  // namespace
}  // namespace cornu::support
