#include "kernels/reference/conv3d.hpp"

#include "cornu/kernels/window.hpp"
#include "kernels/kernel_support.hpp"

namespace cornu {
namespace {
using kernels::Conv3DGeometry;
using test::Doubles;
using test::Guarded;

struct Row {
  Shape x;  // (n, depth, height, width, channels)
  Size3 kernel;
  Index filters;
  Size3 strides = 1;
  Padding padding = Padding::valid;
  Size3 dilation = 1;
  Index groups = 1;

  Conv3DGeometry geometry() const {
    const auto axis = [&](Index in, Index k, Index s, Index d) { return window_axis(in, k, s, d, padding); };
    const auto d = axis(x[1], kernel.d, strides.d, dilation.d),
               h = axis(x[2], kernel.h, strides.h, dilation.h),
               w = axis(x[3], kernel.w, strides.w, dilation.w);
    return {.plane = {.in_h = x[2],
                      .in_w = x[3],
                      .in_c = x[4],
                      .out_h = h.output,
                      .out_w = w.output,
                      .out_c = filters,
                      .kernel_h = kernel.h,
                      .kernel_w = kernel.w,
                      .stride_h = strides.h,
                      .stride_w = strides.w,
                      .dilation_h = dilation.h,
                      .dilation_w = dilation.w,
                      .pad_top = h.before,
                      .pad_left = w.before,
                      .groups = groups},
            .in_d = x[1],
            .out_d = d.output,
            .kernel_d = kernel.d,
            .stride_d = strides.d,
            .dilation_d = dilation.d,
            .pad_front = d.before};
  }
};

constexpr Padding same = Padding::same;
const Row kRows[] = {
    {{1, 1, 1, 1, 1}, 1, 1},
    {{2, 4, 3, 5, 2}, {3, 2, 1}, 3},
    {{2, 5, 4, 3, 3}, 3, 4, {2, 1, 3}, same},
    {{1, 7, 4, 4, 2}, {2, 3, 2}, 5, 1, same, {3, 1, 2}},
    {{2, 4, 3, 3, 6}, {2, 1, 2}, 9, 1, same, 1, 3},
    {{3, 6, 5, 4, 4}, {2, 2, 2}, 17, 2, Padding::valid, 1, 1},
    {{0, 3, 3, 3, 2}, 2, 3},
};

TEST(Conv3D, AgreesWithItsSlowTwin) {
  for (const Row& row : kRows)
    for (const int threads : {1, 3}) {
      SCOPED_TRACE(row.x.text());
      const test::Threads count(threads);
      const Conv3DGeometry g = row.geometry();
      const Shape y_shape{row.x[0], g.out_d, g.plane.out_h, g.plane.out_w, row.filters};
      const Shape k_shape{row.kernel.d, row.kernel.h, row.kernel.w, row.x[4] / row.groups, row.filters};
      const Guarded x = Guarded::random(row.x, 1), kernel = Guarded::random(k_shape, 2);
      const Guarded bias = Guarded::random({row.filters}, 3), dy = Guarded::random(y_shape, 4);
      Guarded y(y_shape, std::nanf("")), dx(row.x, std::nanf("")), dkernel(k_shape, 0.5f);
      Guarded scratch({kernels::conv3d_scratch(g, row.x[0])}, std::nanf(""));
      const Doubles x2(x), kernel2(kernel), bias2(bias), dy2(dy);
      Doubles y2(y_shape), dx2(row.x), dkernel2(dkernel);
      kernels::conv3d<float>(g, x.in(), kernel.in(), bias.in(), y.view(), false, scratch.data());
      kernels::conv3d_dx<float>(g, dy.in(), kernel.in(), dx.view(), scratch.data());
      kernels::conv3d_dkernel<float>(g, x.in(), dy.in(), dkernel.view(), scratch.data());
      kernels::reference::conv3d<double>(g, x2.in(), kernel2.in(), bias2.in(), y2.view());
      kernels::reference::conv3d_dx<double>(g, dy2.in(), kernel2.in(), dx2.view());
      kernels::reference::conv3d_dkernel<double>(g, x2.in(), dy2.in(), dkernel2.view());
      test::expect_close(y, y2, 1e-5, "y");
      test::expect_close(dx, dx2, 1e-5, "dx");
      test::expect_close(dkernel, dkernel2, 1e-5, "dkernel");
      EXPECT_TRUE(scratch.guards_untouched());
    }
}

TEST(Conv3D, ReluOfTheOutput) {
  const Row row{{2, 4, 3, 5, 2}, {3, 2, 1}, 3};
  const Conv3DGeometry g = row.geometry();
  const Shape y_shape{2, g.out_d, g.plane.out_h, g.plane.out_w, 3};
  const Guarded x = Guarded::random(row.x, 1), kernel = Guarded::random({3, 2, 1, 2, 3}, 2);
  Guarded y(y_shape), relu(y_shape), scratch({kernels::conv3d_scratch(g, 2)});
  kernels::conv3d<float>(g, x.in(), kernel.in(), {}, y.view(), false, scratch.data());
  kernels::conv3d<float>(g, x.in(), kernel.in(), {}, relu.view(), true, scratch.data());
  for (Index i = 0; i < y.size(); ++i) EXPECT_EQ(relu.data()[i], std::max(y.data()[i], 0.f)) << i;
}

}  // namespace
}  // namespace cornu
