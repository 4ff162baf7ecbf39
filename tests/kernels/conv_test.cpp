#include "cornu/kernels/conv.hpp"

#include "../../benchmarks/shapes.hpp"
#include "core/parallel.hpp"
#include "cornu/core/error.hpp"
#include "cornu/core/math_mode.hpp"
#include "kernels/kernel_support.hpp"

using namespace cornu;
using namespace cornu::kernels;
using namespace cornu::test;

namespace {

struct Shapes4 {
  Shape x, kernel, y;
};

Shapes4 shapes(const ConvGeometry& g, Index n) {
  return {{n, g.in_h, g.in_w, g.in_c},
          {g.kernel_h, g.kernel_w, g.in_c / g.groups, g.out_c},
          {n, g.out_h, g.out_w, g.out_c}};
}

std::string text(const ConvGeometry& g, Index n) {
  return "n " + std::to_string(n) + " in " + Shape{g.in_h, g.in_w, g.in_c}.text() + " out " +
         Shape{g.out_h, g.out_w, g.out_c}.text() + " kernel " + Shape{g.kernel_h, g.kernel_w}.text() +
         " stride " + Shape{g.stride_h, g.stride_w}.text() + " dilation " +
         Shape{g.dilation_h, g.dilation_w}.text() + " pad " + Shape{g.pad_top, g.pad_left}.text() +
         " groups " + std::to_string(g.groups);
}

/// All three kernels against their slow twins in double.
void check(const ConvGeometry& g, Index n, bool with_bias = true, bool relu = true) {
  const Shapes4 s = shapes(g, n);
  const Guarded x = Guarded::random(s.x, 1), kernel = Guarded::random(s.kernel, 2),
                bias = Guarded::random({g.out_c}, 3), dy = Guarded::random(s.y, 4);
  const std::string what = text(g, n);
  Guarded y(s.y, NAN), dx(s.x, NAN), dkernel = Guarded::random(s.kernel, 5);
  Doubles y2(s.y), dx2(s.x), dkernel2(dkernel);
  const Doubles bias2(bias), x2(x), kernel2(kernel), dy2(dy);
  conv2d<float>(g, x.in(), kernel.in(), with_bias ? bias.in() : View<const float>{}, y.view(), relu);
  conv2d<double>(g, x2.in(), kernel2.in(), with_bias ? bias2.in() : View<const double>{}, y2.view(), relu);
  expect_close(y, y2, 3e-6, what + " y");
  conv2d_dx<float>(g, dy.in(), kernel.in(), dx.view());
  conv2d_dx<double>(g, dy2.in(), kernel2.in(), dx2.view());
  expect_close(dx, dx2, 3e-6, what + " dx");
  conv2d_dkernel<float>(g, x.in(), dy.in(), dkernel.view());
  conv2d_dkernel<double>(g, x2.in(), dy2.in(), dkernel2.view());
  expect_close(dkernel, dkernel2, 3e-6, what + " dkernel");
}

ConvGeometry valid(Index h, Index w, Index in_c, Index out_c, Index kh, Index kw, Index sh = 1, Index sw = 1,
                   Index dh = 1, Index dw = 1) {
  return {h,  w,  in_c, (h - (kh - 1) * dh - 1) / sh + 1, (w - (kw - 1) * dw - 1) / sw + 1, out_c, kh, kw, sh,
          sw, dh, dw};
}

/// Keras' same padding: the odd cell goes to the bottom and right.
ConvGeometry same(Index h, Index w, Index in_c, Index out_c, Index kh, Index kw, Index sh = 1, Index sw = 1,
                  Index dh = 1, Index dw = 1) {
  ConvGeometry g{h, w, in_c, (h + sh - 1) / sh, (w + sw - 1) / sw, out_c, kh, kw, sh, sw, dh, dw};
  g.pad_top = std::max<Index>(0, (g.out_h - 1) * sh + (kh - 1) * dh + 1 - h) / 2;
  g.pad_left = std::max<Index>(0, (g.out_w - 1) * sw + (kw - 1) * dw + 1 - w) / 2;
  return g;
}

/// winograd_test.cpp has Winograd's algorithm; here every shape runs by plain sums.
class Conv2d : public testing::Test {
 protected:
  void SetUp() override { set_math_mode(MathMode::strict); }
  void TearDown() override { set_math_mode(MathMode::fast); }
};

}  // namespace

