#include "cornu/layers/center_crop.hpp"

#include "cornu/layers/spatial.hpp"

namespace cornu {

CenterCropLayer::CenterCropLayer(CenterCrop spec) : LayerOf(std::move(spec)) {
  detail::check_at_least_1(*this, "height", spec_.height);
  detail::check_at_least_1(*this, "width", spec_.width);
}

Shape CenterCropLayer::output_shape(const Shape& input) const {
  detail::check_spatial(*this, input, 2);
  if (input[0] * input[1] == 0)
    throw ShapeError(detail::concat(who(), ": the input ", input.batch_text(),
                                    " has no pixels to crop. Give pictures of at least 1 x 1."));
  return {spec_.height, spec_.width, input[2]};
}

}  // namespace cornu
