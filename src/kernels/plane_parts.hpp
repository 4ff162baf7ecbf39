#pragma once
#include "kernels/conv_taps.hpp"
#include "kernels/plane_lanes.hpp"

namespace cornu::kernels {

/// A part of the result: images i .., positions y .. and x .. of the axes.
struct PlanePart {
  Index i, images, y, rows, x, cols;

  /// The source cells that it needs, of no channel yet.
  PartRange range(const TapConv& conv) const;
};

/// How a result is cut into parts whose planes and sums fit the scratch.
class PlaneParts {
 public:
  static constexpr Index kPlaneFloats = 131072;  ///< of copied planes: 512 KiB
  static constexpr Index kSumFloats = 65536;     ///< of all result channels of a part
  static constexpr Index kMostCols = 4096;       ///< of a part, without the ends that are dropped
  static constexpr Index kBeyond = 16;           ///< numbers past the end that a whole vector reads or writes

  /// About `most` positions a part.
  PlaneParts(const TapConv& conv, Index most);

  Index channels() const { return channels_; }  ///< of the source at a time: depends on the shape alone
  Index count() const;
  PlanePart part(Index t) const;

 private:
  Index n_, all_rows_, all_cols_, channels_, images_, rows_, cols_;
};

/// A thread's scratch, cut up.
struct PlaneScratch {
  Index* offset;   ///< kDepth
  float* weights;  ///< kDepth * kMostPlaneOuts
  float* planes;   ///< PlaneParts::kPlaneFloats + kBeyond
  float* sums;     ///< PlaneParts::kSumFloats
  float* shares;   ///< share_floats for the calling thread's loop: room for at least one part's gradient of
                   ///< PlaneParts::channels() channels
  Index share_floats;
};
PlaneScratch plane_scratch();

/// Copies the source cells to `to`, channel after channel; those outside the image become zeros, and so do
/// the numbers beyond the end.
void copy_planes(const TapConv& conv, const PlaneOps& ops, const PartRange& range, float* to);

/// Where steps k .. k + depth - 1 of the sum over (channel, tap row, tap column) read in copied planes.
void find_offsets(const TapConv& conv, const PartRange& range, Index k, Index depth, Index* offset);

}  // namespace cornu::kernels
