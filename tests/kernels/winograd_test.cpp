#include "../../benchmarks/shapes.hpp"

#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cornu/core/math_mode.hpp"
#include "cornu/kernels/conv.hpp"
#include "kernels/kernel_support.hpp"

using namespace cornu;
using namespace cornu::kernels;
using namespace cornu::test;

namespace {

/// A stride 1 convolution with so many zeros around the image on top and left, and what is left at the end.
ConvGeometry geometry(Index h, Index w, Index in_c, Index out_c, Index kernel, Index pad, Index pad_end) {
  const auto out = [&](Index in) { return in + pad + pad_end - kernel + 1; };
  return {h, w, in_c, out(h), out(w), out_c, kernel, kernel, 1, 1, 1, 1, pad, pad};
}

std::vector<float> workspace(const ConvGeometry& g) {
  return std::vector<float>(std::size_t(conv2d_workspace(g)), NAN);
}

struct Results {
  Guarded y, dx, dkernel;
};

Results run(const ConvGeometry& g, Index n, const Guarded& x, const Guarded& kernel, const Guarded& bias,
            const Guarded& dy, bool relu) {
  std::vector<float> memory = workspace(g);
  Results r{Guarded({n, g.out_h, g.out_w, g.out_c}, NAN), Guarded({n, g.in_h, g.in_w, g.in_c}, NAN),
            Guarded::random(kernel.in().shape, 5)};
  conv2d<float>(g, x.in(), kernel.in(), bias.in(), r.y.view(), relu, std::span(memory));
  conv2d_dx<float>(g, dy.in(), kernel.in(), r.dx.view(), std::span(memory));
  conv2d_dkernel<float>(g, x.in(), dy.in(), r.dkernel.view());
  return r;
}

/// The three directions against their slow twins in double.
void check(const ConvGeometry& g, Index n, bool relu = true) {
  const std::string what =
      Shape{n, g.in_h, g.in_w, g.in_c}.text() + " to " + Shape{g.out_h, g.out_w, g.out_c}.text();
  ASSERT_GT(conv2d_workspace(g), 0) << what << " does not run by Winograd's algorithm";
  const Guarded x = Guarded::random({n, g.in_h, g.in_w, g.in_c}, 1),
                kernel = Guarded::random({g.kernel_h, g.kernel_w, g.in_c, g.out_c}, 2),
                bias = Guarded::random({g.out_c}, 3), dy = Guarded::random({n, g.out_h, g.out_w, g.out_c}, 4);
  const Results r = run(g, n, x, kernel, bias, dy, relu);
  Doubles y(dy.in().shape), dx(x.in().shape), dkernel(Guarded::random(kernel.in().shape, 5));
  const Doubles bias2(bias), x2(x), kernel2(kernel), dy2(dy);
  conv2d<double>(g, x2.in(), kernel2.in(), bias2.in(), y.view(), relu);
  conv2d_dx<double>(g, dy2.in(), kernel2.in(), dx.view());
  conv2d_dkernel<double>(g, x2.in(), dy2.in(), dkernel.view());
  expect_close(r.y, y, 1e-5, what + " y");
  expect_close(r.dx, dx, 1e-5, what + " dx");
  expect_close(r.dkernel, dkernel, 1e-5, what + " dkernel");
}

}  // namespace

TEST(Winograd, ChannelCounts) {
  for_each_isa([] {
    for (const Index in_c : {16, 17, 31, 64})
      for (const Index out_c : {16, 23, 33, 48}) check(geometry(14, 15, in_c, out_c, 3, 1, 1), 2);
  });
}

TEST(Winograd, MoreChannelsThanABlockHolds) {
  for_each_isa([] { check(geometry(13, 13, 331, 163, 3, 1, 1), 1, false); });
}

TEST(Winograd, SizesAndPaddings) {
  for_each_isa([] {
    for (const Index size : {13, 16, 19})
      for (const Index pad : {0, 1, 2})
        for (const Index end : {0, 1, 2})
          if (size + pad + end >= 15) check(geometry(size, size + 3, 17, 18, 3, pad, end), 2);
  });
}

TEST(Winograd, FourByFourKernels) {
  for_each_isa([] {
    for (const Index size : {10, 12, 16, 17})
      for (const Index pad : {0, 1, 3})
        if (size + pad >= 12) check(geometry(size + 2, size, 19, 37, 4, pad, 2), 2, false);
  });
}

