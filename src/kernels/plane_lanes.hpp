#pragma once
#include "cornu/core/shape.hpp"

namespace cornu::kernels {

inline constexpr Index kMostPlaneOuts = 4;  ///< most result channels of a PlaneSum

/// sums[o][p] = sum over steps s of source[offset[s] + p] * weights[s * outs + o] [+ sums[o][p]].
struct PlaneSum {
  const float* source;
  const Index* offset;
  const float* weights;
  Index steps;
  Index outs;  ///< 1 .. kMostPlaneOuts
  Index positions;
  float* sums;
  Index stride;     ///< between the sums of two result channels
  bool accumulate;  ///< add to what lies in sums
};

/// out[s * outs + o] = sum over positions p of source[offset[s] + p] * dy[o * dy_plane + p].
struct PlaneDots {
  const float* source;
  const Index* offset;
  Index steps;
  const float* dy;
  Index dy_plane;
  Index outs;       ///< 1 .. kMostPlaneOuts
  Index positions;  ///< read in whole vectors: up to 15 more must be there, zeros in dy
  float* out;
};

/// Functions of one instruction set.
struct PlaneOps {
  Index most_outs;  ///< most result channels with which this is faster than a vector of channels
  /// Reads and writes whole vectors: up to 15 positions more than asked for.
  void (*sum)(const PlaneSum& sum);
  void (*dots)(const PlaneDots& dots);
  /// Element (p, c) at from[p * pixel + c] goes to to[c * plane + p].
  void (*split)(const float* from, Index pixel, Index count, Index channels, float* to, Index plane);
};

/// The functions for isa(). Errors: ValueError, as isa().
const PlaneOps& plane_ops();

}  // namespace cornu::kernels
