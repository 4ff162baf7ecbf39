#include "cornu/core/error.hpp"
#include "cornu/kernels/conv.hpp"
#include "kernels/kernel_support.hpp"

using namespace cornu;
using namespace cornu::kernels;
using namespace cornu::test;

namespace {

Shape x_shape(const ConvGeometry& g, Index n) { return {n, g.in_h, g.in_w, g.in_c}; }
Shape y_shape(const ConvGeometry& g, Index n) { return {n, g.out_h, g.out_w, g.out_c}; }
Shape kernel_shape(const ConvGeometry& g) { return {g.kernel_h, g.kernel_w, g.in_c, g.out_c / g.in_c}; }

void check(const ConvGeometry& g, Index n, bool with_bias = true, bool relu = true) {
  const Guarded x = Guarded::random(x_shape(g, n), 1), kernel = Guarded::random(kernel_shape(g), 2),
                bias = Guarded::random({g.out_c}, 3), dy = Guarded::random(y_shape(g, n), 4);
  Guarded y(y_shape(g, n), NAN), dx(x_shape(g, n), NAN), dkernel = Guarded::random(kernel_shape(g), 5);
  const Doubles x2(x), kernel2(kernel), bias2(bias), dy2(dy);
  Doubles y2(y), dx2(dx), dkernel2(dkernel);
  depthwise_conv2d<float>(g, x.in(), kernel.in(), with_bias ? bias.in() : View<const float>{}, y.view(),
                          relu);
  depthwise_conv2d<double>(g, x2.in(), kernel2.in(), with_bias ? bias2.in() : View<const double>{}, y2.view(),
                           relu);
  expect_close(y, y2, 3e-6, "y");
  depthwise_conv2d_dx<float>(g, dy.in(), kernel.in(), dx.view());
  depthwise_conv2d_dx<double>(g, dy2.in(), kernel2.in(), dx2.view());
  expect_close(dx, dx2, 3e-6, "dx");
  depthwise_conv2d_dkernel<float>(g, x.in(), dy.in(), dkernel.view());
  depthwise_conv2d_dkernel<double>(g, x2.in(), dy2.in(), dkernel2.view());
  expect_close(dkernel, dkernel2, 3e-6, "dkernel");
}

const ConvGeometry kPlain{8, 9, 5, 6, 7, 5, 3, 3};
const ConvGeometry kSameStrided{8, 7, 6, 4, 4, 12, 3, 3, 2, 2, 1, 1, 0, 1, 1};
const ConvGeometry kDilated{9, 10, 3, 9, 10, 9, 3, 2, 1, 1, 2, 3, 2, 1, 1};
const ConvGeometry kStrideBeyondKernel{10, 11, 4, 4, 3, 4, 2, 2, 3, 4};
const ConvGeometry kLargeKernel{14, 13, 2, 14, 13, 2, 13, 13,
                                1,  1,  1, 1,  6,  6, 1};  // more taps than fit at once

}  // namespace

TEST(DepthwiseConv2d, AgainstTheSlowTwin) {
  for_each_isa([] {
    for (const Index in_c : {1, 3, 5, 8, 17, 32, 40})
      for (const Index multiplier : {1, 2, 3}) {
        ConvGeometry g = kPlain;
        g.in_c = in_c, g.out_c = in_c * multiplier;
        check(g, 2);
      }
    for (const ConvGeometry& g : {kSameStrided, kDilated, kStrideBeyondKernel, kLargeKernel}) check(g, 2);
    check(kPlain, 1, false, true);
    check(kPlain, 1, true, false);
  });
  check({3, 300, 2, 3, 300, 2, 1, 3, 1, 1, 1, 1, 0, 1, 1}, 1);  // a row longer than one list of pairs
}

