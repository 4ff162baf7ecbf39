// HDF5 files made by hand: attributes of texts that no writer makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "cornu/core/error.hpp"
#include "io/keras/h5_reader.hpp"

namespace cornu::support {
namespace {

using cornu::detail::H5Reader;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 255);
}

/// A message of an object header: an attribute, version 3, a list of `count` texts of this class and size.
std::string attribute(const std::string& name, unsigned kind, unsigned size, unsigned count,
                      const std::string& data) {
  std::string body;
  put(body, 3, 2);  // version, flags
  put(body, name.size() + 1, 2);
  put(body, 8, 2);   // bytes of the type
  put(body, 12, 2);  // bytes of the extents
  put(body, 0, 1);   // character set
  body += name + '\0';
  put(body, kind, 4);
  put(body, size, 4);
  put(body, 0x01000102, 4);  // version 2, one axis, simple
  put(body, count, 8);
  body += data;
  std::string out;
  put(out, 12, 1);
  put(out, body.size(), 2);
  put(out, 0, 1);
  return out + body;
}

constexpr unsigned kFixed = 0x13, kListed = 0x119;  // classes 3, and 9 as a text
constexpr std::size_t kStart = 48;

/// A file whose root has these messages, with something behind it; superblock and header of version 2.
std::vector<std::uint8_t> file_of(const std::string& messages, const std::string& behind) {
  std::string out = "\x89HDF\r\n\x1a\n";
  put(out, 0x080802, 4);
  put(out, 0, 8);
  put(out, ~std::uint64_t(0), 8);
  put(out, kStart + 10 + messages.size() + behind.size(), 8);
  put(out, kStart, 8);
  put(out, 0, 4);
  out += "OHDR\x02\x02";
  put(out, messages.size(), 4);
  out += messages + behind;
  return {out.begin(), out.end()};
}

std::size_t heap_address(const std::string& messages) { return kStart + 10 + messages.size(); }

std::string heap(const std::vector<std::string>& texts) {
  std::string objects;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    put(objects, i + 1, 2);
    put(objects, 0, 6);
    put(objects, texts[i].size(), 8);
    objects += texts[i] + std::string((8 - texts[i].size() % 8) % 8, '\0');
  }
  std::string out = "GCOL";
  put(out, 1, 4);
  put(out, 16 + objects.size(), 8);
  return out + objects;
}

/// Where a text of variable length lies; all references have one size, so the address can come afterwards.
std::string references(std::size_t count, std::size_t length, std::size_t address, std::size_t index) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    put(out, length, 4);
    put(out, address, 8);
    put(out, index, 4);
  }
  return out;
}

std::string part_name(int part) { return std::string(1, 'n').append(std::to_string(part)); }

std::string error_of(const std::vector<std::uint8_t>& bytes, const std::string& attribute) {
  try {
    H5Reader::from_bytes(bytes, "hand.h5").texts("", attribute);
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(H5Texts, OfFixedAndOfVariableLength) {
  const auto messages = [](std::size_t address) {
    return attribute("fixed", kFixed, 3, 2, std::string("ab\0cde", 6)) +
           attribute("listed", kListed, 16, 2, references(2, 5, address, 2));
  };
  const std::size_t address = heap_address(messages(0));
  const auto file = H5Reader::from_bytes(file_of(messages(address), heap({"x", "hello"})), "hand.h5");
  EXPECT_THAT(*file.texts("", "fixed"), testing::ElementsAre("ab", "cde"));
  EXPECT_THAT(*file.texts("", "listed"), testing::ElementsAre("hello", "hello"));
  EXPECT_FALSE(file.texts("", "none"));
}

TEST(H5Texts, ListsInManyPartsTakeNoLongerThanTheyAreLong) {
  std::string messages;
  constexpr int kParts = 100000;
  for (int i = 0; i < kParts; ++i) messages += attribute(part_name(i), kFixed, 1, 1, "x");
  const auto file = H5Reader::from_bytes(file_of(messages, ""), "hand.h5");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(file.texts("", "n")->size(), std::size_t(kParts));
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 5.0);
}

/// 4000 times a text of a megabyte: 4 GB from a file of 1 MB.
TEST(H5Texts, OneTextManyTimesIsRefused) {
  const auto messages = [](std::size_t address) {
    return attribute("n", kListed, 16, 4000, references(4000, 1000000, address, 1));
  };
  const std::size_t address = heap_address(messages(0));
  const auto bytes = file_of(messages(address), heap({std::string(1000000, 'x')}));
  EXPECT_THAT(error_of(bytes, "n"), testing::HasSubstr("the same texts again and again"));
}

/// 160,000 references to the last of 60,000 texts: once 10^10 steps.
TEST(H5Texts, TheLastOfManyIsFoundWithoutASearch) {
  const auto messages = [](std::size_t address) {
    std::string out;
    for (int i = 0; i < 40; ++i)
      out += attribute(part_name(i), kListed, 16, 4000, references(4000, 1, address, 60000));
    return out;
  };
  const std::size_t address = heap_address(messages(0));
  const auto bytes = file_of(messages(address), heap(std::vector<std::string>(60000, "")));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of(bytes, "n"), "nothing thrown");
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 5.0);
}

}  // namespace
}  // namespace cornu::support
