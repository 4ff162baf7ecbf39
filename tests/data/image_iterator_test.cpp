#include "cornu/data/image_iterator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "cornu/core/error.hpp"
#include "cornu/data/image_data_generator.hpp"
#include "cornu/io/npy.hpp"
#include "io/read_file.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace cornu {
namespace {

using support::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kGolden = support::test_data() + "/images/folder/";

nlohmann::json read_json(const std::string& path) {
  const auto bytes = detail::read_file(path);
  return nlohmann::json::parse(bytes.begin(), bytes.end());
}

template <class E = FileError, class F>
std::string message(F&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing thrown";
}

/// All batches of an epoch one after the other, x and y.
std::vector<std::vector<float>> epoch_of(ImageIterator& it, Index epoch,
                                         std::vector<Index>* sizes = nullptr) {
  std::vector<std::vector<float>> out(2);
  it.start_epoch(epoch);
  for (Batch batch; it.next(batch);) {
    out[0].insert(out[0].end(), batch.x[0].begin(), batch.x[0].end());
    if (!batch.y.empty()) out[1].insert(out[1].end(), batch.y[0].begin(), batch.y[0].end());
    if (sizes) sizes->push_back(batch.x[0].shape()[0]);
  }
  return out;
}

float distance(const std::vector<float>& a, const Tensor& b) {
  EXPECT_EQ(static_cast<Index>(a.size()), b.size());
  if (static_cast<Index>(a.size()) != b.size()) return 1e9f;
  float most = 0;
  for (Index i = 0; i < b.size(); ++i) most = std::max(most, std::abs(a[std::size_t(i)] - b.at(i)));
  return most;
}

FlowOptions options_of(const nlohmann::json& flow) {
  const std::map<std::string, Interpolation> filters{{"nearest", Interpolation::nearest},
                                                     {"box", Interpolation::box},
                                                     {"bilinear", Interpolation::bilinear},
                                                     {"bicubic", Interpolation::bicubic},
                                                     {"lanczos", Interpolation::lanczos}};
  const std::map<std::string, ClassMode> modes{
      {"categorical", ClassMode::categorical}, {"binary", ClassMode::binary}, {"sparse", ClassMode::sparse}};
  FlowOptions o{.target_size = {flow["target_size"][0], flow["target_size"][1]},
                .batch_size = flow["batch_size"],
                .shuffle = flow["shuffle"],
                .verbose = 0};
  if (flow.value("color_mode", "rgb") == "grayscale") o.color_mode = ColorMode::grayscale;
  if (flow.contains("classes")) o.classes = flow["classes"];
  o.class_mode = flow["class_mode"].is_null() ? ClassMode::none : modes.at(flow["class_mode"]);
  if (flow.contains("subset"))
    o.subset = flow["subset"] == "validation" ? Subset::validation : Subset::training;
  o.interpolation = filters.at(flow.value("interpolation", "nearest"));
  return o;
}

ImageDataGenerator generator_of(const nlohmann::json& g) {
  return {.rescale = g.value("rescale", 0.f),
          .samplewise_center = g.value("samplewise_center", false),
          .samplewise_std_normalization = g.value("samplewise_std_normalization", false),
          .validation_split = g.value("validation_split", 0.0)};
}

// What Keras' flow_from_directory gives: pictures, targets, names, numbers, with and without workers.
TEST(FlowFromDirectory, GoldenFolder) {
  for (const char* tag :
       {"rgb", "gray_bilinear", "subset_val", "subset_train", "box", "lanczos", "binary_two"}) {
    SCOPED_TRACE(tag);
    const auto c = read_json(kGolden + tag + ".json");
    for (const int workers : {0, 1, 3}) {
      FlowOptions o = options_of(c["flow"]);
      o.workers = workers;
      ImageIterator it = generator_of(c["generator"]).flow_from_directory(kGolden + "data", o);
      EXPECT_EQ(it.samples(), Index(c["samples"]));
      EXPECT_EQ(it.batches(), Index(c["batches"]));
      EXPECT_EQ(it.filenames(), std::vector<std::string>(c["filenames"]));
      EXPECT_EQ(it.classes(), std::vector<Index>(c["classes"]));
      EXPECT_EQ(it.num_classes(), Index(c["class_indices"].size()));
      for (const auto& [name, number] : it.class_indices())
        EXPECT_EQ(number, Index(c["class_indices"][name]));
      const auto all = epoch_of(it, 0);
      EXPECT_LE(distance(all[0], read_npy(kGolden + tag + "_x.npy")), 2e-6f);
      if (o.class_mode == ClassMode::none)
        EXPECT_TRUE(all[1].empty());
      else
        EXPECT_EQ(distance(all[1], read_npy(kGolden + tag + "_y.npy")), 0.f);
    }
  }
}

TEST(FlowFromDirectory, PrintsWhatKerasPrints) {
  ::testing::internal::CaptureStdout();
  const ImageIterator it = ImageDataGenerator{}.flow_from_directory(kGolden + "data");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "Found 12 images belonging to 3 classes.\n");
  EXPECT_EQ(it.found_text(), "Found 12 images belonging to 3 classes.");
  EXPECT_EQ(it.image_shape(), (Shape{256, 256, 3}));
  ::testing::internal::CaptureStdout();
  ImageDataGenerator{}.flow_from_directory(kGolden + "data/", {.verbose = 0});
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

const ImageDataGenerator kWild{.rescale = 1.f / 255,
                               .rotation_range = 40,
                               .width_shift_range = 0.2,
                               .brightness_range = {0.5, 1.5},
                               .shear_range = 20,
                               .zoom_range = 0.3,
                               .channel_shift_range = 30,
                               .horizontal_flip = true};

TEST(ImageIterator, SameBitsForAnyNumberOfWorkersAndAnyCache) {
  std::vector<std::vector<float>> first, second;
  for (const int workers : {0, 1, 3, 8})
    for (const std::int64_t cache : {std::int64_t(0), std::int64_t(2000), std::int64_t(1) << 30}) {
      ImageIterator it = kWild.flow_from_directory(kGolden + "data", {.target_size = {13, 11},
                                                                      .batch_size = 5,
                                                                      .seed = 9,
                                                                      .verbose = 0,
                                                                      .workers = workers,
                                                                      .cache_bytes = cache});
      const auto a = epoch_of(it, 0), b = epoch_of(it, 1), c = epoch_of(it, 2), again = epoch_of(it, 1);
      EXPECT_EQ(b, again);
      EXPECT_NE(a[0], b[0]);
      EXPECT_NE(b[0], c[0]);
      if (first.empty()) first = a, second = c;
      EXPECT_EQ(a, first) << workers << " " << cache;
      EXPECT_EQ(c, second) << workers << " " << cache;
    }
}

TEST(ImageIterator, ShuffledTargetsStayWithTheirPictures) {
  ImageIterator plain = ImageDataGenerator{}.flow_from_directory(
      kGolden + "data",
      {.target_size = {8, 8}, .class_mode = ClassMode::sparse, .shuffle = false, .verbose = 0});
  ImageIterator mixed = ImageDataGenerator{}.flow_from_directory(
      kGolden + "data",
      {.target_size = {8, 8}, .batch_size = 5, .class_mode = ClassMode::sparse, .verbose = 0});
  const auto a = epoch_of(plain, 0);
  std::vector<Index> sizes;
  const auto b = epoch_of(mixed, 3, &sizes);
  EXPECT_EQ(sizes, (std::vector<Index>{5, 5, 2}));
  EXPECT_NE(a[1], b[1]);
  std::map<std::vector<float>, float> label;
  for (std::ptrdiff_t i = 0; i < 12; ++i)
    label[{a[0].begin() + i * 192, a[0].begin() + (i + 1) * 192}] = a[1][std::size_t(i)];
  ASSERT_EQ(label.size(), 12u);
  for (std::ptrdiff_t i = 0; i < 12; ++i)
    EXPECT_EQ(label.at({b[0].begin() + i * 192, b[0].begin() + (i + 1) * 192}), b[1][std::size_t(i)]);
}

TEST(ImageIterator, StopsEarlyAndStartsInTheMiddle) {
  for (const int workers : {0, 1, 4})
    for (int stop = 0; stop < 6; ++stop) {
      ImageIterator it = kWild.flow_from_directory(
          kGolden + "data", {.target_size = {20, 20}, .batch_size = 2, .verbose = 0, .workers = workers});
      const auto whole = epoch_of(it, 0);
      Batch batch;
      it.start_epoch(1);
      for (int i = 0; i < stop; ++i) ASSERT_TRUE(it.next(batch));
      it.start_epoch(0);
      ASSERT_TRUE(it.next(batch));
      ImageIterator moved = std::move(it);
      EXPECT_EQ(epoch_of(moved, 0), whole);
      moved.start_epoch(7);  // and is destroyed while the workers work
    }
}

TEST(ImageIterator, WithoutStartEpochBeginsWithEpochZero) {
  const FlowOptions o{.target_size = {6, 6}, .batch_size = 5, .verbose = 0, .workers = 2};
  ImageIterator a = kWild.flow_from_directory(kGolden + "data", o),
                b = kWild.flow_from_directory(kGolden + "data", o);
  Batch x, y;
  ASSERT_TRUE(a.next(x));
  b.start_epoch(0);
  ASSERT_TRUE(b.next(y));
  EXPECT_EQ(x.x[0], y.x[0]);
}

TEST(ImageIterator, ReusesTheMemoryOfBatches) {
  ImageIterator it = kWild.flow_from_directory(
      kGolden + "data", {.target_size = {6, 6}, .batch_size = 6, .verbose = 0, .workers = 1});
  Batch batch;
  std::set<const float*> seen;
  for (Index epoch = 0; epoch < 20; ++epoch) {
    it.start_epoch(epoch);
    while (it.next(batch)) seen.insert(batch.x[0].data());
  }
  EXPECT_LE(seen.size(), 4u);  // three slots of the ring and the consumer's own
}

void copy_picture(const TemporaryFolder& folder, const std::string& name) {
  const auto bytes = detail::read_file(kGolden + "data/ant/x_0.png");
  folder.write(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

TEST(FlowFromDirectory, LeavesOutUnreadablePicturesWithOneWarningEach) {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.png", "a/2.png", "b/3.png", "b/5.png"}) copy_picture(folder, name);
  folder.write("b/4.png", "broken");
  for (const int workers : {0, 3}) {
    ::testing::internal::CaptureStderr();
    ImageIterator it =
        ImageDataGenerator{}.flow_from_directory(folder.path(""), {.target_size = {4, 4},
                                                                   .batch_size = 3,
                                                                   .class_mode = ClassMode::binary,
                                                                   .shuffle = false,
                                                                   .verbose = 1,
                                                                   .workers = workers});
    for (Index epoch = 0; epoch < 3; ++epoch) {
      std::vector<Index> sizes;
      const auto all = epoch_of(it, epoch, &sizes);
      EXPECT_EQ(sizes, (std::vector<Index>{3, 1}));
      EXPECT_EQ(all[1], (std::vector<float>{0, 0, 1, 1}));
    }
    const std::string warnings = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(warnings, HasSubstr("b/4.png"));
    EXPECT_EQ(std::count(warnings.begin(), warnings.end(), '\n'), 1) << warnings;
    EXPECT_EQ(it.skipped(), 1);
  }
}

TEST(FlowFromDirectory, AllUnreadableIsAnError) {
  const TemporaryFolder folder;
  folder.write("a/1.png", "broken");
  folder.write("a/2.jpg", "broken");
  ImageIterator it = ImageDataGenerator{}.flow_from_directory(folder.path(""), {.verbose = 0});
  Batch batch;
  it.start_epoch(0);
  EXPECT_THAT(message([&] { it.next(batch); }), AllOf(HasSubstr("none of the 2 pictures"), HasSubstr("a/")));
}

TEST(FlowFromDirectory, SaysWhatIsWrongWithTheFolder) {
  const TemporaryFolder folder;
  const ImageDataGenerator g;
  const FlowOptions quiet{.verbose = 0};
  EXPECT_THAT(message([&] { g.flow_from_directory(folder.path("none"), quiet); }),
              AllOf(HasSubstr("none' cannot be read"), HasSubstr("Check the path")));
  EXPECT_THAT(message([&] { g.flow_from_directory(folder.path(""), quiet); }),
              HasSubstr("has no class folders"));
  copy_picture(folder, "cats/1.png");
  std::filesystem::create_directories(folder.path("dogs"));
  std::filesystem::create_directories(folder.path(".hidden"));
  folder.write("dogs/notes.txt", "x");
  EXPECT_THAT(message([&] { g.flow_from_directory(folder.path(""), quiet); }),
              AllOf(HasSubstr("/dogs' holds no pictures"), HasSubstr("remove the folder")));
  EXPECT_THAT(message([&] {
                g.flow_from_directory(folder.path(""), {.classes = {"cats", "cows"}, .verbose = 0});
              }),
              AllOf(HasSubstr("no folder for class 'cows'"), HasSubstr("cats, dogs")));
  EXPECT_EQ(g.flow_from_directory(folder.path(""), {.classes = {"cats"}, .verbose = 0}).samples(), 1);
  EXPECT_THAT(message<ValueError>([&] {
                ImageDataGenerator{.validation_split = 0.5}.flow_from_directory(
                    folder.path(""), {.classes = {"cats"}, .subset = Subset::validation, .verbose = 0});
              }),
              HasSubstr("leaves no pictures"));
  EXPECT_THAT(message<ValueError>([&] {
                g.flow_from_directory(folder.path(""), {.target_size = {0, 3}});
              }),
              HasSubstr("target_size is {0, 3}"));
  EXPECT_THAT(message<ValueError>([&] { g.flow_from_directory(folder.path(""), {.batch_size = 0}); }),
              HasSubstr("batch_size is 0"));
  EXPECT_THAT(message([&] { g.flow_from_directory(folder.path(""), {.save_to_dir = folder.path("no")}); }),
              HasSubstr("save_to_dir"));
  EXPECT_THAT(message<ValueError>([&] {
                g.flow_from_directory(folder.path(""),
                                      {.save_to_dir = folder.path(""), .save_format = "gif"});
              }),
              HasSubstr("save_format is 'gif'"));
}

void fail_on_everything(View<float>) { throw std::runtime_error("no such luck"); }

TEST(ImageIterator, ExceptionsInWorkersArriveWithTheFilesName) {
  for (const int workers : {0, 2}) {
    ImageIterator it = ImageDataGenerator{.preprocessing_function = fail_on_everything}.flow_from_directory(
        kGolden + "data", {.target_size = {4, 4}, .shuffle = false, .verbose = 0, .workers = workers});
    Batch batch;
    it.start_epoch(0);
    EXPECT_THAT(message<Error>([&] { it.next(batch); }),
                AllOf(HasSubstr("Pic_1.PNG"), HasSubstr("no such luck")));
    EXPECT_FALSE(it.next(batch));  // the only batch is gone, the source lives
  }
}

TEST(ImageIterator, SavesChangedPictures) {
  const TemporaryFolder folder;
  ImageIterator it = kWild.flow_from_directory(kGolden + "data", {.target_size = {7, 9},
                                                                  .save_to_dir = folder.path(""),
                                                                  .save_prefix = "aug",
                                                                  .save_format = "bmp",
                                                                  .verbose = 0});
  epoch_of(it, 0);
  EXPECT_EQ(folder.names().size(), 12u);
  EXPECT_EQ(folder.names()[0], "aug_0_0.bmp");
  EXPECT_EQ(read_image(folder.path("aug_11_0.bmp")).height, 7);
}

TEST(ImageIterator, InputModeGivesThePicturesAsTargets) {
  ImageIterator it = kWild.flow_from_directory(
      kGolden + "data", {.target_size = {7, 9}, .class_mode = ClassMode::input, .verbose = 0});
  const auto all = epoch_of(it, 0);
  EXPECT_EQ(all[0], all[1]);
  EXPECT_EQ(all[0].size(), 12u * 7 * 9 * 3);
}

Tensor counting(const Shape& shape) {
  Tensor t(shape);
  for (Index i = 0; i < t.size(); ++i) t.data()[i] = static_cast<float>(i);
  return t;
}

TEST(Flow, DealsOutTensorsWithTargetsAndWeights) {
  const ImageDataGenerator g{.rescale = 2, .validation_split = 0.3};
  ImageIterator it =
      g.flow(counting({10, 2, 2, 1}), counting({10, 1}), {.batch_size = 4, .shuffle = false}, counting({10}));
  Batch batch;
  it.start_epoch(0);
  ASSERT_TRUE(it.next(batch));
  EXPECT_EQ(batch.x[0].shape(), (Shape{4, 2, 2, 1}));
  EXPECT_EQ(batch.x[0](3, 1, 1, 0), 30.f);
  EXPECT_EQ(batch.y[0](3, 0), 3.f);
  EXPECT_EQ(batch.sample_weight[0](3), 3.f);
  const Tensor labels({10}, {0, 1, 0, 1, 0, 1, 0, 1, 0, 1});
  ImageIterator validation =
      g.flow(counting({10, 2, 2, 1}), labels, {.shuffle = false, .subset = Subset::validation});
  EXPECT_EQ(validation.samples(), 3);
  EXPECT_EQ(epoch_of(validation, 0)[1], (std::vector<float>{0, 1, 0}));
  ImageIterator training =
      g.flow(counting({10, 2, 2, 1}), labels, {.shuffle = false, .subset = Subset::training});
  EXPECT_EQ(epoch_of(training, 0)[1], (std::vector<float>{1, 0, 1, 0, 1, 0, 1}));
  EXPECT_THAT(message<ValueError>([&] {
                g.flow(counting({10, 2, 2, 1}), counting({10}), {.subset = Subset::training});
              }),
              HasSubstr("different classes"));
  EXPECT_THAT(message<ShapeError>([&] { g.flow(counting({10, 4})); }), HasSubstr("(10, 4)"));
  EXPECT_THAT(message<ShapeError>([&] {
                g.flow(counting({2, 2, 2, 1}), counting({3}));
              }),
              HasSubstr("y has shape (3,)"));
  EXPECT_THAT(message<ShapeError>([&] {
                g.flow(counting({2, 2, 2, 1}), counting({2}), {}, counting({2, 1}));
              }),
              HasSubstr("sample_weight has shape (2, 1)"));
}

}  // namespace
}  // namespace cornu
