#include "cornu/layers/resizing.hpp"

#include "cornu/layers/spatial.hpp"

namespace cornu {

ResizingLayer::ResizingLayer(Resizing spec) : LayerOf(std::move(spec)) {
  detail::check_at_least_1(*this, "height", spec_.height);
  detail::check_at_least_1(*this, "width", spec_.width);
  const Interpolation how = spec_.interpolation;
  if (how == Interpolation::box || how == Interpolation::hamming || how == Interpolation::lanczos)
    throw ValueError(
        who() +
        ": this interpolation is for reading pictures. Use nearest, bilinear, bicubic, lanczos3 or "
        "lanczos5.");
  if (spec_.antialias)
    throw ValueError(who() +
                     ": antialias is not supported. Leave it false, or resize when reading pictures.");
  if (spec_.crop_to_aspect_ratio && spec_.pad_to_aspect_ratio)
    throw ValueError(who() +
                     ": crop_to_aspect_ratio and pad_to_aspect_ratio exclude each other. Set one of them.");
  if (spec_.fill_mode != "constant")
    throw ValueError(detail::concat(who(), ": fill_mode is '", spec_.fill_mode,
                                    "'; there is only 'constant'. Leave it out."));
}

Shape ResizingLayer::output_shape(const Shape& input) const {
  detail::check_spatial(*this, input, 2);
  if (input[0] * input[1] == 0)
    throw ShapeError(detail::concat(who(), ": the input ", input.batch_text(),
                                    " has no pixels to resize. Give pictures of at least 1 x 1."));
  return {spec_.height, spec_.width, input[2]};
}

detail::PictureFrame ResizingLayer::frame(const Shape& x) const {
  if (spec_.crop_to_aspect_ratio) return detail::PictureFrame::cut_to(spec_.height, spec_.width, x[0], x[1]);
  if (spec_.pad_to_aspect_ratio)
    return detail::PictureFrame::enlarged_to(spec_.height, spec_.width, x[0], x[1]);
  return detail::PictureFrame::whole(x[0], x[1]);
}

}  // namespace cornu
