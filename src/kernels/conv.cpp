#include "cornu/kernels/conv.hpp"

#include <algorithm>
#include <utility>

#include "cornu/core/math_mode.hpp"
#include "kernels/conv_check.hpp"
#include "kernels/conv_dkernel.hpp"
#include "kernels/conv_planes.hpp"
#include "kernels/conv_taps.hpp"
#include "kernels/reference/conv.hpp"
#include "kernels/winograd.hpp"

namespace cornu::kernels {

namespace {

Index kernel_size(const ConvGeometry& g) { return g.kernel_h * g.kernel_w * (g.in_c / g.groups) * g.out_c; }

TapConv forward_conv(const ConvGeometry& g, Index n, const float* x, const float* kernel, Index group) {
  const Index in = g.in_c / g.groups, out = g.out_c / g.groups;
  TapConv conv{};
  conv.y = forward_taps(g.in_h, g.out_h, g.kernel_h, g.stride_h, g.dilation_h, g.pad_top);
  conv.x = forward_taps(g.in_w, g.out_w, g.kernel_w, g.stride_w, g.dilation_w, g.pad_left);
  conv.n = n;
  conv.source = x + group * in;
  conv.source_c = g.in_c;
  conv.channels = in;
  conv.out_h = g.out_h, conv.out_w = g.out_w, conv.out_c = g.out_c;
  conv.out_channels = out;
  conv.kernel = kernel ? kernel + group * out : nullptr;
  conv.kernel_w = g.kernel_w, conv.tap_stride = in * g.out_c, conv.channel_stride = g.out_c,
  conv.out_stride = 1;
  return conv;
}

/// The input gradient at input coordinates with remainders (ry, rx) by the strides.
TapConv gradient_conv(const ConvGeometry& g, View<const float> dy, const float* kernel, float* dx,
                      Index group, Index ry, Index rx) {
  const Index in = g.in_c / g.groups, out = g.out_c / g.groups;
  TapConv conv{};
  conv.y = gradient_taps(g.in_h, g.out_h, g.kernel_h, g.stride_h, g.dilation_h, g.pad_top, ry);
  conv.x = gradient_taps(g.in_w, g.out_w, g.kernel_w, g.stride_w, g.dilation_w, g.pad_left, rx);
  conv.n = batch_of(dy);
  conv.source = dy.data + group * out;
  conv.source_c = g.out_c;
  conv.channels = out;
  conv.out = dx + group * in;
  conv.out_h = g.in_h, conv.out_w = g.in_w, conv.out_c = g.in_c;
  conv.out_channels = in;
  conv.kernel = kernel + group * out;
  conv.kernel_w = g.kernel_w, conv.tap_stride = in * g.out_c, conv.channel_stride = 1,
  conv.out_stride = g.out_c;
  return conv;
}

bool winograd_runs(const TapConv& conv) { return math_mode() == MathMode::fast && winograd_wins(conv); }
bool winograd_runs(const TapConv& conv, std::span<float> workspace) {
  return winograd_runs(conv) &&
         static_cast<Index>(workspace.size()) >= winograd_floats(conv.channels, conv.out_channels);
}

/// False: a single window exceeds the scratch, nothing was done.
bool run_fast(const TapConv& conv, std::span<float> workspace) {
  if (planes_win(conv))
    plane_conv(conv);
  else if (winograd_runs(conv, workspace))
    winograd_conv(conv, workspace);
  else
    return tap_conv(conv);
  return true;
}

void run(const ConvGeometry& g, View<const float> x, View<const float> kernel, View<const float> bias,
         View<float> y, bool relu, std::span<float> workspace) {
  for (Index group = 0; group < g.groups; ++group) {
    TapConv conv = forward_conv(g, batch_of(x), x.data, kernel.data, group);
    conv.out = y.data + group * conv.out_channels;
    conv.bias = bias ? bias.data + group * conv.out_channels : nullptr;
    conv.relu = relu;
    if (!run_fast(conv, workspace)) return reference::conv2d(g, x, kernel, bias, y, relu);
  }
}

void run_dx(const ConvGeometry& g, View<const float> dy, View<const float> kernel, View<float> dx,
            std::span<float> workspace) {
  for (Index group = 0; group < g.groups; ++group)
    for (Index ry = 0; ry < g.stride_h; ++ry)
      for (Index rx = 0; rx < g.stride_w; ++rx) {
        const TapConv conv = gradient_conv(g, dy, kernel.data, dx.data, group, ry, rx);
        if (!run_fast(conv, workspace)) return reference::conv2d_dx(g, dy, kernel, dx);
      }
}

void run_dkernel(const ConvGeometry& g, View<const float> x, View<const float> dy, View<float> dkernel) {
  for (Index group = 0; group < g.groups; ++group) {
    const TapConv conv = forward_conv(g, batch_of(x), x.data, nullptr, group);
    const Index o = group * conv.out_channels;
    if (planes_win(conv)) {
      plane_conv_dkernel(conv, dy.data + o, dkernel.data + o);
      continue;
    }
    if (winograd_runs(conv)) {
      winograd_dkernel(conv, dy.data + o, dkernel.data + o);
      continue;
    }
    // Whether a window fits is the same for every group, so the first one decides before anything is added.
    if (!tap_conv_dkernel(conv, dy.data + o, dkernel.data + o))
      return reference::conv2d_dkernel(g, x, dy, dkernel);
  }
}

}  // namespace

Index conv2d_workspace(const ConvGeometry& g) {
  const TapConv forward = forward_conv(g, 1, nullptr, nullptr, 0);
  TapConv backward = forward;  // of which only sizes count
  backward.y = gradient_taps(g.in_h, g.out_h, g.kernel_h, g.stride_h, g.dilation_h, g.pad_top, 0);
  backward.x = gradient_taps(g.in_w, g.out_w, g.kernel_w, g.stride_w, g.dilation_w, g.pad_left, 0);
  std::swap(backward.channels, backward.out_channels);
  Index floats = 0;
  for (const TapConv& conv : {forward, backward})
    if (winograd_wins(conv)) floats = std::max(floats, winograd_floats(conv.channels, conv.out_channels));
  return floats;
}

template <class T>
void conv2d(const ConvGeometry& g, View<const T> x, View<const T> kernel, View<const T> bias, View<T> y,
            bool relu, std::span<T> workspace) {
  const Index n = check_maps("conv2d", g, batch_of(x), x.size(), y.size());
  check_size("conv2d", "kernel", kernel.size(), kernel_size(g));
  if (bias) check_size("conv2d", "bias", bias.size(), g.out_c);
  if (n == 0) return;
  if constexpr (std::is_same_v<T, float>)
    run(g, x, kernel, bias, y, relu, workspace);
  else
    reference::conv2d(g, x, kernel, bias, y, relu);
}

template <class T>
void conv2d_dx(const ConvGeometry& g, View<const T> dy, View<const T> kernel, View<T> dx,
               std::span<T> workspace) {
  const Index n = check_maps("conv2d_dx", g, batch_of(dx), dx.size(), dy.size());
  check_size("conv2d_dx", "kernel", kernel.size(), kernel_size(g));
  if (n == 0) return;
  if constexpr (std::is_same_v<T, float>)
    run_dx(g, dy, kernel, dx, workspace);
  else
    reference::conv2d_dx(g, dy, kernel, dx);
}

template <class T>
void conv2d_dkernel(const ConvGeometry& g, View<const T> x, View<const T> dy, View<T> dkernel) {
  const Index n = check_maps("conv2d_dkernel", g, batch_of(x), x.size(), dy.size());
  check_size("conv2d_dkernel", "dkernel", dkernel.size(), kernel_size(g));
  if (n == 0) return;
  if constexpr (std::is_same_v<T, float>)
    run_dkernel(g, x, dy, dkernel);
  else
    reference::conv2d_dkernel(g, x, dy, dkernel);
}

template void conv2d(const ConvGeometry&, View<const float>, View<const float>, View<const float>,
                     View<float>, bool, std::span<float>);
template void conv2d(const ConvGeometry&, View<const double>, View<const double>, View<const double>,
                     View<double>, bool, std::span<double>);
template void conv2d_dx(const ConvGeometry&, View<const float>, View<const float>, View<float>,
                        std::span<float>);
template void conv2d_dx(const ConvGeometry&, View<const double>, View<const double>, View<double>,
                        std::span<double>);
template void conv2d_dkernel(const ConvGeometry&, View<const float>, View<const float>, View<float>);
template void conv2d_dkernel(const ConvGeometry&, View<const double>, View<const double>, View<double>);

}  // namespace cornu::kernels
