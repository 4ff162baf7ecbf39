#include "cornu/data/image_data_generator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "cornu/core/error.hpp"
#include "cornu/io/npy.hpp"
#include "io/read_file.hpp"
#include "support/test_data.hpp"

namespace cornu {
namespace {

using ::testing::HasSubstr;

const std::string kGolden = support::test_data() + "/images/";

nlohmann::json read_json(const std::string& path) {
  const auto bytes = detail::read_file(path);
  return nlohmann::json::parse(bytes.begin(), bytes.end());
}

float distance(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  if (a.shape() != b.shape()) return 1e9f;
  float most = 0;
  for (Index i = 0; i < a.size(); ++i) {
    const float d = std::abs(a.at(i) - b.at(i));
    most = d > most || std::isnan(d) ? d : most;
  }
  return most;
}

Tensor pattern(const Shape& shape, int factor = 7) {
  Tensor t(shape);
  for (Index i = 0; i < t.size(); ++i) t.data()[i] = static_cast<float>((i * i + factor * i) % 251);
  return t;
}

template <class E, class F>
std::string message(F&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing thrown";
}

ImageTransform transform_of(const nlohmann::json& c) {
  ImageTransform t{.theta = c.value("theta", 0.0),
                   .tx = c.value("tx", 0.0),
                   .ty = c.value("ty", 0.0),
                   .shear = c.value("shear", 0.0),
                   .zx = c.value("zx", 1.0),
                   .zy = c.value("zy", 1.0),
                   .flip_horizontal = c.value("flip_horizontal", false),
                   .flip_vertical = c.value("flip_vertical", false)};
  if (c.contains("channel_shift_intensity")) t.channel_shift_intensity = double(c["channel_shift_intensity"]);
  if (c.contains("brightness")) t.brightness = double(c["brightness"]);
  return t;
}

TEST(ImageDataGenerator, GoldenAffine) {
  const auto cases = read_json(kGolden + "affine/cases.json");
  const std::map<std::string, FillMode> modes{{"nearest", FillMode::nearest},
                                              {"constant", FillMode::constant},
                                              {"reflect", FillMode::reflect},
                                              {"wrap", FillMode::wrap}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string n = std::to_string(i);
    const ImageDataGenerator g{.fill_mode = modes.at(cases[i]["fill_mode"]),
                               .cval = cases[i]["cval"],
                               .interpolation_order = cases[i]["order"]};
    const Tensor out =
        g.apply_transform(read_npy(kGolden + "affine/in" + n + ".npy"), transform_of(cases[i]));
    EXPECT_LE(distance(out, read_npy(kGolden + "affine/out" + n + ".npy")), 0.01f) << cases[i].dump();
  }
  EXPECT_EQ(cases.size(), 14u);
}

TEST(ImageDataGenerator, GoldenApplyTransform) {
  const auto cases = read_json(kGolden + "apply_transform/cases.json");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string n = std::to_string(i);
    const Tensor in = read_npy(kGolden + "apply_transform/in" + n + ".npy");
    const Tensor out = ImageDataGenerator{}.apply_transform(in, transform_of(cases[i]));
    EXPECT_LE(distance(out, read_npy(kGolden + "apply_transform/out" + n + ".npy")), 0.01f)
        << cases[i].dump();
  }
  EXPECT_EQ(cases.size(), 8u);
}

TEST(ImageDataGenerator, GoldenStandardize) {
  const Tensor x = read_npy(kGolden + "standardize/fit_x.npy");
  const std::pair<const char*, ImageDataGenerator> cases[] = {
      {"featurewise", {.featurewise_center = true, .featurewise_std_normalization = true}},
      {"zca", {.featurewise_center = true, .zca_whitening = true}},
      {"samplewise", {.rescale = 0.5f, .samplewise_center = true, .samplewise_std_normalization = true}}};
  for (auto [name, g] : cases) {
    g.fit(x);
    const Tensor expected = read_npy(kGolden + "standardize/" + name + ".npy");
    for (Index i = 0; i < 4; ++i) {
      Tensor picture = x.slice(i, 1).reshape(x.shape().without_front());
      g.standardize(picture.view());
      EXPECT_LE(distance(picture, expected.slice(i, 1).reshape(picture.shape())), 2e-4f) << name << i;
    }
  }
}

/// The slow twin of the affine step: one pixel, one channel at a time, indices by the definition of each
/// mode.
float pixel(const Tensor& in, Index r, Index c, Index k, FillMode mode) {
  const auto fold = [&](Index i, Index n) {
    if (mode == FillMode::nearest || mode == FillMode::constant) return std::clamp<Index>(i, 0, n - 1);
    while (i < 0 || i >= n) i = i < 0 ? -i - 1 : 2 * n - 1 - i;
    return i;
  };
  return in(fold(r, in.shape()[0]), fold(c, in.shape()[1]), k);
}

TEST(ImageDataGenerator, AffineAgreesWithTheSlowTwin) {
  for (const FillMode mode : {FillMode::nearest, FillMode::reflect}) {
    for (const Shape& shape : {Shape{1, 1, 1}, Shape{1, 7, 3}, Shape{5, 3, 4}, Shape{11, 13, 2}}) {
      const Tensor in = pattern(shape);
      const ImageTransform t{.theta = 33, .tx = 2.3, .ty = -9.1, .shear = 11, .zx = 1.7, .zy = 0.4};
      const Tensor out = ImageDataGenerator{.fill_mode = mode}.apply_transform(in, t);
      const double a = t.theta * M_PI / 180, b = t.shear * M_PI / 180;
      // rotation * shift * shear * zoom in (x, y), x down the columns' index, about (h/2 - .5, w/2 - .5)
      const double m00 = std::cos(a), m01 = -std::cos(a) * std::sin(b) - std::sin(a) * std::cos(b),
                   m10 = std::sin(a), m11 = -std::sin(a) * std::sin(b) + std::cos(a) * std::cos(b);
      const double sx = std::cos(a) * t.tx - std::sin(a) * t.ty, sy = std::sin(a) * t.tx + std::cos(a) * t.ty;
      const double ox = double(shape[0]) / 2 - 0.5, oy = double(shape[1]) / 2 - 0.5;
      for (Index r = 0; r < shape[0]; ++r)
        for (Index c = 0; c < shape[1]; ++c) {
          const double x = double(c) - ox, y = double(r) - oy;  // axes are swapped before and after
          double column = m00 * t.zx * x + m01 * t.zy * y + sx + ox,
                 row = m10 * t.zx * x + m11 * t.zy * y + sy + oy;
          if (mode == FillMode::nearest) {
            row = std::clamp(row, 0.0, double(shape[0] - 1));
            column = std::clamp(column, 0.0, double(shape[1] - 1));
          }
          const double fr = std::floor(row), fc = std::floor(column);
          for (Index k = 0; k < shape[2]; ++k) {
            double sum = 0;
            for (int i = 0; i < 2; ++i)
              for (int j = 0; j < 2; ++j)
                sum += (i ? row - fr : 1 - row + fr) * (j ? column - fc : 1 - column + fc) *
                       double(pixel(in, Index(fr) + i, Index(fc) + j, k, mode));
            EXPECT_NEAR(out(r, c, k), sum, 0.01) << shape.text() << r << " " << c;
          }
        }
    }
  }
}

TEST(ImageDataGenerator, OrderZeroTakesTheNearestPixel) {
  const Tensor in = pattern({6, 5, 3});
  const Tensor out = ImageDataGenerator{.interpolation_order = 0}.apply_transform(in, {.tx = 1.4});
  for (Index r = 0; r < 6; ++r)
    for (Index c = 0; c < 5; ++c) EXPECT_EQ(out(r, c, 1), in(r, std::min<Index>(c + 1, 4), 1)) << r << c;
}

TEST(ImageDataGenerator, NothingActiveLeavesThePictureUntouched) {
  Tensor in = pattern({4, 3, 3});
  in.data()[5] = 1.2345678f;
  in.data()[6] = -1e20f;
  EXPECT_TRUE(same_bits(ImageDataGenerator{}.random_transform(in, {.seed = 3}), in));
  Tensor copy = in;
  ImageDataGenerator{}.standardize(copy.view());
  EXPECT_TRUE(same_bits(copy, in));
}

TEST(ImageDataGenerator, DrawsEveryParameterInItsRange) {
  const ImageDataGenerator g{.rotation_range = 30,
                             .width_shift_range = 0.25,
                             .height_shift_range = {1, 4},
                             .brightness_range = {0.5, 1.5},
                             .shear_range = 10,
                             .zoom_range = {0.8f, 1.3f},
                             .channel_shift_range = 20,
                             .horizontal_flip = true};
  double theta = 0, zx = 0;
  std::set<double> tx;
  int flips = 0;
  constexpr int n = 2000;
  for (int i = 0; i < n; ++i) {
    const ImageTransform t =
        g.get_random_transform({50, 40, 3}, RandomKey{.seed = 1}.child(std::uint64_t(i)));
    ASSERT_LE(std::abs(t.theta), 30);
    ASSERT_LE(std::abs(t.ty), 10);
    ASSERT_LE(std::abs(t.shear), 10);
    ASSERT_TRUE(t.zx >= 0.79999 && t.zx <= 1.30001 && t.zy >= 0.79999 && t.zy <= 1.30001);
    ASSERT_NE(t.zx, t.zy);
    ASSERT_LE(std::abs(t.channel_shift_intensity.value()), 20);
    ASSERT_TRUE(*t.brightness >= 0.5 && *t.brightness <= 1.5);
    ASSERT_FALSE(t.flip_vertical);
    theta += t.theta;
    zx += t.zx;
    flips += t.flip_horizontal;
    tx.insert(t.tx);
  }
  EXPECT_NEAR(theta / n, 0, 1.5);
  EXPECT_NEAR(zx / n, 1.05, 0.02);
  EXPECT_NEAR(flips, n / 2, 120);
  EXPECT_EQ(tx, (std::set<double>{-4, -1, 1, 4}));
  const ImageDataGenerator pixels{.width_shift_range = 3, .height_shift_range = 4.5};
  std::set<double> ty;
  double most = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const ImageTransform t = pixels.get_random_transform({50, 40, 3}, RandomKey{.seed = i});
    ty.insert(std::abs(t.ty));
    most = std::max(most, std::abs(t.tx));
  }
  EXPECT_EQ(ty, (std::set<double>{0, 1, 2}));
  EXPECT_TRUE(most > 4 && most <= 4.5);
}

