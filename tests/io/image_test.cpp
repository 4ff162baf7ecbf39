#include "cornu/io/image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cornu/core/error.hpp"
#include "cornu/io/npy.hpp"
#include "io/image_decode.hpp"
#include "io/read_file.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace cornu {
namespace {

using support::TemporaryFolder;
using ::testing::HasSubstr;

const std::string kGolden = support::test_data() + "/images/";

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

/// Largest difference of two tensors of the same count.
float distance(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.size(), b.size());
  if (a.size() != b.size()) return 1e9f;
  float most = 0;
  for (Index i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a.at(i) - b.at(i)));
  return most;
}

/// stb_image, the decoder of builds without libjpeg, rounds otherwise and does not smooth halved colours.
float jpeg_tolerance() { return detail::has_libjpeg() ? 0.f : 16.f; }

Image pattern(Index height, Index width, Index channels) {
  Image image{height, width, channels, {}};
  for (Index i = 0; i < height * width * channels; ++i)
    image.pixels.push_back(static_cast<std::uint8_t>((i * i + 7 * i) % 251));
  return image;
}

// Pillow's pixels of a.jpg, g.jpg, progressive.jpg: the same decoder gives the same bytes.
TEST(ReadImage, GoldenJpeg) {
  for (const char* name : {"a", "g", "progressive"}) {
    const Tensor expected = read_npy(kGolden + "jpeg/" + name + ".npy");
    const ColorMode mode = expected.rank() == 2 ? ColorMode::grayscale : ColorMode::rgb;
    const Tensor actual = image_to_tensor(read_image(kGolden + "jpeg/" + name + ".jpg", mode));
    EXPECT_LE(distance(actual, expected), jpeg_tolerance()) << name;
  }
}

// Pillow 13: every kind of PNG, BMP, PPM and JPEG, converted to RGB, L and RGBA.
TEST(ReadImage, GoldenFormatsAndColourConversions) {
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(kGolden + "formats")) {
    std::string name = file.path().filename().string();
    if (name.ends_with(".npy") || name == "grey16.png") continue;
    std::replace(name.begin(), name.end(), '.', '_');
    const std::pair<ColorMode, const char*> modes[] = {
        {ColorMode::rgb, "_RGB"}, {ColorMode::grayscale, "_L"}, {ColorMode::rgba, "_RGBA"}};
    for (const auto& [mode, suffix] : modes) {
      const Image image = read_image(file.path().string(), mode);
      const Tensor expected = read_npy(kGolden + "formats/" + name + suffix + ".npy");
      EXPECT_EQ(image.height, expected.shape()[0]);
      EXPECT_EQ(image.width, expected.shape()[1]);
      EXPECT_EQ(image.channels, channels_of(mode));
      EXPECT_LE(distance(image_to_tensor(image), expected), name.ends_with("jpg") ? jpeg_tolerance() : 0.f)
          << name << suffix;
    }
    ++files;
  }
  EXPECT_EQ(files, 24);
}

// Pillow cuts 16-bit grey at 255, which makes nearly all of it white; here it is what 16-bit colours are in
// both: the upper byte.
TEST(ReadImage, SixteenBitGreyBecomesItsUpperByte) {
  const Image image = read_image(kGolden + "formats/grey16.png", ColorMode::grayscale);
  const int first_row[] = {6438, 11578, 18003, 25199};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(image.pixels[i], first_row[i] >> 8);
}

TEST(ResizeImage, GoldenPillowEveryFilterAndBox) {
  const auto cases = read_json(kGolden + "resize/cases.json");
  const std::map<std::string, Interpolation> names{
      {"nearest", Interpolation::nearest},   {"box", Interpolation::box},
      {"bilinear", Interpolation::bilinear}, {"hamming", Interpolation::hamming},
      {"bicubic", Interpolation::bicubic},   {"lanczos", Interpolation::lanczos}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string number = std::to_string(i);
    const Tensor in = read_npy(kGolden + "resize/in" + number + ".npy");
    std::optional<ImageBox> box;
    if (const auto& b = cases[i]["box"]; !b.is_null()) box = ImageBox{b[0], b[1], b[2], b[3]};
    const Image out = resize_image(tensor_to_image(in, false), cases[i]["height"], cases[i]["width"],
                                   names.at(cases[i]["interpolation"]), box);
    EXPECT_EQ(distance(image_to_tensor(out), read_npy(kGolden + "resize/out" + number + ".npy")), 0.f)
        << i << " " << cases[i].dump();
  }
  EXPECT_EQ(cases.size(), 42u);
}

TEST(ResizeImage, GoldenPillowNearestOfManySizes) {
  const Tensor rows = read_npy(kGolden + "resize/nearest.npy");
  for (Index r = 0; r < rows.shape()[0]; ++r) {
    const auto from = static_cast<Index>(rows(r, 0)), to = static_cast<Index>(rows(r, 1));
    Image in{1, from, 3, std::vector<std::uint8_t>(std::size_t(3 * from))};
    for (Index x = 0; x < from; ++x) {
      in.pixels[std::size_t(3 * x)] = static_cast<std::uint8_t>(x & 255);
      in.pixels[std::size_t(3 * x + 1)] = static_cast<std::uint8_t>(x >> 8);
    }
    const Image out = resize_image(in, 1, to, Interpolation::nearest);
    for (Index x = 0; x < to; ++x)
      ASSERT_EQ(out.pixels[std::size_t(3 * x)] + 256 * out.pixels[std::size_t(3 * x + 1)], rows(r, 2 + x))
          << from << " to " << to << " at " << x;
  }
}

