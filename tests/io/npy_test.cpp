#include "cornu/io/npy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>

#include "cornu/core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/read_file.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace cornu {
namespace {

using support::TemporaryFolder;
using testing::HasSubstr;

const std::string kGolden = support::test_data() + "/npy/";

Tensor ramp(const Shape& shape) {
  Tensor t(shape);
  for (Index i = 0; i < t.size(); ++i) t.data()[i] = 0.25f * static_cast<float>(i) - 3.f;
  return t;
}

template <class F>
std::string file_error(F&& call) {
  try {
    call();
  } catch (const FileError& error) {
    return error.what();
  }
  return "no FileError";
}

std::string npy(const std::string& dict, const std::string& data, char version = 1) {
  std::string out = std::string("\x93NUMPY") + version + std::string(1, '\0');
  out += {static_cast<char>(dict.size()), '\0'};
  if (version > 1) out += std::string(2, '\0');
  return out + dict + data;
}

TEST(Npy, RoundTripsEveryRank) {
  const TemporaryFolder folder;
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{3, 1}, Shape{2, 0, 3}, Shape{2, 3, 1, 2, 1, 2, 1, 3}}) {
    Tensor t = ramp(shape);
    if (t.size() > 2) t.data()[1] = std::numeric_limits<float>::quiet_NaN();
    write_npy(folder.path("t.npy"), t);
    EXPECT_TRUE(same_bits(read_npy(folder.path("t.npy")), t)) << shape.text();
  }
  EXPECT_THAT(folder.names(), testing::ElementsAre("t.npy"));
}

// Written by NumPy: values 0 .. 23 (minus 12 where the type has a sign) as (2, 3, 4).
TEST(Npy, ReadsWhatNumPyWroteInEveryTypeOrderAndFormat) {
  Index files = 0;
  for (const auto& file : std::filesystem::directory_iterator(kGolden)) {
    const std::string name = file.path().filename().string();
    if (name.substr(0, 5) != "type_") continue;
    const Tensor t = read_npy(file.path().string());
    ASSERT_EQ(t.shape(), (Shape{2, 3, 4})) << name;
    const bool is_bool = name.find("b1") != std::string::npos,
               is_unsigned = name.find('u') != std::string::npos;
    for (Index i = 0; i < 24; ++i) {
      const float expected =
          is_bool ? static_cast<float>(i % 2) : static_cast<float>(i - (is_unsigned ? 0 : 12));
      EXPECT_EQ(t.at(i), expected) << name << " at " << i;
    }
    ++files;
  }
  EXPECT_EQ(files, 26);
}

TEST(Npy, HalfPrecisionSpecialValues) {
  const Tensor t = read_npy(kGolden + "half.npy");
  ASSERT_EQ(t.size(), 7);
  EXPECT_EQ(t.at(0), 0x1p-24f);
  EXPECT_EQ(t.at(1), 65504.f);
  EXPECT_TRUE(std::isinf(t.at(2)) && t.at(2) < 0);
  EXPECT_TRUE(std::isnan(t.at(3)));
  EXPECT_TRUE(t.at(4) == 0 && std::signbit(t.at(4)));
  EXPECT_EQ(t.at(5), 0.333251953125f);
  EXPECT_EQ(t.at(6), -1023.f * 0x1p-24f);
}

TEST(Npy, AcceptsOtherSpellingsOfTheHeader) {
  const TemporaryFolder folder;
  const std::string data(8, '\0'), path = folder.path("a.npy");
  for (const char* dict : {"{'shape': (2,), 'fortran_order': False, 'descr': '<f4'}",
                           "{\"descr\":\"<f4\",\"fortran_order\":True,\"shape\":(2L,),}  \n",
                           " { 'descr' : '=f4' , 'fortran_order' : False , 'shape' : ( 1 , 2 ) } "}) {
    folder.write("a.npy", npy(dict, data));
    EXPECT_EQ(read_npy(path).size(), 2) << dict;
    folder.write("a.npy", npy(dict, data, 2));
    EXPECT_EQ(read_npy(path).size(), 2) << dict;
  }
}

