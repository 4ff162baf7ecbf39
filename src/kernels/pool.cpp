#include "cornu/kernels/pool.hpp"

#include <algorithm>
#include <cstring>

#include "core/parallel.hpp"
#include "cornu/core/error.hpp"
#include "kernels/channels.hpp"
#include "kernels/conv_check.hpp"
#include "kernels/reference/pool.hpp"

namespace cornu::kernels {

std::uint32_t read_position(const std::uint8_t* from, Index bytes) {
  if (bytes == 1) return *from;
  if (bytes == 2) {
    std::uint16_t position;
    std::memcpy(&position, from, 2);
    return position;
  }
  std::uint32_t position;
  std::memcpy(&position, from, 4);
  return position;
}

void write_position(std::uint8_t* to, Index bytes, std::uint32_t position) {
  const auto byte = static_cast<std::uint8_t>(position);
  const auto two = static_cast<std::uint16_t>(position);
  if (bytes == 1)
    *to = byte;
  else if (bytes == 2)
    std::memcpy(to, &two, 2);
  else
    std::memcpy(to, &position, 4);
}

Index max_pool2d_argmax_bytes(const PoolGeometry& g) {
  const Index cells = g.pool_h * g.pool_w;
  return cells <= 256 ? 1 : cells <= 65536 ? 2 : 4;
}

namespace {

void check_axis(std::string_view who, const char* axis, Index in, Index out, Index pool, Index stride,
                Index pad) {
  if (in < 1 || out < 1 || pool < 1 || stride < 1 || pad < 0)
    throw ValueError(detail::concat(who, ": ", axis, ": input ", in, ", output ", out, ", window ", pool,
                                    ", stride ", stride, ", padding ", pad,
                                    "; all but the padding must be at least 1. Check the geometry."));
  if (pad >= pool || (out - 1) * stride - pad >= in)
    throw ValueError(detail::concat(who, ": ", axis, ": with input ", in, ", output ", out, ", window ", pool,
                                    ", stride ", stride, " and padding ", pad,
                                    " a window lies wholly outside. Use fewer outputs or less padding."));
}

Index check_pool(std::string_view who, const PoolGeometry& g, Index n, Index x_size, Index y_size) {
  check_axis(who, "height", g.in_h, g.out_h, g.pool_h, g.stride_h, g.pad_top);
  check_axis(who, "width", g.in_w, g.out_w, g.pool_w, g.stride_w, g.pad_left);
  if (g.channels < 1)
    throw ValueError(
        detail::concat(who, ": channels is ", g.channels, "; it must be at least 1. Check the geometry."));
  check_size(who, "the input side", x_size, n * g.in_h * g.in_w * g.channels);
  check_size(who, "the output side", y_size, n * g.out_h * g.out_w * g.channels);
  return n;
}

/// visit(window, x position, y position) for each output pixel of one output row of one image.
template <class Visit>
void for_each_pixel(const PoolGeometry& g, Index image, Index y, const Visit& visit) {
  const Index row = y * g.stride_h - g.pad_top, top = std::max<Index>(row, 0);
  const Index rows = std::min(row + g.pool_h, g.in_h) - top;
  for (Index x = 0; x < g.out_w; ++x) {
    const Index col = x * g.stride_w - g.pad_left, left = std::max<Index>(col, 0);
    const Index cols = std::min(col + g.pool_w, g.in_w) - left;
    const Window window{rows,    cols, g.in_w * g.channels, g.channels, (top - row) * g.pool_w + left - col,
                        g.pool_w};
    visit(window, ((image * g.in_h + top) * g.in_w + left) * g.channels,
          ((image * g.out_h + y) * g.out_w + x) * g.channels);
  }
}

/// The same for all output rows of n images, rows of about 64 KiB of input a task.
template <class Visit>
void for_each_window(const PoolGeometry& g, Index n, const Visit& visit) {
  const Index chunk = std::max<Index>(1, detail::kElementChunk / (g.stride_h * g.in_w * g.channels));
  detail::parallel_chunks(n * g.out_h, chunk, [&](Index first, Index last) {
    for (Index row = first; row < last; ++row) for_each_pixel(g, row / g.out_h, row % g.out_h, visit);
  });
}

/// A gradient: visit(window, dx position, dy position, accumulate) for all windows. Windows that touch no
/// common cell and leave none out are written at once; else the image starts at zero and windows are added.
template <class Visit>
void for_each_gradient(const PoolGeometry& g, Index n, float* dx, const Visit& visit) {
  const bool apart = g.stride_h == g.pool_h && g.stride_w == g.pool_w && g.pad_top == 0 && g.pad_left == 0;
  const Index row_size = g.in_w * g.channels;
  const Index bottom = std::min(g.in_h, g.out_h * g.pool_h), right = std::min(g.in_w, g.out_w * g.pool_w);
  const auto one = [&](Index i) {
    float* image = dx + i * g.in_h * row_size;
    if (!apart) std::fill(image, image + g.in_h * row_size, 0.f);
    for (Index y = 0; y < g.out_h; ++y)
      for_each_pixel(g, i, y, [&](const Window& w, Index ix, Index iy) { visit(w, ix, iy, !apart); });
    if (!apart) return;
    if (right < g.in_w)
      for (Index y = 0; y < bottom; ++y)
        std::fill(image + y * row_size + right * g.channels, image + (y + 1) * row_size, 0.f);
    std::fill(image + bottom * row_size, image + g.in_h * row_size, 0.f);
  };
  const Index chunk = std::max<Index>(1, detail::kElementChunk / (g.in_h * row_size));
  detail::parallel_chunks(n, chunk, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) one(i);
  });
}

}  // namespace

