#pragma once
#include "kernels/conv_taps.hpp"

namespace cornu::kernels {

/// Whether plane_conv computes it, and faster than tap_conv.
bool planes_win(const TapConv& conv);

/// A convolution to few channels: what fills a vector are neighbouring positions, not channels. The source is
/// copied into one plane a channel, zeros around it, where the window of the next position lies one number
/// further; the taps - 1 positions between two rows of results are computed and dropped. Runs over threads
/// when called at top level.
void plane_conv(const TapConv& conv);

}  // namespace cornu::kernels
