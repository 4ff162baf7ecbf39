// save_weights and load_weights: the same bits come back, nothing half is ever seen, other models' files are
// refused whole.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/io/npy.hpp"
#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "support/messages.hpp"
#include "support/random_data.hpp"
#include "support/temporary_folder.hpp"

using namespace cornu;
using namespace cornu::support;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Sequential network(Index units = 3) {
  return Sequential({Input{.shape = {6, 6, 2}}, Conv2D{.filters = 4, .kernel_size = 3}, BatchNormalization{},
                     Flatten{}, Dense{.units = units, .activation = softmax}});
}

bool same_weights(const Model& a, const Model& b) {
  const std::vector<Tensor> x = a.get_weights(), y = b.get_weights();
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), same_bits);
}

TEST(SaveWeights, RoundTripGivesTheSameBits) {
  const TemporaryFolder folder;
  Sequential model = network(), other = network();
  model.compile(CompileOptions{.optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}});
  const Tensor x = noise({20, 6, 6, 2}, 1);
  model.fit(x, class_labels(20, 3), FitOptions{.epochs = 2, .verbose = 0});
  EXPECT_FALSE(same_weights(model, other));
  model.save_weights(folder.path("model.npz"));
  other.load_weights(folder.path("model.npz"));
  EXPECT_TRUE(same_weights(model, other));
  EXPECT_TRUE(same_bits(model.predict(x), other.predict(x)));
  std::vector<std::string> keys;
  for (const auto& [name, value] : read_npz(folder.path("model.npz"))) keys.push_back(name);
  EXPECT_THAT(keys, ElementsAre("conv2d/kernel", "conv2d/bias", "batch_normalization/gamma",
                                "batch_normalization/beta", "batch_normalization/moving_mean",
                                "batch_normalization/moving_variance", "dense/kernel", "dense/bias"));
}

TEST(SaveWeights, NestedModelsWithLayersOfOneName) {
  const TemporaryFolder folder;
  const auto make = [](std::uint64_t seed) {
    Sequential one{Input{.shape = {4}}, Dense{.units = 4}}, two{Input{.shape = {4}}, Dense{.units = 4}};
    Sequential model{Input{.shape = {4}}, one, two, Dense{.units = 4}};
    model.initialize(seed);
    return model;
  };
  const Sequential model = make(3);
  Sequential other = make(4);
  model.save_weights(folder.path("w.npz"));
  other.load_weights(folder.path("w.npz"));
  EXPECT_TRUE(same_weights(model, other));
}

TEST(SaveWeights, FilesOfOtherModelsChangeNothing) {
  const TemporaryFolder folder;
  Sequential model = network();
  model.initialize(9);
  const Sequential before = [&] {
    Sequential copy = network();
    copy.set_weights(model.get_weights());
    return copy;
  }();
  const auto text = [&](const char* name) {
    try {
      model.load_weights(folder.path(name));
    } catch (const Error& e) {
      EXPECT_TRUE(same_weights(model, before)) << name;
      return std::string(e.what());
    }
    return std::string("no error");
  };
  network(5).save_weights(folder.path("wide.npz"));
  EXPECT_THAT(text("wide.npz"), AllOf(HasSubstr("'dense/kernel'"), HasSubstr("(64, 5)"), HasSubstr("(64, 3)"),
                                      HasSubstr("another model")));
  Sequential small{Input{.shape = {6, 6, 2}}, Conv2D{.filters = 4, .kernel_size = 3}};
  small.save_weights(folder.path("small.npz"));
  EXPECT_THAT(text("small.npz"),
              AllOf(HasSubstr("has no 'batch_normalization/gamma'"), HasSubstr("another model")));
  Sequential deep = network();
  deep.add(Dense{.units = 2});
  deep.save_weights(folder.path("deep.npz"));
  EXPECT_THAT(text("deep.npz"), AllOf(HasSubstr("'dense_1/"), HasSubstr("the model has not")));
  folder.write("text.npz", "not a zip archive");
  EXPECT_THAT(text("text.npz"), HasSubstr("text.npz"));
  std::filesystem::create_directories(folder.path("folder.npz"));
  EXPECT_THAT(text("folder.npz"), HasSubstr("folder.npz"));
}

TEST(SaveWeights, WhereNothingCanBeWritten) {
  const TemporaryFolder folder;
  const Sequential model = network();
  EXPECT_THAT(message_of<FileError>([&] { model.save_weights(folder.path("none/w.npz")); }),
              AllOf(HasSubstr("none/w.npz"), HasSubstr("cannot be created")));
  std::filesystem::create_directories(folder.path("w.npz"));
  EXPECT_THAT(message_of<FileError>([&] { model.save_weights(folder.path("w.npz")); }),
              AllOf(HasSubstr("w.npz"), HasSubstr("a folder")));
  EXPECT_THAT(folder.names(), ElementsAre("w.npz")) << "no temporary file is left";
  EXPECT_THAT(message_of<StateError>([&] { Sequential().save_weights(folder.path("x.npz")); }),
              HasSubstr("save_weights"));
}

/// Saves over and over until it is killed. Only what is safe after fork in a program with threads: the
/// weights are made before.
[[noreturn]] void save_for_ever(const std::vector<Sequential>& models, const std::string& path) {
  for (std::size_t i = 0;; ++i) models[i % models.size()].save_weights(path);
}

TEST(SaveWeights, KilledWhileItWritesLeavesAWholeFile) {
  const TemporaryFolder folder;
  const std::string path = folder.path("w.npz");
  std::vector<Sequential> models;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    models.push_back(Sequential({Input{.shape = {300}}, Dense{.units = 200}}));
    models.back().initialize(seed);
  }
  models[0].save_weights(path);
  Sequential reader{Input{.shape = {300}}, Dense{.units = 200}};
  Random random(RandomKey{.seed = 1});
  int changed = 0;
  for (int kill_number = 0; kill_number < 20; ++kill_number) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        save_for_ever(models, path);
      } catch (...) {
        _exit(1);
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(1000 + random.below(30000)));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child failed by itself";
    ASSERT_NO_THROW(reader.load_weights(path)) << "kill " << kill_number;
    const bool whole = std::any_of(models.begin(), models.end(),
                                   [&](const Sequential& m) { return same_weights(m, reader); });
    EXPECT_TRUE(whole) << "a mixture, kill " << kill_number;
    changed += same_weights(models[0], reader) ? 0 : 1;
  }
  EXPECT_GT(changed, 0) << "the children never got to save";
}

}  // namespace
