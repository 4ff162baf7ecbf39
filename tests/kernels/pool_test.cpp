#include "cornu/kernels/pool.hpp"

#include <algorithm>
#include <cmath>

#include "cornu/core/error.hpp"
#include "kernels/kernel_support.hpp"

using namespace cornu;
using namespace cornu::kernels;
using namespace cornu::test;

namespace {

Shape x_shape(const PoolGeometry& g, Index n) { return {n, g.in_h, g.in_w, g.channels}; }
Shape y_shape(const PoolGeometry& g, Index n) { return {n, g.out_h, g.out_w, g.channels}; }

/// Bytes with guards; one byte off any alignment.
struct Bytes {
  std::vector<std::uint8_t> memory;
  explicit Bytes(Index size) : memory(std::size_t(size) + 66, 0xA5) {}
  std::uint8_t* data() { return memory.data() + 33; }
  bool guards_untouched() const {
    return std::all_of(memory.begin(), memory.begin() + 33, [](std::uint8_t b) { return b == 0xA5; }) &&
           std::all_of(memory.end() - 33, memory.end(), [](std::uint8_t b) { return b == 0xA5; });
  }
};

/// Few different numbers, so that most windows hold ties.
Guarded with_ties(const Shape& shape, std::uint64_t seed) {
  Guarded x = Guarded::random(shape, seed);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = std::round(x.data()[i] * 2.f) / 2.f;
  return x;
}

void check_max(const PoolGeometry& g, Index n) {
  const Guarded x = with_ties(x_shape(g, n), 1), dy = Guarded::random(y_shape(g, n), 2);
  Guarded y(y_shape(g, n)), dx(x_shape(g, n), NAN), y_inference(y_shape(g, n));
  const Index bytes = max_pool2d_argmax_bytes(g);
  Bytes argmax(y.size() * bytes), argmax2(y.size() * bytes);
  const Doubles x2(x), dy2(dy);
  Doubles y2(y), dx2(x_shape(g, n));
  max_pool2d<float>(g, x.in(), y.view(), argmax.data());
  max_pool2d<double>(g, x2.in(), y2.view(), argmax2.data());
  expect_close(y, y2, 0, "y");
  EXPECT_EQ(argmax.memory, argmax2.memory);  // ties too
  EXPECT_TRUE(argmax.guards_untouched());
  max_pool2d<float>(g, x.in(), y_inference.view(), nullptr);
  EXPECT_EQ(y_inference.values(), y.values());
  max_pool2d_grad<float>(g, argmax.data(), dy.in(), dx.view());
  max_pool2d_grad<double>(g, argmax.data(), dy2.in(), dx2.view());
  expect_close(dx, dx2, 1e-6, "dx");
}

void check_average(const PoolGeometry& g, Index n) {
  const Guarded x = Guarded::random(x_shape(g, n), 1), dy = Guarded::random(y_shape(g, n), 2);
  Guarded y(y_shape(g, n), NAN), dx(x_shape(g, n), NAN);
  const Doubles x2(x), dy2(dy);
  Doubles y2(y_shape(g, n)), dx2(x_shape(g, n));
  average_pool2d<float>(g, x.in(), y.view());
  average_pool2d<double>(g, x2.in(), y2.view());
  expect_close(y, y2, 1e-6, "y", 1.0);
  average_pool2d_grad<float>(g, dy.in(), dx.view());
  average_pool2d_grad<double>(g, dy2.in(), dx2.view());
  expect_close(dx, dx2, 1e-6, "dx");
}

const PoolGeometry kHalves{8, 6, 5, 4, 3, 2, 2, 2, 2};
const PoolGeometry kHalvesOfOdd{29, 31, 5, 14, 15, 2, 2, 2, 2};
const PoolGeometry kOverlapping{9, 8, 5, 4, 6, 3, 3, 2, 1};
const PoolGeometry kSame{7, 6, 5, 4, 3, 3, 2, 2, 2, 1, 0};
const PoolGeometry kSameBottomOnly{7, 5, 5, 4, 3, 2, 2, 2, 2};
const PoolGeometry kGaps{11, 10, 5, 4, 3, 2, 2, 3, 4};
const PoolGeometry kWide{17, 18, 5, 1, 2, 17, 17, 1, 1};      // 289 cells: two bytes a position
const PoolGeometry kHuge{260, 260, 1, 1, 1, 260, 260, 1, 1};  // 67,600 cells: four bytes a position
const std::vector<PoolGeometry> kAll{kHalves,         kHalvesOfOdd, kOverlapping, kSame,
                                     kSameBottomOnly, kGaps,        kWide,        kHuge};

}  // namespace

TEST(Pool2d, AgainstTheSlowTwins) {
  for_each_isa([] {
    for (PoolGeometry g : kAll)
      for (const Index channels : {1, 3, 5, 8, 17, 32}) {
        if (g.in_h * g.in_w > 10000 && channels > 1) continue;
        g.channels = channels;
        SCOPED_TRACE((Shape{g.in_h, g.in_w, g.channels, g.pool_h, g.pool_w}.text()));
        check_max(g, 2);
        check_average(g, 2);
      }
  });
}

TEST(Pool2d, BytesOfAPosition) {
  EXPECT_EQ(max_pool2d_argmax_bytes({16, 16, 1, 1, 1, 16, 16, 1, 1}), 1);
  EXPECT_EQ(max_pool2d_argmax_bytes(kWide), 2);
  EXPECT_EQ(max_pool2d_argmax_bytes(kHuge), 4);
}