TEST(Npy, RefusesMalformedHeadersNamingTheFile) {
  const TemporaryFolder folder;
  const std::string data(8, '\0'), path = folder.path("bad.npy");
  const std::pair<const char*, const char*> cases[] = {
      {"{'descr': '|O', 'fortran_order': False, 'shape': (2,)}", "of type '|O'"},
      {"{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "of type '<c8'"},
      {"{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}", "of type '<f3'"},
      {"{'descr': '<4 ', 'fortran_order': False, 'shape': (1,)}", "of type '<4 '"},
      {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "structures"},
      {"{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}", "truth value"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", "whole numbers"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2.5,)}", "lacks a ')'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': 2}", "lacks a '('"},
      {"{'descr': '<f4', 'fortran_order': False}", "exactly"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "lacks a '}'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", "exactly"},
      {"{'descr': '<f4', 'descr': '<f4', 'shape': (2,)}", "twice"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}", "unknown key"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2)}", "more than 8 axes"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 2)}", "too large"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "too large"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}", "but 8 bytes follow"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "announces 1 numbers"},
      {"{'descr': '<f4, 'fortran_order': False, 'shape': (2,)}", "FileError"},
      {"", "lacks a '{'"},
  };
  for (const auto& [dict, expected] : cases) {
    folder.write("bad.npy", npy(dict, data));
    const std::string message = file_error([&] { read_npy(path); });
    if (std::string(expected) != "FileError") EXPECT_THAT(message, HasSubstr(expected)) << dict;
    EXPECT_THAT(message, HasSubstr("read_npy: '" + path + "'")) << dict;
  }
  folder.write("bad.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", data, 4));
  EXPECT_THAT(file_error([&] { read_npy(path); }), HasSubstr("format 4"));
  EXPECT_THAT(file_error([&] { read_npy(folder.path("none.npy")); }), HasSubstr("none.npy"));
  EXPECT_THAT(file_error([&] { read_npy(folder.path("")); }), HasSubstr("it is a folder"));
}