TEST(ResizeImage, RefusesImpossibleSizes) {
  const Image image = pattern(4, 5, 3);
  EXPECT_THAT(message<ValueError>([&] { resize_image(image, 0, 3); }), HasSubstr("new size is 0 x 3"));
  EXPECT_THAT(message<ValueError>([&] { resize_image(image, 3, 70000); }), HasSubstr("3 x 70000"));
  EXPECT_THAT(message<ValueError>([&] { resize_image(Image{}, 3, 3); }), HasSubstr("picture is 0 x 0"));
  EXPECT_THAT(message<ValueError>([&] {
                resize_image(image, 3, 3, Interpolation::box, ImageBox{0, 0, 6, 4});
              }),
              HasSubstr("leaves the picture of 4 x 5"));
}

TEST(LoadImage, TargetSizeAndAspectRatio) {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.png");
  save_image(path, pattern(10, 20, 3));
  EXPECT_EQ(load_image(path).shape(), (Shape{10, 20, 3}));
  EXPECT_EQ(load_image(path, {.color_mode = ColorMode::grayscale, .target_size = {5, 4}}).shape(),
            (Shape{5, 4, 1}));
  // A square target takes the middle 10 x 10, and nearest at the same size is a plain cut.
  const Tensor whole = load_image(path),
               middle = load_image(path, {.target_size = {10, 10}, .keep_aspect_ratio = true});
  for (Index y = 0; y < 10; ++y)
    for (Index x = 0; x < 10; ++x) EXPECT_EQ(middle(y, x, 1), whole(y, x + 5, 1));
}

TEST(TensorToImage, ScalesOrCuts) {
  const Tensor t({1, 3, 1}, {-1.f, 1.f, 3.f});
  EXPECT_EQ(tensor_to_image(t).pixels, (std::vector<std::uint8_t>{0, 127, 255}));
  EXPECT_EQ(tensor_to_image(t, false).pixels, (std::vector<std::uint8_t>{0, 1, 3}));
  EXPECT_EQ(tensor_to_image(Tensor({1, 2, 1}, 7.f)).pixels, (std::vector<std::uint8_t>{0, 0}));
  EXPECT_EQ(tensor_to_image(Tensor({1, 1, 1}, 300.9f), false).pixels[0], 255);
  EXPECT_THAT(message<ShapeError>([] { tensor_to_image(Tensor({2, 4, 4, 3})); }), HasSubstr("(2, 4, 4, 3)"));
}

TEST(SaveImage, RoundTripsLosslessFormatsAndNearlyJpeg) {
  const TemporaryFolder folder;
  const std::pair<Index, ColorMode> modes[] = {
      {1, ColorMode::grayscale}, {3, ColorMode::rgb}, {4, ColorMode::rgba}};
  for (const auto& [channels, mode] : modes) {
    const Image image = pattern(7, 5, channels);
    save_image(folder.path("a.png"), image);
    EXPECT_EQ(read_image(folder.path("a.png"), mode).pixels, image.pixels) << channels;
  }
  save_image(folder.path("b.BMP"), pattern(3, 5, 3));
  EXPECT_EQ(read_image(folder.path("b.BMP")).pixels, pattern(3, 5, 3).pixels);
  const Image flat{16, 16, 3, std::vector<std::uint8_t>(768, 100)};
  save_image(folder.path("c.jpeg"), flat, 95);
  for (const std::uint8_t value : read_image(folder.path("c.jpeg")).pixels) EXPECT_NEAR(value, 100, 2);
  EXPECT_THAT(folder.names(), ::testing::ElementsAre("a.png", "b.BMP", "c.jpeg"));
  EXPECT_THAT(message<ValueError>([&] { save_image(folder.path("d.gif"), flat); }), HasSubstr("d.gif"));
  EXPECT_THAT(message<ValueError>([&] {
                save_image(folder.path("d.png"), Image{2, 2, 3, {}});
              }),
              HasSubstr("2 x 2 x 3 with 0 bytes"));
  EXPECT_THAT(message([&] { save_image(folder.path("none/d.png"), flat); }), HasSubstr("none/d.png"));
}

