#include <gtest/gtest.h>

#include <chrono>
#include <ctime>

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

TEST(KerasDamaged, BitsThatAreFlipped) {
  TemporaryFolder folder;
  Random random(7);
  for (const char* name : kFiles) {
    const std::string bytes = file_bytes(keras_path(name));
    std::size_t refused = 0;
    for (int round = 0; round < 120; ++round) {
      std::string damaged = bytes;
      for (int flip = 0; flip <= round % 5; ++flip) {
        // Half of them among the first bytes, where the structure is.
        const Index reach = round % 2 ? Index(bytes.size()) : std::min<Index>(4096, Index(bytes.size()));
        damaged[std::size_t(random.below(reach))] ^= char(1 << random.below(8));
      }
      SCOPED_TRACE(std::string(name) + " round " + std::to_string(round));
      folder.write("flipped.keras", damaged);
      expect_survived(folder.path("flipped.keras"), refused);
    }
    if (std::string(name).ends_with(".keras")) EXPECT_GT(refused, 100u) << name;  // checksums find nearly all
  }
}

/// An HDF5 file with flipped bits inside a sound archive: no checksum helps there.
TEST(KerasDamaged, BitsOfTheWeightsInASoundArchive) {
  TemporaryFolder folder;
  Random random(9);
  const std::string path = keras_path("nested_functional.keras");
  const std::string archive_bytes = file_bytes(path);
  const std::span<const std::uint8_t> archive(reinterpret_cast<const std::uint8_t*>(archive_bytes.data()),
                                              archive_bytes.size());
  const auto entries = cornu::detail::zip_entries(archive, path);
  std::size_t refused = 0;
  for (int round = 0; round < 150; ++round) {
    SCOPED_TRACE(round);
    cornu::detail::ZipWriter out(folder.path("m.keras"));
    for (const auto& entry : entries) {
      auto bytes = cornu::detail::zip_extract(archive, entry, path);
      const bool weights = entry.name == "model.weights.h5";
      if (weights == (round % 3 != 0) && entry.name != "metadata.json")
        for (int flip = 0; flip <= round % 4; ++flip)
          bytes[std::size_t(random.below(Index(bytes.size())))] ^= std::uint8_t(1 << random.below(8));
      out.add(entry.name, {bytes});
    }
    out.commit();
    expect_survived(folder.path("m.keras"), refused);
  }
  EXPECT_GT(refused, 30u);
}

std::string little_endian(std::uint64_t value) {
  std::string out;
  for (int i = 0; i < 8; ++i) out += char(value >> (8 * i) & 255);
  return out;
}

/// What opening four arrays of 8 MB together says when each claims so many rows of 512 numbers, not 1024.
std::string error_of_rows(std::uint64_t rows) {
  cornu::detail::H5Writer writer;
  const Tensor array({1024, 512});
  for (const char* name : {"a", "b", "c", "d"}) writer.array(name, array.view());
  const auto image = writer.finish();
  std::string bytes(image.begin(), image.end());
  const std::string from = little_endian(1024) + little_endian(512);
  for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 16))
    bytes.replace(at, 16, little_endian(rows) + little_endian(512));
  try {
    cornu::detail::H5Reader::from_bytes({bytes.begin(), bytes.end()}, "rows.h5");
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(KerasDamaged, ArraysThatClaimMoreThanTheFileHas) {
  EXPECT_EQ("nothing thrown", error_of_rows(1024));
  EXPECT_EQ("nothing thrown", error_of_rows(4000));  // found when it is read
  EXPECT_NE(std::string::npos, error_of_rows(8000).find("its arrays claim 12288000 bytes and more"));
  EXPECT_NE(std::string::npos, error_of_rows(20000).find("'a' claims 40960000 bytes in a file of"));
}

TEST(KerasDamaged, FilesThatLackTheirLastByte) {
  for (const char* name : {"catdog_like_h5/model.h5", "flower_weights_only/model.weights.h5"}) {
    const std::string bytes = file_bytes(keras_path(name));
    const auto open = [&](std::size_t size) {
      cornu::detail::H5Reader::from_bytes({bytes.begin(), bytes.begin() + std::ptrdiff_t(size)}, "cut.h5");
    };
    EXPECT_NO_THROW(open(bytes.size()));
    try {
      open(bytes.size() - 1);
      ADD_FAILURE() << name;
    } catch (const FileError& error) {
      EXPECT_NE(std::string::npos, std::string(error.what()).find("of its " + std::to_string(bytes.size())));
    }
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

TEST(KerasDamaged, OnlyBracketsOutsideOfTextsAreDepth) {
  const std::string brackets(300, '[');
  const Json value = {{"a", brackets + "\"\\" + brackets}, {"b", {brackets}}};
  EXPECT_EQ(value, cornu::detail::parse_json(value.dump(), "x"));
  const auto error = [](int depth) {
    try {
      cornu::detail::parse_json(std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']'),
                                "x");
    } catch (const FileError& e) {
      return std::string(e.what());
    }
    return std::string("nothing thrown");
  };
  EXPECT_EQ("nothing thrown", error(256));
  EXPECT_EQ("x is nested more than 256 levels deep. It is damaged.", error(257));
}

/// 2 MB of configuration that once took 8 seconds, 4 MB four times as long.
TEST(KerasDamaged, ListsOfManyThingsTakeNoLongerThanTheyAreLong) {
  TemporaryFolder folder;
  const Json thing = {{"b", Json::object()}};
  write_keras(folder.path("long.keras"), {{"a", std::vector<Json>(200000, thing)}}, {});
  const std::clock_t start = std::clock();  // what this process used: the machine may have other work
  EXPECT_NE(std::string::npos, load_error(folder.path("long.keras")).find("the model is of class"));
  EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 5.0);
}

TEST(KerasDamaged, ListsAndConfigurationsThatAreNone) {
  TemporaryFolder folder;
  const Json empty = {{"class_name", "__tuple__"}, {"config", Json::object()}};
  write_keras(folder.path("list.keras"), sequential_json({layer_json("Reshape", {{"target_shape", empty}})}),
              {});
  EXPECT_NE(std::string::npos, load_error(folder.path("list.keras")).find("Reshape"));

  Json attention = layer_json("Attention", {});
  attention["config"] = "none";
  attention["inbound_nodes"] =
      Json::array({{{"args", Json::array()}, {"kwargs", {{"use_causal_mask", true}}}}});
  Json net = sequential_json({attention});
  net["class_name"] = "Functional";
  write_keras(folder.path("config.keras"), net, {});
  EXPECT_NE(std::string::npos, load_error(folder.path("config.keras")).find("Attention"));
}

}  // namespace
}  // namespace cornu::support