TEST_F(Conv2d, ChannelCounts) {
  for_each_isa([] {
    for (const Index in_c : {1, 3, 5, 8, 17, 32})
      for (const Index out_c : {1, 3, 5, 8, 17, 32}) {
        check(valid(7, 9, in_c, out_c, 3, 3), 2);
        check(same(6, 5, in_c, out_c, 3, 2), 1);
      }
  });
}

TEST_F(Conv2d, Strides) {
  for_each_isa([] {
    check(valid(11, 10, 3, 5, 3, 3, 2, 2), 2);
    check(valid(11, 10, 5, 9, 2, 3, 3, 1), 2);
    check(valid(12, 13, 4, 7, 2, 2, 3, 4), 2);  // stride larger than the kernel: dx has cells nothing reaches
    check(valid(9, 9, 8, 17, 1, 1, 2, 2), 3);
    check(same(12, 11, 3, 8, 3, 3, 2, 2), 2);
    check(same(7, 8, 5, 6, 5, 4, 3, 2), 2);
    check(same(5, 6, 2, 3, 1, 1, 4, 3), 2);
  });
}

TEST_F(Conv2d, Dilations) {
  for_each_isa([] {
    check(valid(13, 12, 3, 5, 3, 3, 1, 1, 2, 3), 2);
    check(same(9, 10, 4, 17, 3, 3, 1, 1, 3, 2), 2);
    check(same(11, 9, 3, 4, 3, 3, 2, 3, 2, 2),
          2);  // strides and dilations that share a factor, and that do not
    check(valid(15, 15, 2, 3, 3, 2, 2, 4, 3, 2), 1);
  });
}

TEST_F(Conv2d, Padding) {
  for_each_isa([] {
    for (const Index top : {0, 1, 2, 3})
      for (const Index left : {0, 1, 4}) {
        ConvGeometry g = valid(6, 7, 3, 5, 4, 3);
        g.pad_top = top, g.pad_left = left;
        check(g, 2);  // what is missing at the bottom and right follows from the sizes
        g.out_h += 3, g.out_w += 5;
        check(g, 1);
        g.stride_h = 2, g.stride_w = 3;
        check(g, 1);
      }
    check(same(2, 1, 3, 4, 5, 5), 2);  // the kernel is larger than the image
    check(same(1, 1, 9, 4, 3, 3), 5);
  });
}

TEST_F(Conv2d, Groups) {
  for_each_isa([] {
    for (const Index groups : {2, 3, 6}) {
      ConvGeometry g = same(6, 7, 12, 18, 3, 3);
      g.groups = groups;
      check(g, 2);
      g = valid(8, 9, 6, 12, 2, 3, 2, 1);
      g.groups = groups;
      check(g, 2);
    }
  });
}

TEST_F(Conv2d, WithoutBiasAndRelu) {
  check(valid(6, 6, 3, 20, 3, 3), 1, false, true);
  check(valid(6, 6, 3, 20, 3, 3), 1, true, false);
  check(valid(6, 6, 3, 20, 3, 3), 1, false, false);
}

TEST_F(Conv2d, ShapesOfTheModels) {
  for (const auto& c : benchmarks::kConvs) {
    const ConvGeometry& g = c.geometry;
    const Index products = g.out_h * g.out_w * g.out_c * g.kernel_h * g.kernel_w * g.in_c;
    if (products > 60'000'000) continue;  // the slow twin would take too long
    SCOPED_TRACE(c.name);
    check(g, products < 10'000'000 ? 2 : 1);
  }
}