TEST(Npy, CutOrFlippedFilesNeverCrash) {
  const TemporaryFolder folder;
  for (const char* name : {"type_be_f8_fortran.npy", "type_u1.npy", "type_le_f4_v3.npy"}) {
    const auto bytes = detail::read_file(kGolden + name);
    const std::string good(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (std::size_t size = 0; size < good.size(); size += 7) {
      folder.write("cut.npy", good.substr(0, size));
      EXPECT_THAT(file_error([&] { read_npy(folder.path("cut.npy")); }), HasSubstr("cut.npy")) << size;
    }
    for (std::size_t at = 0; at < good.size(); at += 2) {
      std::string copy = good;
      copy[at] = static_cast<char>(copy[at] ^ (1 << (at / 2 % 8)));
      folder.write("flip.npy", copy);
      try {
        EXPECT_EQ(read_npy(folder.path("flip.npy")).size(), 24)
            << at;  // a number or the order of bytes changed
      } catch (const FileError&) {
      }
    }
  }
}

TEST(Npz, RoundTripsInOrder) {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.npz");
  write_npz(path, {{"z", ramp({3, 2})}, {"a/b", ramp({})}, {"\xc3\xa9", ramp({0, 4})}});
  const auto arrays = read_npz(path);
  ASSERT_EQ(arrays.size(), 3u);
  EXPECT_EQ(arrays[0].first, "z");
  EXPECT_EQ(arrays[1].first, "a/b");
  EXPECT_EQ(arrays[2].first, "\xc3\xa9");
  EXPECT_EQ(arrays[0].second, ramp({3, 2}));
  EXPECT_EQ(arrays[2].second.shape(), (Shape{0, 4}));
  write_npz(path, {});
  EXPECT_TRUE(read_npz(path).empty());
  EXPECT_THAT(folder.names(), testing::ElementsAre("a.npz"));
  EXPECT_THROW(write_npz(path, {{"a", ramp({1})}, {"a", ramp({1})}}), ValueError);
}

// numpy.savez(x=arange(6).reshape(2, 3), y=uint8 array) and the same by savez_compressed; one as zip64.
TEST(Npz, ReadsWhatNumPyWroteStoredDeflatedAndZip64) {
  for (const char* name : {"stored.npz", "deflated.npz", "zip64.npz"}) {
    const auto arrays = read_npz(kGolden + name);
    ASSERT_EQ(arrays.size(), 2u) << name;
    EXPECT_EQ(arrays[0].first, "x");
    EXPECT_EQ(arrays[0].second, Tensor::from({{0, 1, 2}, {3, 4, 5}}));
    EXPECT_EQ(arrays[1].first, "y");
    EXPECT_EQ(arrays[1].second.shape(), Shape{3000});
    for (Index i = 0; i < 3000; ++i) ASSERT_EQ(arrays[1].second.at(i), static_cast<float>(i * i % 7));
  }
}

TEST(Npz, EveryTruncationIsAFileErrorNamingTheFile) {
  const TemporaryFolder folder;
  for (const char* name : {"stored.npz", "deflated.npz", "zip64.npz"}) {
    const auto bytes = detail::read_file(kGolden + name);
    for (std::size_t size = 0; size<bytes.size(); size += bytes.size()> 1000 ? 49 : 7) {
      folder.write("cut.npz", {reinterpret_cast<const char*>(bytes.data()), size});
      EXPECT_THAT(file_error([&] { read_npz(folder.path("cut.npz")); }), HasSubstr("cut.npz")) << size;
    }
  }
}

TEST(Npz, FlippedBitsNeverGiveOtherNumbers) {
  const TemporaryFolder folder;
  for (const char* name : {"stored.npz", "deflated.npz", "zip64.npz"}) {
    const auto bytes = detail::read_file(kGolden + name);
    const auto good = read_npz(kGolden + name);
    for (std::size_t at = 0; at<bytes.size(); at += bytes.size()> 1000 ? 23 : 5) {
      std::string copy(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      copy[at] = static_cast<char>(copy[at] ^ (1 << (at % 8)));
      folder.write("flip.npz", copy);
      try {
        const auto arrays = read_npz(folder.path("flip.npz"));  // a date or a name may have changed
        for (std::size_t i = 0; i < arrays.size(); ++i) EXPECT_EQ(arrays[i].second, good[i].second) << at;
      } catch (const FileError&) {
      }
    }
  }
}

TEST(AtomicFile, LeavesNothingWhenNotCommittedAndTheOldFileWhenItFails) {
  const TemporaryFolder folder;
  folder.write("kept.txt", "old");
  {
    detail::AtomicFile file(folder.path("kept.txt"));
    file.write("new", 3);
    EXPECT_EQ(folder.names().size(), 2u);
  }
  EXPECT_THAT(folder.names(), testing::ElementsAre("kept.txt"));
  EXPECT_EQ(detail::read_file(folder.path("kept.txt")).size(), 3u);
  EXPECT_EQ(detail::read_file(folder.path("kept.txt"))[0], 'o');
  EXPECT_THAT(file_error([&] { detail::AtomicFile(folder.path("no/such.txt")); }), HasSubstr("no/such.txt"));
  EXPECT_THAT(file_error([&] { detail::AtomicFile(folder.path("")); }), HasSubstr("a folder or a device"));
  std::filesystem::create_symlink("kept.txt", folder.path("link.txt"));
  detail::AtomicFile file(folder.path("link.txt"));
  file.write("via link", 8);
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link.txt")));
  EXPECT_EQ(detail::read_file(folder.path("kept.txt")).size(), 8u);
}

}  // namespace
}  // namespace cornu
