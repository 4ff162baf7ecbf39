#include "io/keras/h5_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cornu/core/error.hpp"
#include "io/keras/h5_reader.hpp"

namespace cornu::detail {
namespace {

H5Reader read_back(H5Writer& out) { return H5Reader::from_bytes(out.finish(), "h5"); }

TEST(H5Writer, ArraysOfAnyShapeAndNumber) {
  H5Writer out;
  const Tensor matrix({3, 5}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, -0.5f});
  out.array("a/b/matrix", matrix.view());
  out.array("a/scalar", Tensor({}, {2.5f}).view());
  out.array("empty", Tensor(Shape{0, 4}).view());
  out.integer("a/count", (std::int64_t(1) << 40) + 7);
  out.group("a/bare");
  const H5Reader in = read_back(out);
  EXPECT_EQ(in.shape("a/b/matrix"), Shape({3, 5}));
  const Tensor again = in.read("a/b/matrix");
  EXPECT_TRUE(std::equal(again.begin(), again.end(), matrix.begin()));
  EXPECT_EQ(in.read("a/scalar").item(), 2.5f);
  EXPECT_EQ(in.shape("empty"), Shape({0, 4}));
  EXPECT_EQ(in.read_integer("a/count"), (std::int64_t(1) << 40) + 7);
  EXPECT_THAT(in.children("a"), testing::ElementsAre("b", "bare", "count", "scalar"));
  EXPECT_THAT(in.children("a/bare"), testing::IsEmpty());
}

/// A node of a group's tree lists 32 others, of which each lists 8 objects.
TEST(H5Writer, GroupsOfAnySize) {
  for (const int count : {1, 8, 9, 256, 257, 700, 8193}) {
    SCOPED_TRACE(count);
    H5Writer out;
    for (int i = 0; i < count; ++i) out.array(concat("g/", i), Tensor({1}, {static_cast<float>(i)}).view());
    const H5Reader in = read_back(out);
    ASSERT_EQ(in.children("g").size(), std::size_t(count));
    for (const int i : {0, count / 2, count - 1}) EXPECT_EQ(in.read(concat("g/", i)).item(), float(i));
  }
}

TEST(H5Writer, TextsShortLongAndMany) {
  const std::string page(200000, 'x');
  std::vector<std::string> many;
  for (int i = 0; i < 7000; ++i) many.push_back(concat("layer_", i));
  H5Writer out;
  out.text("", "page", page);
  out.text("g", "empty", "");
  out.texts("g", "few", {"one", "", "three"});
  out.texts("g", "none", {});
  out.texts("g", "many", many);
  const H5Reader in = read_back(out);
  EXPECT_EQ(in.text("", "page"), page);
  EXPECT_EQ(in.text("g", "empty"), "");
  EXPECT_THAT(*in.texts("g", "few"), testing::ElementsAre("one", "", "three"));
  EXPECT_THAT(*in.texts("g", "none"), testing::IsEmpty());
  EXPECT_EQ(*in.texts("g", "many"), many);
}

TEST(H5Writer, EqualContentGivesEqualBytes) {
  const auto bytes = [](bool turned) {
    H5Writer out;
    for (const char* name : {turned ? "b" : "a", turned ? "a" : "b"}) out.group(name);
    out.text("a", "t", "text");
    return out.finish();
  };
  EXPECT_EQ(bytes(false), bytes(true));
}

std::string refusal(const std::string& first, const std::string& second) {
  H5Writer out;
  const Tensor one({1}, {1.f});
  try {
    out.array(first, one.view());
    out.array(second, one.view());
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(H5Writer, NamesThatNobodyWouldFindAreRefused) {
  const auto twice = testing::HasSubstr("a Keras file cannot hold two things called 'a/b'. Give the layers");
  EXPECT_THAT(refusal("a/b", "a/b"), twice);
  EXPECT_THAT(refusal("a/b/c", "a/b"), twice);
  EXPECT_THAT(refusal("a", "a/b"), testing::HasSubstr("two things called 'a'"));
  for (const char* path : {"a//b", "a/.", "", "./a"})
    EXPECT_THAT(refusal("x", path), testing::HasSubstr("a part of whose name is empty or a dot")) << path;
}

}  // namespace
}  // namespace cornu::detail
