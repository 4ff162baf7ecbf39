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
  const Index h = std::max(in_h, scaled(in_w, height, width));
  const Index w = std::max(in_w, scaled(in_h, width, height));
  return {Kind::larger, h, w, (h - in_h) / 2, (w - in_w) / 2};
}

}  // namespace cornu::detail