TEST(ImageDataGenerator, SameKeySameChange) {
  const ImageDataGenerator g{.rotation_range = 30, .zoom_range = 0.2f, .horizontal_flip = true};
  const Tensor in = pattern({9, 8, 3});
  const RandomKey key{.seed = 4, .stream = 2};
  EXPECT_TRUE(same_bits(g.random_transform(in, key), g.random_transform(in, key)));
  EXPECT_FALSE(same_bits(g.random_transform(in, key), g.random_transform(in, key.child(1))));
}

void halve(View<float> image) {
  for (float& value : image) value /= 2;
}

TEST(ImageDataGenerator, PreprocessingComesBeforeRescale) {
  const ImageDataGenerator g{.rescale = 10, .samplewise_center = true, .preprocessing_function = halve};
  Tensor x({1, 2, 1}, {2.f, 6.f});
  g.standardize(x.view());
  EXPECT_EQ(x.to_vector(), (std::vector<float>{-10, 10}));
}

TEST(ImageDataGenerator, FitOnManySamplesWhitens) {
  Tensor x({40, 2, 2, 1});
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>((i * i * 31 + i * 7) % 97);
  ImageDataGenerator g{.zca_whitening = true};
  g.fit(x);
  EXPECT_EQ(g.mean.shape(), (Shape{1, 1, 1}));
  double products[4][4] = {};
  for (Index i = 0; i < 40; ++i) {
    Tensor picture = x.slice(i, 1).reshape({2, 2, 1});
    g.standardize(picture.view());
    for (Index a = 0; a < 4; ++a)
      for (Index b = 0; b < 4; ++b) products[a][b] += double(picture.at(a)) * double(picture.at(b)) / 40;
  }
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b) EXPECT_NEAR(products[a][b], a == b, 1e-3) << a << b;
}

