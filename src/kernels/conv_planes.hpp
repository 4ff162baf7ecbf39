#pragma once
#include "kernels/conv_taps.hpp"

namespace cornu::kernels {

/// Whether the functions below can compute it, and faster than tap_conv and tap_conv_dkernel.
bool planes_win(const TapConv& conv);

/// A convolution to few channels: what fills a vector are neighbouring positions, not channels. The source is
/// copied into one plane a channel, zeros around it, where the window of the next position lies one number
/// further; the taps - 1 positions between two rows of results are computed and dropped. Runs over threads
/// when called at top level.
void plane_conv(const TapConv& conv);

/// Its kernel gradient, with the arguments of tap_conv_dkernel: products of planes of the source and of dy,
/// summed up in parts that depend on the shape alone, one after the other. A NaN in the source may reach taps
/// that meet it only between two rows of results.
void plane_conv_dkernel(const TapConv& conv, const float* dy, float* dkernel);

}  // namespace cornu::kernels
