#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cornu/core/error.hpp"
#include "cornu/data/cifar10.hpp"
#include "cornu/data/labels.hpp"
#include "cornu/data/mnist.hpp"
#include "io/read_file.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace cornu {
namespace {

using support::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kExamples = support::test_data() + "/../../examples/data/";

template <class E = FileError, class F>
std::string message(F&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing thrown";
}

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string idx(char type, const std::vector<std::uint32_t>& shape, const std::string& data) {
  std::string out{'\0', '\0', type, static_cast<char>(shape.size())};
  for (const std::uint32_t extent : shape) out += big_endian(extent);
  return out + data;
}

TEST(ReadIdx, EveryTypeBigEndian) {
  const TemporaryFolder folder;
  const auto read = [&](char type, const std::string& data) {
    folder.write("a", idx(type, {2}, data));
    return read_idx(folder.path("a")).to_vector();
  };
  EXPECT_THAT(read(8, "\x01\xff"), ElementsAre(1, 255));
  EXPECT_THAT(read(9, "\x01\xff"), ElementsAre(1, -1));
  EXPECT_THAT(read(11, std::string("\x01\x02\xff\xfe", 4)), ElementsAre(258, -2));
  EXPECT_THAT(read(12, std::string("\0\0\1\0\xff\xff\xff\xff", 8)), ElementsAre(256, -1));
  EXPECT_THAT(read(13, std::string("\x3f\x80\0\0\xc0\x20\0\0", 8)), ElementsAre(1, -2.5f));
  EXPECT_THAT(read(14, std::string("\x3f\xf0\0\0\0\0\0\0\xc0\x04\0\0\0\0\0\0", 16)), ElementsAre(1, -2.5f));
}

TEST(ReadIdx, RefusesDamagedFilesNamingThem) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& content) {
    folder.write("bad", content);
    return message([&] { read_idx(folder.path("bad")); });
  };
  EXPECT_THAT(refused(""), AllOf(HasSubstr("bad'"), HasSubstr("00 00")));
  EXPECT_THAT(refused(std::string("\1\0\10\1", 4) + big_endian(1) + "x"), HasSubstr("00 00"));
  EXPECT_THAT(refused(idx(7, {1}, "x")), HasSubstr("type 7"));
  EXPECT_THAT(refused(idx(10, {1}, "x")), HasSubstr("type 10"));
  EXPECT_THAT(refused(idx(8, {}, "x")), HasSubstr("0 axes"));
  EXPECT_THAT(refused(idx(8, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "x")), HasSubstr("9 axes"));
  EXPECT_THAT(refused(idx(8, {3, 1}, "").substr(0, 9)), HasSubstr("inside its header"));
  EXPECT_THAT(refused(idx(8, {3}, "ab")), HasSubstr("ends before the 3 numbers"));
  EXPECT_THAT(refused(idx(8, {3}, "abcd")), HasSubstr("longer than its header"));
  EXPECT_THAT(refused(idx(8, {0xffffffff, 4}, "ab")), HasSubstr("but it has only 14 bytes"));
  EXPECT_THAT(refused(idx(8, {0xffffffff, 0xffffffff, 0xffffffff}, "ab")), HasSubstr("impossible size"));
  EXPECT_THAT(message([&] { read_idx(folder.path("none")); }), HasSubstr("none' cannot be read"));
  EXPECT_THAT(message([&] { read_idx(folder.path("")); }), HasSubstr("is a folder"));
}

// 2^28 bytes from 300,000 is not impossible, 895 to 1, but nothing that is worth a gigabyte of floats.
TEST(ReadIdx, RefusesLargeSetsOfNextToNothing) {
  const TemporaryFolder folder;
  folder.write("bad", idx(8, {1u << 28}, std::string(300000, 'x')));
  EXPECT_THAT(message([&] { read_idx(folder.path("bad")); }), HasSubstr("but it has only 300008 bytes"));
}

TEST(ReadIdx, CutOrFlippedGzipNeverCrashes) {
  const TemporaryFolder folder;
  const auto bytes = detail::read_file(kExamples + "mnist/t10k-labels-idx1-ubyte.gz");
  const std::string good(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t size = 1; size < good.size(); size += 3) {
    folder.write("cut", good.substr(0, size));
    EXPECT_THROW(read_idx(folder.path("cut")), FileError) << size;
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string copy = good;
    copy[at] = static_cast<char>(copy[at] ^ (1 << (at % 8)));
    folder.write("flip", copy);
    try {
      read_idx(folder.path("flip"));
    } catch (const FileError&) {
    }
  }
}

TEST(LoadMnist, TheSampleInTheExamples) {
  const ImageDataset set = load_mnist(kExamples + "mnist");
  EXPECT_EQ(set.x_train.shape(), (Shape{1000, 28, 28}));
  EXPECT_EQ(set.x_test.shape(), (Shape{200, 28, 28}));
  EXPECT_EQ(set.y_train.slice(0, 5).to_vector(), (std::vector<float>{5, 0, 4, 1, 9}));
  EXPECT_EQ(set.y_test.slice(0, 5).to_vector(), (std::vector<float>{7, 2, 1, 0, 4}));
  EXPECT_EQ(set.x_train(0, 5, 12), 3.f);
  EXPECT_EQ(*std::max_element(set.x_train.begin(), set.x_train.end()), 255.f);
}

