#pragma once
#include <span>

#include "kernels/conv_taps.hpp"

namespace cornu::kernels {

/// Whether Winograd's algorithm is used for this convolution; by its shape alone, so that no result depends
/// on the machine's mood: the table in winograd.cpp.
bool winograd_wins(const TapConv& conv);

/// Floats that winograd needs for the transformed kernel, on any instruction set.
Index winograd_floats(Index channels, Index out_channels);

/// tap_conv by Winograd's algorithm, where winograd_wins; `packed` has winograd_floats. Over threads when
/// called at top level. Bits depend on neither threads nor n.
void winograd_conv(const TapConv& conv, std::span<float> packed);

/// The gradient towards the kernel, added to dkernel, of a forward convolution where winograd_wins.
void winograd_dkernel(const TapConv& conv, const float* dy, float* dkernel);

}  // namespace cornu::kernels