TEST_F(Conv2d, PartsThatDoNotFitTheScratchAtOnce) {
  check(same(3, 3, 700, 2, 9, 9), 1);                 // channels in chunks
  check(same(2, 900, 40, 3, 3, 5), 1);                // columns in parts
  check(same(30, 31, 70, 3, 3, 3, 1, 1, 12, 12), 1);  // a wide dilation
  check(same(2, 3, 1, 2, 3, 3, 1, 1, 400, 300), 1);   // not even one window: the slow twin
  check(same(40, 40, 1, 3, 2, 2), 40);                // several images a part
  check(same(12, 12, 2000, 4, 5, 5), 5);              // the parts' kernel gradients a few at a time
  check(same(1, 9, 4000, 4, 9, 9), 2);                // a kernel gradient larger than the scratch
}

TEST_F(Conv2d, FewChannelsOut) {
  for_each_isa([] {
    for (const Index out_c : {1, 2, 3, 4, 5}) {
      check(same(5, 6, 60, out_c, 3, 3), 5);               // more steps than a block has
      check(same(5, 14, 90, out_c, 1, 4), 4);              // and images that lie close together
      check(valid(9, 8, 37, out_c, 4, 3, 1, 1, 2, 1), 3);  // and with gaps between the taps
      check(same(3, 37, 2, out_c, 1, 31), 2);              // nearly as much dropped as kept
      check(same(33, 3, 1, out_c, 31, 1), 3);
      check(same(40, 131, 1, out_c, 11, 13), 2);
    }
    check(same(21, 4200, 3, 4, 2, 2), 1);      // columns in parts
    check(same(9, 40, 500, 1, 3, 3), 2);       // channels in chunks
    check(same(12, 11, 4, 2, 3, 3, 2, 2), 2);  // its input gradient has one and two taps an axis
  });
}

TEST_F(Conv2d, FewChannelsOutMixNoWindows) {
  const ConvGeometry g = valid(9, 10, 2, 3, 3, 4);
  Guarded x = Guarded::random({2, 9, 10, 2}, 1);
  x.data()[4 * 10 * 2] =
      NAN;  // first image, row 4, column 0: only windows of rows 2 to 4 and column 0 see it
  const Guarded kernel = Guarded::random({3, 4, 2, 3}, 2);
  Guarded y({2, 7, 7, 3}, 0.f);
  conv2d<float>(g, x.in(), kernel.in(), {}, y.view(), false);
  for (Index i = 0; i < y.size(); ++i) {
    const Index image = i / (7 * 7 * 3), row = i / (7 * 3) % 7, col = i / 3 % 7;
    EXPECT_EQ(std::isnan(y.data()[i]), image == 0 && row >= 2 && row <= 4 && col == 0) << i;
  }
}

TEST_F(Conv2d, BitsDependOnNeitherThreadsNorSlices) {
  for (const ConvGeometry& g :
       {valid(31, 31, 32, 32, 3, 3), same(20, 21, 3, 17, 3, 3), same(9, 9, 40, 70, 3, 3),
        same(3, 3, 700, 2, 9, 9), same(12, 12, 8, 9, 3, 3, 2, 2), same(2, 900, 40, 3, 3, 5),
        same(30, 40, 20, 1, 5, 5), same(9, 40, 500, 4, 3, 3)}) {
    const Index n = 5;
    const Shapes4 s = shapes(g, n);
    const Guarded x = Guarded::random(s.x, 1), kernel = Guarded::random(s.kernel, 2),
                  dy = Guarded::random(s.y, 3);
    const auto run = [&](int threads, Index slice, bool nested) {
      const Threads scope(threads);
      Guarded y(s.y), dx(s.x), dkernel(s.kernel);
      const auto part = [&](Index first, Index count) {
        conv2d<float>(g, x.in().samples(first, count), kernel.in(), {}, y.view().samples(first, count),
                      false);
        conv2d_dx<float>(g, dy.in().samples(first, count), kernel.in(), dx.view().samples(first, count));
      };
      if (nested)
        detail::parallel_chunks(n, slice, [&](Index first, Index last) { part(first, last - first); });
      else
        for (Index i = 0; i < n; i += slice) part(i, std::min(slice, n - i));
      if (nested)
        detail::parallel_for(2, [&](Index i) {
          if (i == 0) conv2d_dkernel<float>(g, x.in(), dy.in(), dkernel.view());
        });
      else
        conv2d_dkernel<float>(g, x.in(), dy.in(), dkernel.view());
      std::vector<float> all = y.values();
      for (const Guarded* more : {&dx, &dkernel})
        all.insert(all.end(), more->data(), more->data() + more->size());
      return all;
    };
    const std::vector<float> whole = run(1, n, false);
    for (const int threads : {1, 2, 3, 4})
      for (const Index slice : {1, 2, 5})
        for (const bool nested : {false, true})
          EXPECT_TRUE(run(threads, slice, nested) == whole)
              << text(g, n) << " threads " << threads << " slice " << slice << " nested " << nested;
  }
}