TEST(ReadImage, SaysWhatIsWrongNamingTheFile) {
  const TemporaryFolder folder;
  const auto jpeg = detail::read_file(kGolden + "jpeg/a.jpg");
  folder.write("cut.jpg", {reinterpret_cast<const char*>(jpeg.data()), jpeg.size() / 2});
  EXPECT_THAT(message([&] { read_image(folder.path("cut.jpg")); }),
              AllOf(HasSubstr("cut.jpg"), HasSubstr("cut short")));
  folder.write("text.png", "no picture at all");
  EXPECT_THAT(message([&] { read_image(folder.path("text.png")); }),
              AllOf(HasSubstr("text.png"), HasSubstr("no JPEG, PNG, BMP or binary PPM")));
  folder.write("old.tif", std::string("II*\0....", 8));
  EXPECT_THAT(message([&] { read_image(folder.path("old.tif")); }), HasSubstr("TIFF cannot be read"));
  folder.write("empty.jpg", "");
  EXPECT_THAT(message([&] { read_image(folder.path("empty.jpg")); }), HasSubstr("empty.jpg"));
  folder.write("short.ppm", "P6\n# c\n30 30\n255\nabc");
  EXPECT_THAT(message([&] { read_image(folder.path("short.ppm")); }), HasSubstr("needs 2700 bytes"));
  EXPECT_THAT(message([&] { read_image(folder.path("none.jpg")); }), HasSubstr("none.jpg"));
}

TEST(ReadImage, RefusesSizesTheFileCannotHoldBeforeAllocating) {
  const TemporaryFolder folder;
  auto png = detail::read_file(kGolden + "formats/rgb.png");
  folder.write("bomb.ppm", "P6 60000 60000 255 ");
  EXPECT_THAT(message([&] { read_image(folder.path("bomb.ppm")); }), HasSubstr("at most 178956970"));
  folder.write("bomb2.ppm", "P6 12000 12000 255 ");
  EXPECT_THAT(message([&] { read_image(folder.path("bomb2.ppm")); }), HasSubstr("cannot come from 19 bytes"));
  auto jpeg = detail::read_file(kGolden + "jpeg/a.jpg");
  for (std::size_t i = 0; i + 9 < jpeg.size(); ++i)
    if (jpeg[i] == 0xff && jpeg[i + 1] == 0xc0) {
      jpeg[i + 5] = jpeg[i + 7] = 0x2f;  // 12,0xx x 12,0xx
      break;
    }
  folder.write("bomb.jpg", {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()});
  EXPECT_THAT(message([&] { read_image(folder.path("bomb.jpg")); }), HasSubstr("cannot come from"));
}

/// progressive.jpg at 4080 x 4080 with its last scan 300 times: 5 seconds of work in 40 kilobytes.
TEST(ReadImage, RefusesHundredsOfScansOfALargePicture) {
  if (!detail::has_libjpeg()) GTEST_SKIP() << "stb_image reads other files";
  const auto golden = detail::read_file(kGolden + "jpeg/progressive.jpg");
  std::string jpeg(golden.begin(), golden.end());
  const std::string scan = jpeg.substr(jpeg.rfind("\xff\xda"), jpeg.size() - 2 - jpeg.rfind("\xff\xda"));
  jpeg.resize(jpeg.size() - 2);  // the end of the picture
  const auto with_scans = [&](int count) {
    std::string out = jpeg;
    for (int i = 0; i < count; ++i) out += scan;
    return out + "\xff\xd9";
  };
  const auto error = [&](const std::string& bytes) {
    return message(
        [&] { decode_image(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), "x"); });
  };
  EXPECT_EQ(error(with_scans(300)), "nothing thrown");  // small as it is, they take no time
  EXPECT_THAT(error(with_scans(600)), HasSubstr("it has 501 scans and more"));
  const std::size_t size = jpeg.find("\xff\xc2") + 5;
  jpeg[size] = jpeg[size + 2] = '\x0f';
  jpeg[size + 1] = jpeg[size + 3] = '\xf0';
  EXPECT_THAT(error(with_scans(300)), HasSubstr("it has 31 scans and more"));
}

/// Every cut at a 7th byte and a flipped bit at every 3rd: a picture or a FileError, nothing else.
TEST(ReadImage, DamagedFilesNeverCrash) {
  Index refused = 0, read = 0;
  for (const auto& file : std::filesystem::directory_iterator(kGolden + "formats")) {
    const std::string name = file.path().filename().string();
    if (name.ends_with(".npy")) continue;
    const auto bytes = detail::read_file(file.path().string());
    const auto attempt = [&](const std::vector<std::uint8_t>& damaged) {
      try {
        decode_image(damaged.data(), damaged.size(), name);
        ++read;
      } catch (const FileError& error) {
        EXPECT_THAT(error.what(), HasSubstr(name));
        ++refused;
      }
    };
    for (std::size_t size = 0; size < bytes.size(); size += 7)
      attempt({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
      auto copy = bytes;
      copy[at] = static_cast<std::uint8_t>(copy[at] ^ (1u << (at / 3 % 8)));
      attempt(copy);
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(read, 100);
}

/// The last rows of a picture that was cut are never made up.
TEST(ReadImage, EveryCutPictureIsRefused) {
  for (const char* name : {"rgb.png", "bmp24.bmp", "bmp8.bmp", "colour.ppm", "s422.jpg", "s420.jpg"}) {
    const auto bytes = detail::read_file(kGolden + "formats/" + name);
    for (std::size_t size = 0; size + 40 < bytes.size(); size += 5)
      EXPECT_THROW(decode_image(bytes.data(), size, name), FileError) << name << " " << size;
  }
}

}  // namespace
}  // namespace cornu
