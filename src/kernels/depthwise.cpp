#include <algorithm>
#include <array>

#include "core/parallel.hpp"
#include "cornu/core/error.hpp"
#include "cornu/kernels/conv.hpp"
#include "kernels/channels.hpp"
#include "kernels/conv_check.hpp"
#include "kernels/reference/depthwise.hpp"

namespace cornu::kernels {

namespace {

/// Pairs of channel rows whose products are summed.
struct Pairs {
  static constexpr Index kMost = 128;
  std::array<const float*, std::size_t(kMost)> a, b;
  Index count = 0;

  void add(const float* left, const float* right) {
    a[std::size_t(count)] = left;
    b[std::size_t(count)] = right;
    ++count;
  }
};

/// How the channels of a pair meet when each input channel has `multiplier` output channels.
enum class Meet { few_times_many, many_times_many_to_few };

/// The same sums as ChannelOps::sum_products for multiplier > 1, in plain loops. With few_times_many, a has
/// the input channels and out the output channels; with many_times_many_to_few, out has the input channels.
void sum_products(const ChannelOps& ops, Meet meet, const Pairs& p, Index in_c, Index multiplier, float* out,
                  bool accumulate, const float* bias, bool relu) {
  if (multiplier == 1)
    return ops.sum_products(p.count, p.a.data(), p.b.data(), in_c, out, accumulate, bias, relu);
  for (Index c = 0; c < in_c; ++c) {
    float few = accumulate && meet != Meet::few_times_many ? out[c] : 0.f;
    for (Index o = c * multiplier; o < (c + 1) * multiplier; ++o) {
      float sum = 0.f;
      for (std::size_t t = 0; t < std::size_t(p.count); ++t)
        sum += p.a[t][meet == Meet::few_times_many ? c : o] * p.b[t][o];
      few += sum;
      if (meet != Meet::few_times_many) continue;
      if (accumulate) sum += out[o];
      if (bias) sum += bias[o];
      out[o] = relu && sum < 0.f ? 0.f : sum;
    }
    if (meet != Meet::few_times_many) out[c] = few;
  }
}

struct Problem {
  const ConvGeometry& g;
  const ChannelOps& ops;
  Index multiplier;
  const float *x, *kernel, *dy;
  float *y, *dx, *dkernel;
  const float* bias;
  bool relu;
};

const float* pixel(const float* map, Index image, Index h, Index w, Index channels, Index y, Index x) {
  return map + ((image * h + y) * w + x) * channels;
}

/// One output pixel: the taps inside the image.
void forward_pixel(const Problem& p, Index image, Index y, Index x) {
  const ConvGeometry& g = p.g;
  Pairs pairs;
  bool more = false;
  float* out = p.y + ((image * g.out_h + y) * g.out_w + x) * g.out_c;
  for (Index ky = 0; ky < g.kernel_h; ++ky)
    for (Index kx = 0; kx < g.kernel_w; ++kx) {
      const Index row = y * g.stride_h + ky * g.dilation_h - g.pad_top;
      const Index col = x * g.stride_w + kx * g.dilation_w - g.pad_left;
      if (row < 0 || row >= g.in_h || col < 0 || col >= g.in_w) continue;
      if (pairs.count == Pairs::kMost) {
        sum_products(p.ops, Meet::few_times_many, pairs, g.in_c, p.multiplier, out, more, nullptr, false);
        more = true;
        pairs.count = 0;
      }
      pairs.add(pixel(p.x, image, g.in_h, g.in_w, g.in_c, row, col),
                p.kernel + (ky * g.kernel_w + kx) * g.out_c);
    }
  sum_products(p.ops, Meet::few_times_many, pairs, g.in_c, p.multiplier, out, more, p.bias, p.relu);
}

/// One input pixel: the taps through which an output pixel saw it.
void dx_pixel(const Problem& p, Index image, Index row, Index col) {
  const ConvGeometry& g = p.g;
  Pairs pairs;
  bool more = false;
  float* out = p.dx + ((image * g.in_h + row) * g.in_w + col) * g.in_c;
  for (Index ky = 0; ky < g.kernel_h; ++ky) {
    const Index y = row + g.pad_top - ky * g.dilation_h;
    if (y < 0 || y % g.stride_h != 0 || y / g.stride_h >= g.out_h) continue;
    for (Index kx = 0; kx < g.kernel_w; ++kx) {
      const Index x = col + g.pad_left - kx * g.dilation_w;
      if (x < 0 || x % g.stride_w != 0 || x / g.stride_w >= g.out_w) continue;
      if (pairs.count == Pairs::kMost) {
        sum_products(p.ops, Meet::many_times_many_to_few, pairs, g.in_c, p.multiplier, out, more, nullptr,
                     false);
        more = true;
        pairs.count = 0;
      }
      pairs.add(pixel(p.dy, image, g.out_h, g.out_w, g.out_c, y / g.stride_h, x / g.stride_w),
                p.kernel + (ky * g.kernel_w + kx) * g.out_c);
    }
  }
  sum_products(p.ops, Meet::many_times_many_to_few, pairs, g.in_c, p.multiplier, out, more, nullptr, false);
}

/// One output row's share in the gradient of input channels c .. c + channels - 1.
void dkernel_row(const Problem& p, Index image, Index y, Index c, Index channels) {
  const ConvGeometry& g = p.g;
  for (Index ky = 0; ky < g.kernel_h; ++ky) {
    const Index row = y * g.stride_h + ky * g.dilation_h - g.pad_top;
    if (row < 0 || row >= g.in_h) continue;
    for (Index kx = 0; kx < g.kernel_w; ++kx) {
      float* out = p.dkernel + (ky * g.kernel_w + kx) * g.out_c + c * p.multiplier;
      for (Index first = 0; first < g.out_w; first += Pairs::kMost) {
        Pairs pairs;
        for (Index x = first; x < std::min(first + Pairs::kMost, g.out_w); ++x) {
          const Index col = x * g.stride_w + kx * g.dilation_w - g.pad_left;
          if (col < 0 || col >= g.in_w) continue;
          pairs.add(pixel(p.x, image, g.in_h, g.in_w, g.in_c, row, col) + c,
                    pixel(p.dy, image, g.out_h, g.out_w, g.out_c, y, x) + c * p.multiplier);
        }
        sum_products(p.ops, Meet::few_times_many, pairs, channels, p.multiplier, out, true, nullptr, false);
      }
    }
  }
}

/// body(image, row, column) for all pixels, rows of some 64 KiB a task.
template <class Body>
void for_each_pixel(Index n, Index h, Index w, Index channels, const Body& body) {
  const Index chunk = std::max<Index>(1, detail::kElementChunk / (w * channels));
  detail::parallel_chunks(n * h, chunk, [&](Index first, Index last) {
    for (Index row = first; row < last; ++row)
      for (Index x = 0; x < w; ++x) body(row / h, row % h, x);
  });
}

/// Checks everything, and returns the batch size.
Index check(std::string_view who, const ConvGeometry& g, Index n, Index x_size, Index y_size,
            Index kernel_size) {
  check_maps(who, g, n, x_size, y_size);
  if (g.groups != 1 || g.out_c % g.in_c != 0)
    throw ValueError(detail::concat(who, ": groups is ", g.groups, ", in_c ", g.in_c, " and out_c ", g.out_c,
                                    "; groups must be 1 and out_c a multiple of in_c. Check the geometry."));
  check_size(who, "kernel", kernel_size, g.kernel_h * g.kernel_w * g.out_c);
  return n;
}

}  // namespace

template <class T>
void depthwise_conv2d(const ConvGeometry& g, View<const T> x, View<const T> kernel, View<const T> bias,
                      View<T> y, bool relu) {
  const Index n = check("depthwise_conv2d", g, batch_of(x), x.size(), y.size(), kernel.size());
  if (bias) check_size("depthwise_conv2d", "bias", bias.size(), g.out_c);
  if constexpr (std::is_same_v<T, float>) {
    const Problem p{g,      channel_ops(), g.out_c / g.in_c, x.data,    kernel.data, nullptr,
                    y.data, nullptr,       nullptr,          bias.data, relu};
    for_each_pixel(n, g.out_h, g.out_w, g.out_c,
                   [&](Index i, Index row, Index col) { forward_pixel(p, i, row, col); });
  } else {
    reference::depthwise_conv2d(g, x, kernel, bias, y, relu);
  }
}

template <class T>
void depthwise_conv2d_dx(const ConvGeometry& g, View<const T> dy, View<const T> kernel, View<T> dx) {
  const Index n = check("depthwise_conv2d_dx", g, batch_of(dx), dx.size(), dy.size(), kernel.size());
  if constexpr (std::is_same_v<T, float>) {
    const Problem p{g,       channel_ops(), g.out_c / g.in_c, nullptr, kernel.data, dy.data,
                    nullptr, dx.data,       nullptr,          nullptr, false};
    for_each_pixel(n, g.in_h, g.in_w, g.out_c,
                   [&](Index i, Index row, Index col) { dx_pixel(p, i, row, col); });
  } else {
    reference::depthwise_conv2d_dx(g, dy, kernel, dx);
  }
}

template <class T>
void depthwise_conv2d_dkernel(const ConvGeometry& g, View<const T> x, View<const T> dy, View<T> dkernel) {
  const Index n = check("depthwise_conv2d_dkernel", g, batch_of(x), x.size(), dy.size(), dkernel.size());
  if constexpr (std::is_same_v<T, float>) {
    const Problem p{g,       channel_ops(), g.out_c / g.in_c, x.data,  nullptr, dy.data,
                    nullptr, nullptr,       dkernel.data,     nullptr, false};
    const Index chunk = dy.size() < detail::kElementChunk ? g.in_c : 32;
    detail::parallel_chunks(g.in_c, chunk, [&](Index first, Index last) {
      for (Index i = 0; i < n; ++i)
        for (Index y = 0; y < g.out_h; ++y) dkernel_row(p, i, y, first, last - first);
    });
  } else {
    reference::depthwise_conv2d_dkernel(g, x, dy, dkernel);
  }
}

template void depthwise_conv2d(const ConvGeometry&, View<const float>, View<const float>, View<const float>,
                               View<float>, bool);
template void depthwise_conv2d(const ConvGeometry&, View<const double>, View<const double>,
                               View<const double>, View<double>, bool);
template void depthwise_conv2d_dx(const ConvGeometry&, View<const float>, View<const float>, View<float>);
template void depthwise_conv2d_dx(const ConvGeometry&, View<const double>, View<const double>, View<double>);
template void depthwise_conv2d_dkernel(const ConvGeometry&, View<const float>, View<const float>,
                                       View<float>);
template void depthwise_conv2d_dkernel(const ConvGeometry&, View<const double>, View<const double>,
                                       View<double>);

}  // namespace cornu::kernels
