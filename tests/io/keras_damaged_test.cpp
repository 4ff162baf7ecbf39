#include <gtest/gtest.h>

#include <chrono>

#include "cornu/core/random.hpp"
#include "io/keras_support.hpp"

namespace cornu::support {
namespace {

/// Loads without a crash and soon; whether it works is up to where the damage is.
void expect_survived(const std::string& path, std::size_t& refused) {
  const auto start = std::chrono::steady_clock::now();
  try {
    const Model model = Model::load(path);
  } catch (const FileError& error) {
    ++refused;
    EXPECT_GT(std::string(error.what()).size(), 20u);
  }
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 2.0);
}

const char* const kFiles[] = {"nested_functional.keras", "catdog_like_h5/model.h5",
                              "fit_optimizer_adam.end.keras"};

TEST(KerasDamaged, FilesThatAreCutShort) {
  TemporaryFolder folder;
  for (const char* name : kFiles) {
    const std::string bytes = file_bytes(keras_path(name));
    std::size_t refused = 0, count = 0;
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 41, ++count) {
      SCOPED_TRACE(std::string(name) + " cut at " + std::to_string(size));
      folder.write("cut.keras", std::string_view(bytes).substr(0, size));
      expect_survived(folder.path("cut.keras"), refused);
    }
    EXPECT_EQ(count, refused) << name;
  }
}

TEST(KerasDamaged, DeepAndRepeatedThings) {
  TemporaryFolder folder;
  Json nested = layer_json("Dense", {{"name", "d"}, {"units", 1}});
  for (int i = 0; i < 60; ++i)
    nested = {{"class_name", "Sequential"}, {"config", {{"name", "s"}, {"layers", Json::array({nested})}}}};
  write_keras(folder.path("deep.keras"), nested, {});
  EXPECT_NE(std::string::npos, load_error(folder.path("deep.keras")).find("nested more than 32 deep"));

  std::string brackets = "{\"class_name\": ";
  for (int i = 0; i < 100000; ++i) brackets += '[';
  cornu::detail::ZipWriter archive(folder.path("brackets.keras"));
  cornu::detail::H5Writer weights;
  archive.add("config.json", {{reinterpret_cast<const std::uint8_t*>(brackets.data()), brackets.size()}});
  archive.add("model.weights.h5", {weights.finish()});
  archive.commit();
  EXPECT_NE(std::string::npos, load_error(folder.path("brackets.keras")).find("levels deep"));

  Json net = sequential_json({layer_json("ReLU", {{"name", "a"}})});
  net["class_name"] = "Functional";
  write_keras(folder.path("no_nodes.keras"), net, {});
  EXPECT_NE(std::string::npos,
            load_error(folder.path("no_nodes.keras")).find("'a' (ReLU): it is never called"));
}

}  // namespace
}  // namespace cornu::support