TEST(DepthwiseConv2d, GradientsOfTheSlowTwins) {
  for (const ConvGeometry& g : {kSameStrided, kDilated}) {
    Doubles x(Guarded::random(x_shape(g, 1), 1)), kernel(Guarded::random(kernel_shape(g), 2)),
        dy(Guarded::random(y_shape(g, 1), 3));
    Doubles y(dy.shape), dx(x.shape), dkernel(kernel.shape);
    const auto value = [&] {
      depthwise_conv2d<double>(g, x.in(), kernel.in(), {}, y.view(), false);
      double sum = 0;
      for (std::size_t i = 0; i < y.numbers.size(); ++i) sum += y.numbers[i] * dy.numbers[i];
      return sum;
    };
    depthwise_conv2d_dx<double>(g, dy.in(), kernel.in(), dx.view());
    depthwise_conv2d_dkernel<double>(g, x.in(), dy.in(), dkernel.view());
    expect_gradient(x.numbers, dx.numbers, value, "dx");
    expect_gradient(kernel.numbers, dkernel.numbers, value, "dkernel");
  }
}

TEST(DepthwiseConv2d, BitsDependOnNeitherThreadsNorSlices) {
  ConvGeometry g = kPlain;
  g.in_c = g.out_c = 70;
  const Guarded x = Guarded::random(x_shape(g, 4), 1), kernel = Guarded::random(kernel_shape(g), 2),
                dy = Guarded::random(y_shape(g, 4), 3);
  const auto run = [&](int threads, Index slice) {
    const Threads scope(threads);
    Guarded y(y_shape(g, 4)), dx(x_shape(g, 4)), dkernel(kernel_shape(g));
    for (Index i = 0; i < 4; i += slice) {
      depthwise_conv2d<float>(g, x.in().samples(i, slice), kernel.in(), {}, y.view().samples(i, slice),
                              false);
      depthwise_conv2d_dx<float>(g, dy.in().samples(i, slice), kernel.in(), dx.view().samples(i, slice));
    }
    depthwise_conv2d_dkernel<float>(g, x.in(), dy.in(), dkernel.view());
    std::vector<float> all = y.values();
    for (const Guarded* more : {&dx, &dkernel})
      all.insert(all.end(), more->data(), more->data() + more->size());
    return all;
  };
  const std::vector<float> whole = run(1, 4);
  for (const int threads : {2, 3, 4})
    for (const Index slice : {1, 2, 4}) EXPECT_TRUE(run(threads, slice) == whole) << threads << " " << slice;
}

TEST(DepthwiseConv2d, Messages) {
  ConvGeometry g = kPlain;
  g.out_c = 7;
  const Guarded x(x_shape(g, 1)), kernel({3, 3, 7});
  Guarded y(y_shape(g, 1));
  try {
    depthwise_conv2d<float>(g, x.in(), kernel.in(), {}, y.view(), false);
    FAIL();
  } catch (const ValueError& e) {
    EXPECT_STREQ(
        e.what(),
        "depthwise_conv2d: groups is 1, in_c 5 and out_c 7; groups must be 1 and out_c a multiple of in_c. "
        "Check the geometry.");
  }
}

TEST(AddColumnSums, AgainstTheSlowTwin) {
  for_each_isa([] {
    for (const Index channels : {1, 3, 5, 8, 17, 32, 50})
      for (const Index rows : {1, 2, 127, 128, 129, 300}) {
        const Guarded dy = Guarded::random({rows, channels}, 1);
        Guarded sums = Guarded::random({channels}, 2);
        const Doubles dy2(dy);
        Doubles sums2(sums);
        add_column_sums<float>(dy.in(), sums.view());
        add_column_sums<double>(dy2.in(), sums2.view());
        expect_close(sums, sums2, 1e-6, std::to_string(rows) + " x " + std::to_string(channels), 5.0);
      }
  });
  const Guarded dy(Shape{2, 3});
  Guarded sums({2});
  EXPECT_THROW(add_column_sums<float>(dy.in(), sums.view()), ShapeError);
}