TEST(Pool2d, TheFirstOfEqualsWinsAndPaddingNever) {
  const PoolGeometry g{2, 2, 1, 1, 1, 3, 3, 1, 1, 1, 1};
  const std::vector<float> x{-3, -2, -2, -5};
  std::vector<float> y(1), dx(4, 9);
  std::uint8_t argmax = 0;
  max_pool2d<float>(g, {x.data(), {1, 2, 2, 1}}, {y.data(), {1, 1, 1, 1}}, &argmax);
  EXPECT_EQ(y[0], -2);
  EXPECT_EQ(argmax, 5);  // row 1, column 2 of the window
  const float dy = 7;
  max_pool2d_grad<float>(g, &argmax, {&dy, {1, 1, 1, 1}}, {dx.data(), {1, 2, 2, 1}});
  EXPECT_EQ(dx, (std::vector<float>{0, 7, 0, 0}));
}

TEST(Pool2d, ANaNInTheWindowGivesNaN) {
  for_each_isa([] {
    for (const Index channels : {1, 8, 19})
      for (int place = 0; place < 4; ++place) {
        const PoolGeometry g{2, 2, channels, 1, 1, 2, 2, 2, 2};
        Guarded x = Guarded::random({1, 2, 2, channels}, 1), y({1, 1, 1, channels});
        for (Index c = 0; c < channels; ++c) x.data()[place * channels + c] = NAN;
        std::vector<std::uint8_t> argmax(std::size_t(channels), 99);
        max_pool2d<float>(g, x.in(), y.view(), argmax.data());
        for (Index c = 0; c < channels; ++c) {
          EXPECT_TRUE(std::isnan(y.data()[c]));
          EXPECT_EQ(argmax[std::size_t(c)], place);
        }
      }
  });
}

TEST(Pool2d, ADamagedPositionGivesNoGradient) {
  const float dy[2] = {1, 1};
  std::vector<float> dx(8, 9);
  const std::uint8_t argmax[2] = {200, 3};
  max_pool2d_grad<float>({2, 2, 2, 1, 1, 2, 2, 2, 2}, argmax, {dy, {1, 1, 1, 2}}, {dx.data(), {1, 2, 2, 2}});
  EXPECT_EQ(dx, (std::vector<float>{0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST(Pool2d, BitsDependOnNeitherThreadsNorSlices) {
  for (PoolGeometry g : kAll) {
    if (g.in_h * g.in_w < 10000) g.channels = 19;
    const Guarded x = with_ties(x_shape(g, 4), 1), dy = Guarded::random(y_shape(g, 4), 2);
    const auto run = [&](int threads, Index slice) {
      const Threads scope(threads);
      Guarded y(y_shape(g, 4)), mean(y_shape(g, 4)), dx(x_shape(g, 4)), dx_mean(x_shape(g, 4));
      const Index bytes = max_pool2d_argmax_bytes(g), sample = y.size() / 4;
      Bytes argmax(y.size() * bytes);
      for (Index i = 0; i < 4; i += slice) {
        std::uint8_t* positions = argmax.data() + i * sample * bytes;
        max_pool2d<float>(g, x.in().samples(i, slice), y.view().samples(i, slice), positions);
        max_pool2d_grad<float>(g, positions, dy.in().samples(i, slice), dx.view().samples(i, slice));
        average_pool2d<float>(g, x.in().samples(i, slice), mean.view().samples(i, slice));
        average_pool2d_grad<float>(g, dy.in().samples(i, slice), dx_mean.view().samples(i, slice));
      }
      std::vector<float> all = y.values();
      for (const Guarded* more : {&mean, &dx, &dx_mean})
        all.insert(all.end(), more->data(), more->data() + more->size());
      return all;
    };
    const std::vector<float> whole = run(1, 4);
    for (const int threads : {2, 3, 4})
      for (const Index slice : {1, 2, 4})
        EXPECT_TRUE(run(threads, slice) == whole) << threads << " " << slice;
  }
}

TEST(Pool2d, GradientsOfTheSlowTwins) {
  for (PoolGeometry g : {kOverlapping, kSame, kGaps}) {
    g.channels = 2;
    Doubles x(Guarded::random(x_shape(g, 1), 1)), dy(Guarded::random(y_shape(g, 1), 2));
    Doubles y(dy.shape), dx(x.shape);
    std::vector<std::uint8_t> argmax(dy.numbers.size());
    const auto value = [&](bool max) {
      max ? max_pool2d<double>(g, x.in(), y.view(), nullptr) : average_pool2d<double>(g, x.in(), y.view());
      double sum = 0;
      for (std::size_t i = 0; i < y.numbers.size(); ++i) sum += y.numbers[i] * dy.numbers[i];
      return sum;
    };
    max_pool2d<double>(g, x.in(), y.view(), argmax.data());
    max_pool2d_grad<double>(g, argmax.data(), dy.in(), dx.view());
    expect_gradient(
        x.numbers, dx.numbers, [&] { return value(true); }, "max");
    average_pool2d_grad<double>(g, dy.in(), dx.view());
    expect_gradient(
        x.numbers, dx.numbers, [&] { return value(false); }, "average");
  }
}

TEST(Pool2d, Messages) {
  const auto message = [](const PoolGeometry& g) {
    try {
      average_pool2d<float>(g, {nullptr, x_shape(g, 0)}, {nullptr, y_shape(g, 0)});
    } catch (const ValueError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_EQ(message(kHalves), "");
  EXPECT_EQ(message({4, 4, 1, 2, 2, 2, 2, 0, 2}),
            "average_pool2d: height: input 4, output 2, window 2, stride 0, padding 0; all but the padding "
            "must be at "
            "least 1. Check the geometry.");
  EXPECT_EQ(
      message({4, 4, 1, 2, 3, 2, 2, 2, 2}),
      "average_pool2d: width: with input 4, output 3, window 2, stride 2 and padding 0 a window lies wholly "
      "outside. Use fewer outputs or less padding.");
}
