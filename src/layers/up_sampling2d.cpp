#include "cornu/layers/up_sampling2d.hpp"

namespace cornu {

UpSampling2DLayer::UpSampling2DLayer(UpSampling2D spec) : LayerOf(std::move(spec)) {
  const auto& size = spec_.size;
  if (size.h < 1 || size.w < 1)
    throw ValueError(detail::concat(who(), ": size is (", size.h, ", ", size.w,
                                    "); it must be at least 1. A pooling layer makes pictures smaller."));
  if (spec_.interpolation != Interpolation::nearest && spec_.interpolation != Interpolation::bilinear)
    throw ValueError(who() + ": this interpolation is for reading pictures. Use nearest or bilinear.");
}

}  // namespace cornu
