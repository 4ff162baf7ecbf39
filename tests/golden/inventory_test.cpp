#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "support/test_data.hpp"

namespace cornu::support {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = test_data();
/// The folders of tests/golden whose folders are cases: numbers of real Keras.
constexpr const char* kKinds[] = {"fit", "layers", "models"};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> cases(const std::string& kind) {
  std::vector<std::string> names;
  if (!fs::exists(kGolden / kind)) return names;
  for (const auto& entry : fs::directory_iterator(kGolden / kind))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// Every word between quotation marks, without a folder before it: "layers/dense_0" counts as dense_0.
std::set<std::string> quoted_words(const std::string& text) {
  std::set<std::string> words;
  for (std::size_t start = text.find('"'); start != std::string::npos; start = text.find('"', start)) {
    const std::size_t end = text.find('"', ++start);
    if (end == std::string::npos) break;
    std::string word = text.substr(start, end - start);
    words.insert(word.substr(word.rfind('/') + 1));
    start = end + 1;
  }
  return words;
}

std::set<std::string> words_of_all_tests() {
  std::set<std::string> words;
  for (const auto& entry : fs::recursive_directory_iterator(kGolden.parent_path()))
    if (entry.path().extension() == ".cpp") words.merge(quoted_words(content(entry.path())));
  return words;
}

TEST(Golden, EveryCaseIsUsedByATest) {
  const std::set<std::string> words = words_of_all_tests();
  std::size_t count = 0;
  for (const char* kind : kKinds)
    for (const std::string& name : cases(kind)) {
      EXPECT_TRUE(words.contains(name)) << "tests/golden/" << kind << "/" << name << " is named by no test";
      ++count;
    }
  EXPECT_GT(count, 0u);
}

TEST(Golden, TheManifestListsEveryCase) {
  const std::string manifest = content(kGolden / "MANIFEST.json");
  const std::set<std::string> listed = quoted_words(manifest);
  EXPECT_THAT(manifest, ::testing::HasSubstr("\"keras\": \""));
  for (const char* kind : kKinds)
    for (const std::string& name : cases(kind))
      EXPECT_TRUE(listed.contains(name)) << kind << "/" << name << " is not in tests/golden/MANIFEST.json";
}

TEST(Golden, CasesHoldNumbersAndAreSmall) {
  std::uintmax_t bytes = 0;
  for (const char* kind : kKinds)
    for (const std::string& name : cases(kind)) {
      std::size_t arrays = 0;
      for (const auto& entry : fs::directory_iterator(kGolden / kind / name)) {
        bytes += entry.file_size();
        arrays += entry.path().extension() == ".npy";
        EXPECT_NE(entry.path().extension(), ".keras") << entry.path() << ": tests need its numbers only";
      }
      EXPECT_GT(arrays, 0u) << kind << "/" << name;
    }
  EXPECT_LT(bytes, 6u << 20);
}

TEST(Golden, QuotedWordsAreFound) {
  EXPECT_THAT(quoted_words(R"(f("a", "b/c_0"); g("");)"), ::testing::ElementsAre("", "a", "c_0"));
}

}  // namespace
}  // namespace cornu::support