TEST(ImageDataGenerator, RefusesSettingsWithoutSense) {
  const Tensor x = pattern({4, 3, 3});
  const auto refused = [&](const ImageDataGenerator& g) {
    return message<ValueError>([&] { g.random_transform(x, {}); });
  };
  EXPECT_THAT(refused({.rotation_range = -1}), HasSubstr("rotation_range is -1"));
  EXPECT_THAT(refused({.width_shift_range = -3}), HasSubstr("width_shift_range"));
  EXPECT_THAT(refused({.shear_range = std::numeric_limits<double>::quiet_NaN()}), HasSubstr("shear_range"));
  EXPECT_THAT(refused({.zoom_range = {2.0, 1.0}}), HasSubstr("zoom_range is {2, 1}"));
  EXPECT_THAT(refused({.validation_split = 1.5}), HasSubstr("validation_split is 1.5"));
  EXPECT_THAT(refused({.interpolation_order = 3}), HasSubstr("interpolation_order is 3"));
  EXPECT_THAT(message<ShapeError>([] {
                ImageDataGenerator{}.apply_transform(Tensor({4, 4}), {});
              }),
              HasSubstr("shape (4, 4)"));
  EXPECT_THAT(message<ValueError>([&] { ImageDataGenerator{}.apply_transform(x, {.zx = 1e300}); }),
              HasSubstr("a parameter is 1e+300"));
  Tensor picture = x;
  EXPECT_THAT(message<StateError>(
                  [&] { ImageDataGenerator{.featurewise_center = true}.standardize(picture.view()); }),
              HasSubstr("fit was not called"));
  ImageDataGenerator fitted{.featurewise_center = true};
  fitted.fit(pattern({2, 4, 3, 1}));
  EXPECT_THAT(message<ShapeError>([&] { fitted.standardize(picture.view()); }), HasSubstr("1 channels"));
  EXPECT_THAT(message<ShapeError>([&] { fitted.fit(Tensor({3, 3})); }), HasSubstr("(3, 3)"));
}

