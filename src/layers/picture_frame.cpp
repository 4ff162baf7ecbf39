#include "cornu/layers/picture_frame.hpp"

#include <algorithm>

namespace cornu::detail {

namespace {
/// a b / c as Keras computes it: in floating point, cut off.
Index scaled(Index a, Index b, Index c) {
  return static_cast<Index>(static_cast<double>(a * b) / static_cast<double>(c));
}
}  // namespace

PictureFrame PictureFrame::cut_to(Index height, Index width, Index in_h, Index in_w) {
  const Index h = std::max<Index>(std::min(in_h, scaled(in_w, height, width)), 1);
  const Index w = std::max<Index>(std::min(in_w, scaled(in_h, width, height)), 1);
  return {Kind::cut, h, w, (in_h - h) / 2, (in_w - w) / 2};
}

PictureFrame PictureFrame::enlarged_to(Index height, Index width, Index in_h, Index in_w) {
  const Index top = (std::max(in_h, scaled(in_w, height, width)) - in_h) / 2;
  const Index left = (std::max(in_w, scaled(in_h, width, height)) - in_w) / 2;
  return {Kind::larger, in_h + 2 * top, in_w + 2 * left, top, left};
}

}  // namespace cornu::detail