TEST(Winograd, ShapesOfKnownNetworks) {
  for (const benchmarks::NamedConv& named : benchmarks::kConvs) {
    SCOPED_TRACE(named.name);
    const ConvGeometry& g = named.geometry;
    // The slow twin takes long: the larger images as one cut out of them.
    if (conv2d_workspace(g) == 0 || g.in_h * g.in_c * g.out_c > 200'000) continue;
    check(g, 2);
  }
}

TEST(Winograd, SameBitsForAnyThreadsAndSlices) {
  // One picture has 30 tiles, which go through the kernel at once; five have several blocks, and their 301
  // channels several steps and turns.
  for (const auto& [in_c, out_c] : {std::pair<Index, Index>{40, 72}, {301, 139}, {17, 301}}) {
    SCOPED_TRACE(std::to_string(in_c) + " to " + std::to_string(out_c));
    const ConvGeometry g = geometry(18, 21, in_c, out_c, 3, 1, 1);
    const Index n = 5;
    const Guarded x = Guarded::random({n, 18, 21, in_c}, 1), kernel = Guarded::random({3, 3, in_c, out_c}, 2),
                  bias = Guarded::random({out_c}, 3), dy = Guarded::random({n, 18, 21, out_c}, 4);
    set_num_threads(1);
    const Results one = run(g, n, x, kernel, bias, dy, true);
    for (const int threads : {2, 3, 4}) {
      set_num_threads(threads);
      const Results more = run(g, n, x, kernel, bias, dy, true);
      EXPECT_EQ(one.y.values(), more.y.values());
      EXPECT_EQ(one.dx.values(), more.dx.values());
      EXPECT_EQ(one.dkernel.values(), more.dkernel.values());
    }
    std::vector<float> memory = workspace(g);
    for (const int threads : {1, 3}) {
      set_num_threads(threads);
      Guarded y(dy.in().shape, NAN), dx(x.in().shape, NAN);
      for (Index i = 0; i < n; ++i) {
        conv2d<float>(g, x.in().samples(i, 1), kernel.in(), bias.in(), y.view().samples(i, 1), true,
                      std::span(memory));
        conv2d_dx<float>(g, dy.in().samples(i, 1), kernel.in(), dx.view().samples(i, 1), std::span(memory));
      }
      EXPECT_EQ(one.y.values(), y.values());
      EXPECT_EQ(one.dx.values(), dx.values());
    }
    set_num_threads(1);
  }
}

TEST(Winograd, StrictMathAndShortWorkspaceLeaveItOut) {
  const ConvGeometry g = geometry(16, 16, 32, 32, 3, 1, 1);
  const Guarded x = Guarded::random({1, 16, 16, 32}, 1), kernel = Guarded::random({3, 3, 32, 32}, 2),
                bias = Guarded::random({32}, 3), dy = Guarded::random({1, 16, 16, 32}, 4);
  const Results fast = run(g, 1, x, kernel, bias, dy, true);
  set_math_mode(MathMode::strict);
  const Results strict = run(g, 1, x, kernel, bias, dy, true);
  set_math_mode(MathMode::fast);
  EXPECT_NE(fast.y.values(), strict.y.values());
  EXPECT_NE(fast.dx.values(), strict.dx.values());
  EXPECT_NE(fast.dkernel.values(), strict.dkernel.values());
  Guarded y({1, 16, 16, 32}, NAN);
  conv2d<float>(g, x.in(), kernel.in(), bias.in(), y.view(), true);
  EXPECT_EQ(y.values(), strict.y.values());
}

TEST(Winograd, NansStayWhereTheyAre) {
  const ConvGeometry g = geometry(16, 16, 16, 16, 3, 1, 1);
  Guarded x = Guarded::random({1, 16, 16, 16}, 1);
  x.data()[0] = NAN;  // of the first tile
  const Guarded kernel = Guarded::random({3, 3, 16, 16}, 2), bias({16});
  std::vector<float> memory = workspace(g);
  Guarded y({1, 16, 16, 16}, 0.f);
  conv2d<float>(g, x.in(), kernel.in(), bias.in(), y.view(), true, std::span(memory));
  EXPECT_TRUE(std::isnan(y.data()[0]));
  EXPECT_TRUE(std::isfinite(y.data()[y.size() - 1]));
}