template <class T>
void max_pool2d(const PoolGeometry& g, View<const T> x, View<T> y, std::uint8_t* argmax) {
  const Index n = check_pool("max_pool2d", g, batch_of(x), x.size(), y.size());
  if (n == 0) return;
  if constexpr (std::is_same_v<T, float>) {
    const ChannelOps& ops = channel_ops();
    const Index bytes = max_pool2d_argmax_bytes(g);
    for_each_window(g, n, [&](const Window& w, Index ix, Index iy) {
      ops.max_window(w, x.data + ix, g.channels, y.data + iy, argmax ? argmax + iy * bytes : nullptr, bytes);
    });
  } else {
    reference::max_pool2d(g, x, y, argmax);
  }
}

template <class T>
void max_pool2d_grad(const PoolGeometry& g, const std::uint8_t* argmax, View<const T> dy, View<T> dx) {
  const Index n = check_pool("max_pool2d_grad", g, batch_of(dx), dx.size(), dy.size());
  if (n == 0) return;
  if constexpr (std::is_same_v<T, float>) {
    const ChannelOps& ops = channel_ops();
    const Index bytes = max_pool2d_argmax_bytes(g);
    for_each_gradient(g, n, dx.data, [&](const Window& w, Index ix, Index iy, bool accumulate) {
      ops.max_window_grad(w, argmax + iy * bytes, bytes, dy.data + iy, g.channels, dx.data + ix, accumulate);
    });
  } else {
    reference::max_pool2d_grad(g, argmax, dy, dx);
  }
}

template <class T>
void average_pool2d(const PoolGeometry& g, View<const T> x, View<T> y) {
  const Index n = check_pool("average_pool2d", g, batch_of(x), x.size(), y.size());
  if (n == 0) return;
  if constexpr (std::is_same_v<T, float>) {
    const ChannelOps& ops = channel_ops();
    for_each_window(g, n, [&](const Window& w, Index ix, Index iy) {
      ops.mean_window(w, x.data + ix, g.channels, y.data + iy);
    });
  } else {
    reference::average_pool2d(g, x, y);
  }
}

template <class T>
void average_pool2d_grad(const PoolGeometry& g, View<const T> dy, View<T> dx) {
  const Index n = check_pool("average_pool2d_grad", g, batch_of(dx), dx.size(), dy.size());
  if (n == 0) return;
  if constexpr (std::is_same_v<T, float>) {
    const ChannelOps& ops = channel_ops();
    for_each_gradient(g, n, dx.data, [&](const Window& w, Index ix, Index iy, bool accumulate) {
      ops.mean_window_grad(w, dy.data + iy, g.channels, dx.data + ix, accumulate);
    });
  } else {
    reference::average_pool2d_grad(g, dy, dx);
  }
}

template void max_pool2d(const PoolGeometry&, View<const float>, View<float>, std::uint8_t*);
template void max_pool2d(const PoolGeometry&, View<const double>, View<double>, std::uint8_t*);
template void max_pool2d_grad(const PoolGeometry&, const std::uint8_t*, View<const float>, View<float>);
template void max_pool2d_grad(const PoolGeometry&, const std::uint8_t*, View<const double>, View<double>);
template void average_pool2d(const PoolGeometry&, View<const float>, View<float>);
template void average_pool2d(const PoolGeometry&, View<const double>, View<double>);
template void average_pool2d_grad(const PoolGeometry&, View<const float>, View<float>);
template void average_pool2d_grad(const PoolGeometry&, View<const double>, View<double>);

}  // namespace cornu::kernels