TEST(ImageDataGenerator, ExtremeTransformsStayInsideThePicture) {
  const Tensor in = pattern({5, 4, 3});
  for (const FillMode mode : {FillMode::nearest, FillMode::constant, FillMode::reflect, FillMode::wrap})
    for (const double big : {-9e8, -3.7e4, -1e-300, 1e-17, 0.0, 7e8})
      for (const int order : {0, 1}) {
        const Tensor out =
            ImageDataGenerator{.fill_mode = mode, .interpolation_order = order}.apply_transform(
                in, {.theta = big, .tx = big, .ty = -big, .shear = big, .zx = big, .zy = 1 - big});
        for (const float value : out) ASSERT_TRUE(value >= 0 && value <= 251);
      }
}

/// The course's augmentation: 64 x 64 x 3, shear, zoom, flip. Generous, for slow and busy machines.
TEST(ImageDataGenerator, CourseAugmentationIsFast) {
  const ImageDataGenerator g{
      .rescale = 1.f / 255, .shear_range = 0.2f, .zoom_range = 0.2f, .horizontal_flip = true};
  const Tensor in = pattern({64, 64, 3});
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < 200; ++i) g.random_transform(in, RandomKey{.seed = i});
  const double ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / 200;
  RecordProperty("ms_a_picture", std::to_string(ms));
  std::printf("%.3f ms a picture\n", ms);
  EXPECT_LT(ms, 3.0);
}

}  // namespace
}  // namespace cornu
