#pragma once
#include "kernels/conv_taps.hpp"

namespace cornu::kernels {

/// The kernel gradient of one group: conv describes the forward convolution (its out is not used, kernel is
/// not read); dy (n, y.count, x.count, out_c) and dkernel are moved to the group's first channel; adds to
/// dkernel. False: a single window exceeds the scratch, nothing was done.
bool tap_conv_dkernel(const TapConv& conv, const float* dy, float* dkernel);

}  // namespace cornu::kernels