TEST(LoadMnist, RefusesWhatDoesNotBelongTogether) {
  const TemporaryFolder folder;
  const auto fill = [&](std::uint32_t labels, const std::string& values) {
    for (const std::string part : {"train", "t10k"}) {
      folder.write(part + "-images-idx3-ubyte", idx(8, {2, 1, 2}, "abcd"));
      folder.write(part + "-labels-idx1-ubyte", idx(8, {labels}, values));
    }
  };
  fill(2, std::string("\3\11", 2));
  EXPECT_EQ(load_mnist(folder.path("")).y_test.to_vector(), (std::vector<float>{3, 9}));
  fill(3, std::string("\1\2\3", 3));
  EXPECT_THAT(message([&] { load_mnist(folder.path("")); }), HasSubstr("(2, 1, 2) and labels of shape (3,)"));
  fill(2, "\3\12");
  EXPECT_THAT(message([&] { load_mnist(folder.path("")); }), HasSubstr("label 10 is not 0 .. 9"));
  std::filesystem::remove(folder.path("t10k-labels-idx1-ubyte"));
  fill(2, std::string("\3\11", 2));
  std::filesystem::remove(folder.path("t10k-labels-idx1-ubyte"));
  EXPECT_THAT(message([&] { load_mnist(folder.path("")); }), HasSubstr("neither t10k-labels-idx1-ubyte nor"));
}

std::string cifar_record(int label, int seed) {
  std::string record(3073, '\0');
  record[0] = static_cast<char>(label);
  for (int i = 0; i < 3072; ++i) record[std::size_t(i) + 1] = static_cast<char>((i * 7 + seed) % 256);
  return record;
}

TEST(Cifar10, PlanarRecordsBecomePixels) {
  const TemporaryFolder folder;
  folder.write("a.bin", cifar_record(3, 0) + cifar_record(9, 50) + cifar_record(0, 1));
  const auto [x, y] = read_cifar10_batch(folder.path("a.bin"));
  EXPECT_EQ(x.shape(), (Shape{3, 32, 32, 3}));
  EXPECT_EQ(y.to_vector(), (std::vector<float>{3, 9, 0}));
  for (Index r = 0; r < 32; ++r)
    for (Index c = 0; c < 32; ++c)
      for (Index k = 0; k < 3; ++k) ASSERT_EQ(x(1, r, c, k), float(((k * 1024 + r * 32 + c) * 7 + 50) % 256));
}

