#pragma once
#include <algorithm>

#include "cornu/kernels/pool.hpp"
#include "kernels/channels.hpp"

namespace cornu::kernels::reference {

/// Visits every window of every channel: start(y position), for each of its cells inside the image
/// cell(x position, y position, position in the window), then end(y position).
template <class Start, class Cell, class End>
void for_each_window(const PoolGeometry& g, Index n, const Start& start, const Cell& cell, const End& end) {
  for (Index i = 0; i < n; ++i)
    for (Index y = 0; y < g.out_h; ++y)
      for (Index x = 0; x < g.out_w; ++x)
        for (Index c = 0; c < g.channels; ++c) {
          const Index out = ((i * g.out_h + y) * g.out_w + x) * g.channels + c;
          start(out);
          for (Index r = 0; r < g.pool_h; ++r)
            for (Index q = 0; q < g.pool_w; ++q) {
              const Index row = y * g.stride_h + r - g.pad_top, col = x * g.stride_w + q - g.pad_left;
              if (row < 0 || row >= g.in_h || col < 0 || col >= g.in_w) continue;
              cell(((i * g.in_h + row) * g.in_w + col) * g.channels + c, out, r * g.pool_w + q);
            }
          end(out);
        }
}

/// The slow twin of kernels::max_pool2d.
template <class T>
void max_pool2d(const PoolGeometry& g, View<const T> x, View<T> y, std::uint8_t* argmax) {
  const Index bytes = max_pool2d_argmax_bytes(g);
  bool first = true;
  for_each_window(
      g, x.shape[0], [&](Index) { first = true; },
      [&](Index ix, Index iy, Index position) {
        const bool best_is_number = first || y[iy] == y[iy];
        if (!first && !(best_is_number && !(x[ix] <= y[iy]))) return;
        y[iy] = x[ix];
        if (argmax) write_position(argmax + iy * bytes, bytes, static_cast<std::uint32_t>(position));
        first = false;
      },
      [](Index) {});
}

/// The slow twin of kernels::max_pool2d_grad.
template <class T>
void max_pool2d_grad(const PoolGeometry& g, const std::uint8_t* argmax, View<const T> dy, View<T> dx) {
  const Index bytes = max_pool2d_argmax_bytes(g);
  for (T& v : dx) v = 0;
  for_each_window(
      g, dx.shape[0], [](Index) {},
      [&](Index ix, Index iy, Index position) {
        if (read_position(argmax + iy * bytes, bytes) == static_cast<std::uint32_t>(position))
          dx[ix] += dy[iy];
      },
      [](Index) {});
}

/// The slow twin of kernels::average_pool2d.
template <class T>
void average_pool2d(const PoolGeometry& g, View<const T> x, View<T> y) {
  Index cells = 0;
  for_each_window(
      g, x.shape[0], [&](Index iy) { y[iy] = 0, cells = 0; },
      [&](Index ix, Index iy, Index) { y[iy] += x[ix], ++cells; },
      [&](Index iy) { y[iy] /= static_cast<T>(cells); });
}

/// The slow twin of kernels::average_pool2d_grad.
template <class T>
void average_pool2d_grad(const PoolGeometry& g, View<const T> dy, View<T> dx) {
  for (T& v : dx) v = 0;
  const auto inside = [](Index first, Index size, Index extent) {
    return std::min(first + size, extent) - std::max<Index>(first, 0);
  };
  for_each_window(
      g, dx.shape[0], [](Index) {},
      [&](Index ix, Index iy, Index) {
        const Index x = iy / g.channels % g.out_w, y = iy / g.channels / g.out_w % g.out_h;
        const Index cells = inside(y * g.stride_h - g.pad_top, g.pool_h, g.in_h) *
                            inside(x * g.stride_w - g.pad_left, g.pool_w, g.in_w);
        dx[ix] += dy[iy] / static_cast<T>(cells);
      },
      [](Index) {});
}

}  // namespace cornu::kernels::reference