TEST_F(Conv2d, GradientsOfTheSlowTwins) {
  ConvGeometry grouped = same(5, 4, 4, 6, 3, 2, 2, 1);
  grouped.groups = 2;
  for (const ConvGeometry& g : {valid(5, 6, 2, 3, 3, 2), grouped, same(5, 6, 2, 3, 3, 3, 1, 2, 2, 1)}) {
    const Shapes4 s = shapes(g, 2);
    Doubles x(Guarded::random(s.x, 1)), kernel(Guarded::random(s.kernel, 2)), dy(Guarded::random(s.y, 3));
    Doubles y(s.y), dx(s.x), dkernel(s.kernel);
    const auto value = [&] {
      conv2d<double>(g, x.in(), kernel.in(), {}, y.view(), false);
      double sum = 0;
      for (std::size_t i = 0; i < y.numbers.size(); ++i) sum += y.numbers[i] * dy.numbers[i];
      return sum;
    };
    conv2d_dx<double>(g, dy.in(), kernel.in(), dx.view());
    conv2d_dkernel<double>(g, x.in(), dy.in(), dkernel.view());
    expect_gradient(x.numbers, dx.numbers, value, "dx");
    expect_gradient(kernel.numbers, dkernel.numbers, value, "dkernel");
  }
}

TEST_F(Conv2d, AnEmptyBatchDoesNothing) {
  const ConvGeometry g = valid(5, 5, 2, 3, 3, 3);
  Guarded x({0, 5, 5, 2}), kernel(Shape{3, 3, 2, 3}, 1.f), y({0, 3, 3, 3});
  conv2d<float>(g, x.in(), kernel.in(), {}, y.view(), false);
  conv2d_dx<float>(g, y.in(), kernel.in(), x.view());
  conv2d_dkernel<float>(g, x.in(), y.in(), kernel.view());
  for (const float v : kernel.values()) EXPECT_EQ(v, 1.f);
}

TEST_F(Conv2d, Messages) {
  const Guarded x({1, 5, 5, 2}), kernel(Shape{3, 3, 2, 3});
  Guarded y({1, 3, 3, 4});
  const auto message = [&](const ConvGeometry& g) {
    try {
      conv2d<float>(g, x.in(), kernel.in(), {}, y.view(), false);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  ConvGeometry g = valid(5, 5, 2, 3, 3, 3);
  EXPECT_EQ(message(g),
            "conv2d: the output side has 36 numbers; the geometry asks for 27. Make the view's shape follow "
            "from the "
            "geometry.");
  g.stride_h = 0;
  EXPECT_EQ(message(g), "conv2d: stride_h is 0; it must be at least 1. Check the geometry.");
  g.stride_h = 1, g.groups = 2;
  EXPECT_EQ(message(g),
            "conv2d: in_c = 2 and out_c = 3 must be multiples of groups = 2. Choose other groups.");
}