TEST(Cifar10, TheSampleAndAFolder) {
  const auto [x, y] = read_cifar10_batch(kExamples + "cifar10_sample.bin");
  EXPECT_EQ(x.shape(), (Shape{500, 32, 32, 3}));
  for (int label = 0; label < 10; ++label) EXPECT_EQ(std::count(y.begin(), y.end(), float(label)), 50);
  EXPECT_EQ(cifar10_classes().at(9), "truck");
  const TemporaryFolder folder;
  folder.write("data_batch_2.bin", cifar_record(1, 0) + cifar_record(2, 1));
  folder.write("data_batch_4.bin", cifar_record(3, 2));
  EXPECT_THAT(message([&] { load_cifar10(folder.path("")); }), HasSubstr("test_batch.bin"));
  folder.write("test_batch.bin", cifar_record(4, 3));
  const ImageDataset set = load_cifar10(folder.path(""));
  EXPECT_EQ(set.y_train.to_vector(), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(set.y_test.to_vector(), (std::vector<float>{4}));
  EXPECT_EQ(set.x_train(2, 0, 1, 0), 9.f);
}

TEST(Cifar10, RefusesDamagedFiles) {
  const TemporaryFolder folder;
  folder.write("a.bin", cifar_record(1, 0).substr(0, 3000));
  EXPECT_THAT(message([&] { read_cifar10_batch(folder.path("a.bin")); }),
              AllOf(HasSubstr("a.bin"), HasSubstr("3000 bytes")));
  folder.write("a.bin", "");
  EXPECT_THAT(message([&] { read_cifar10_batch(folder.path("a.bin")); }), HasSubstr("0 bytes"));
  folder.write("a.bin", cifar_record(1, 0) + cifar_record(10, 0));
  EXPECT_THAT(message([&] { read_cifar10_batch(folder.path("a.bin")); }), HasSubstr("label 10 of record 1"));
  EXPECT_THAT(message([&] { load_cifar10(folder.path("")); }), HasSubstr("holds none of data_batch_1.bin"));
}

TEST(CifarHelper, CyclesThroughShuffledData) {
  Tensor x({5, 2}), y({5});
  for (Index i = 0; i < 5; ++i) x(i, 0) = x(i, 1) = y(i) = static_cast<float>(i);
  CifarHelper helper(x, y, 3), twin(x, y, 3);
  std::vector<float> seen;
  for (int i = 0; i < 5; ++i) {
    const auto [bx, by] = helper.next_batch(2);
    EXPECT_EQ(bx.shape(), (Shape{2, 2}));
    for (Index r = 0; r < 2; ++r) {
      EXPECT_EQ(bx(r, 1), by(r));
      seen.push_back(by(r));
    }
    EXPECT_EQ(twin.next_batch(2).second, by);
  }
  EXPECT_EQ(std::set<float>(seen.begin(), seen.begin() + 5).size(), 5u);
  EXPECT_EQ(std::set<float>(seen.begin() + 5, seen.end()).size(), 5u);
  EXPECT_EQ(helper.epoch(), 2);
  EXPECT_THAT(message<ValueError>([&] { helper.next_batch(6); }), HasSubstr("there are 5 samples"));
  EXPECT_THAT(message<ShapeError>([&] { CifarHelper(x, Tensor({4})); }), HasSubstr("(4,)"));
}

TEST(ToCategorical, OneHotRows) {
  EXPECT_EQ(to_categorical(Tensor::from({0, 2})), Tensor::from({{1, 0, 0}, {0, 0, 1}}));
  EXPECT_EQ(to_categorical(Tensor({2, 1}, {1.f, 0.f}), 2), Tensor::from({{0, 1}, {1, 0}}));
  EXPECT_EQ(to_categorical(std::vector<Index>{1}, 4), Tensor::from({{0, 1, 0, 0}}));
  EXPECT_EQ(one_hot(Tensor::from({1}), 2), Tensor::from({{0, 1}}));
  EXPECT_EQ(argmax_rows(Tensor::from({{0, 1, 1}, {3, 2, 1}})), (std::vector<Index>{1, 0}));
  EXPECT_THAT(message<ValueError>([] {
                to_categorical(Tensor::from({0, 3}), 3);
              }),
              HasSubstr("label 3 with 3 classes"));
  EXPECT_THAT(message<ValueError>([] { to_categorical(Tensor::from({0.5f})); }), HasSubstr("label 0.5"));
  EXPECT_THAT(message<ValueError>([] { to_categorical(Tensor::from({-1})); }), HasSubstr("label -1"));
  EXPECT_THAT(message<ValueError>([] { to_categorical(std::vector<Index>{-1}); }), HasSubstr("label -1"));
  EXPECT_THAT(message<ShapeError>([] { to_categorical(Tensor({2, 3})); }), HasSubstr("(2, 3)"));
  EXPECT_THAT(message<ValueError>([] { one_hot(Tensor::from({0}), 0); }), HasSubstr("num_classes is 0"));
  EXPECT_THAT(message<ShapeError>([] { argmax_rows(Tensor({3})); }), HasSubstr("(3,)"));
}

TEST(LabelEncoderTest, SortsByBytesAndBack) {
  LabelEncoder encoder;
  EXPECT_THAT(message<StateError>([&] { encoder.transform({"a"}); }), HasSubstr("fit was not called"));
  EXPECT_EQ(encoder.fit_transform({"dog", "Zebra", "cat", "dog"}).to_vector(),
            (std::vector<float>{2, 0, 1, 2}));
  EXPECT_THAT(encoder.classes(), ElementsAre("Zebra", "cat", "dog"));
  EXPECT_THAT(encoder.inverse_transform(Tensor::from({1, 0})), ElementsAre("cat", "Zebra"));
  EXPECT_THAT(message<ValueError>([&] { encoder.transform({"cow"}); }), HasSubstr("'cow'"));
  EXPECT_THAT(message<ValueError>([&] { encoder.inverse_transform(Tensor::from({3})); }),
              HasSubstr("3 is no class number"));
}

TEST(TrainTestSplit, DividesAndKeepsRowsTogether) {
  Tensor x({11, 2}), y({11});
  for (Index i = 0; i < 11; ++i) x(i, 0) = y(i) = static_cast<float>(i);
  const SplitData a = train_test_split(x, y);
  EXPECT_EQ(a.x_train.shape(), (Shape{8, 2}));
  EXPECT_EQ(a.y_test.shape(), Shape{3});
  std::set<float> all(a.y_train.begin(), a.y_train.end());
  all.insert(a.y_test.begin(), a.y_test.end());
  EXPECT_EQ(all.size(), 11u);
  for (Index i = 0; i < 8; ++i) EXPECT_EQ(a.x_train(i, 0), a.y_train(i));
  EXPECT_EQ(train_test_split(x, y).y_train, a.y_train);
  EXPECT_FALSE(train_test_split(x, y, {.seed = 1}).y_train == a.y_train);
  EXPECT_EQ(train_test_split(x, y, {.test_size = 0.2, .shuffle = false}).y_test.to_vector(),
            (std::vector<float>{8, 9, 10}));
  EXPECT_THAT(message<ValueError>([&] { train_test_split(x, y, {.test_size = 1.0}); }),
              HasSubstr("test_size 1 of 11"));
  EXPECT_THAT(message<ShapeError>([&] { train_test_split(x, Tensor({3})); }), HasSubstr("y (3,)"));
}

}  // namespace
}  // namespace cornu
