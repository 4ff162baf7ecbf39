#include "cornu/kernels/conv3d.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace cornu::kernels {

namespace {
Index kernel_values(const Conv3DGeometry& g) {
  const ConvGeometry& p = g.plane;
  return g.kernel_d * p.kernel_h * p.kernel_w * (p.in_c / p.groups) * p.out_c;
}
Index plane_pixels(const Conv3DGeometry& g) { return g.plane.in_h * g.plane.in_w; }

/// The 2D convolution of unfolded volumes, (n out_d, in_h, in_w, groups, kernel_d, channels of a group).
ConvGeometry unfolded_geometry(const Conv3DGeometry& g) {
  ConvGeometry plane = g.plane;
  plane.in_c *= g.kernel_d;
  return plane;
}
template <class T>
View<T> unfolded(const Conv3DGeometry& g, Index n, T* memory) {
  return {memory, Shape{n * g.out_d, g.plane.in_h, g.plane.in_w, g.kernel_d * g.plane.in_c}};
}
template <class T>
View<T> planes(const View<T>& y) {
  return y.reshaped(Shape{y.shape[0] * y.shape[1], y.shape[2], y.shape[3], y.shape[4]});
}

/// body(output plane, tap) for each output plane that sees plane d of a sample, and the tap it sees it with.
template <class Body>
void each_sight(const Conv3DGeometry& g, Index sample, Index d, const Body& body) {
  for (Index k = 0; k < g.kernel_d; ++k) {
    const Index at = d + g.pad_front - k * g.dilation_d;
    if (at < 0 || at % g.stride_d != 0 || at / g.stride_d >= g.out_d) continue;
    body(sample * g.out_d + at / g.stride_d, k);
  }
}

/// visit(first value of a group's channels in x, in the unfolded volume, channels) for every pixel of a plane
/// of x, as tap k of output plane `out`.
template <class Visit>
void each_pixel(const Conv3DGeometry& g, Index plane, Index out, Index k, const Visit& visit) {
  const Index groups = g.plane.groups, channels = g.plane.in_c / groups, pixels = plane_pixels(g);
  for (Index i = 0; i < pixels; ++i)
    for (Index group = 0; group < groups; ++group)
      visit((plane * pixels + i) * g.plane.in_c + group * channels,
            (((out * pixels + i) * groups + group) * g.kernel_d + k) * channels, channels);
}

template <class T>
void unfold(const Conv3DGeometry& g, View<const T> x, T* to) {
  detail::parallel_for(x.shape[0] * g.out_d, [&](Index out) {
    for (Index k = 0; k < g.kernel_d; ++k) {
      const Index d = out % g.out_d * g.stride_d + k * g.dilation_d - g.pad_front;
      if (d < 0 || d >= g.in_d) {
        each_pixel(g, 0, out, k, [&](Index, Index at, Index c) { std::fill(to + at, to + at + c, T(0)); });
        continue;
      }
      each_pixel(g, out / g.out_d * g.in_d + d, out, k, [&](Index from, Index at, Index c) {
        std::copy(x.data + from, x.data + from + c, to + at);
      });
    }
  });
}

/// The gradient of unfold: each plane of dx is the sum of what the output planes saw of it.
template <class T>
void fold(const Conv3DGeometry& g, const T* from, View<T> dx) {
  const Index size = plane_pixels(g) * g.plane.in_c;
  detail::parallel_for(dx.shape[0] * g.in_d, [&](Index plane) {
    std::fill(dx.data + plane * size, dx.data + (plane + 1) * size, T(0));
    each_sight(g, plane / g.in_d, plane % g.in_d, [&](Index out, Index k) {
      each_pixel(g, plane, out, k, [&](Index to, Index at, Index c) {
        for (Index i = 0; i < c; ++i) dx[to + i] += from[at + i];
      });
    });
  });
}

/// body(values in the kernel, values in the kernel of the 2D convolution, how many) for each tap.
template <class Body>
void each_tap(const Conv3DGeometry& g, const Body& body) {
  const Index taps = g.plane.kernel_h * g.plane.kernel_w;
  const Index width = kernel_values(g) / (g.kernel_d * taps);
  for (Index d = 0; d < g.kernel_d; ++d)
    for (Index t = 0; t < taps; ++t) body((d * taps + t) * width, (t * g.kernel_d + d) * width, width);
}
template <class T>
View<const T> plane_kernel(const Conv3DGeometry& g, View<const T> kernel, T* memory) {
  each_tap(g, [&](Index from, Index to, Index n) {
    std::copy(kernel.data + from, kernel.data + from + n, memory + to);
  });
  return {memory, Shape{kernel.size()}};
}
}  // namespace

Index conv3d_scratch(const Conv3DGeometry& g, Index n) {
  return kernel_values(g) + n * g.out_d * plane_pixels(g) * g.kernel_d * g.plane.in_c;
}

template <class T>
void conv3d(const Conv3DGeometry& g, View<const T> x, View<const T> kernel, View<const T> bias, View<T> y,
            bool relu, T* scratch) {
  const View<const T> flat = plane_kernel(g, kernel, scratch);
  const View<T> seen = unfolded(g, x.shape[0], scratch + flat.size());
  unfold(g, x, seen.data);
  conv2d<T>(unfolded_geometry(g), seen, flat, bias, planes(y), relu);
}

template <class T>
void conv3d_dx(const Conv3DGeometry& g, View<const T> dy, View<const T> kernel, View<T> dx, T* scratch) {
  const View<const T> flat = plane_kernel(g, kernel, scratch);
  const View<T> seen = unfolded(g, dx.shape[0], scratch + flat.size());
  conv2d_dx<T>(unfolded_geometry(g), planes(dy), flat, seen);
  fold<T>(g, seen.data, dx);
}

template <class T>
void conv3d_dkernel(const Conv3DGeometry& g, View<const T> x, View<const T> dy, View<T> dkernel, T* scratch) {
  const View<T> flat(scratch, Shape{dkernel.size()});
  const View<T> seen = unfolded(g, x.shape[0], scratch + flat.size());
  std::fill(flat.begin(), flat.end(), T(0));
  unfold(g, x, seen.data);
  conv2d_dkernel<T>(unfolded_geometry(g), seen, planes(dy), flat);
  each_tap(g, [&](Index to, Index from, Index n) {
    for (Index i = 0; i < n; ++i) dkernel[to + i] += flat[from + i];
  });
}

template void conv3d(const Conv3DGeometry&, View<const float>, View<const float>, View<const float>,
                     View<float>, bool, float*);
template void conv3d_dx(const Conv3DGeometry&, View<const float>, View<const float>, View<float>, float*);
template void conv3d_dkernel(const Conv3DGeometry&, View<const float>, View<const float>, View<float>,
                             float*);
template void conv3d(const Conv3DGeometry&, View<const double>, View<const double>, View<const double>,
                     View<double>, bool, double*);
template void conv3d_dx(const Conv3DGeometry&, View<const double>, View<const double>, View<double>, double*);
template void conv3d_dkernel(const Conv3DGeometry&, View<const double>, View<const double>, View<double>,
                             double*);

}  // namespace cornu::kernels
