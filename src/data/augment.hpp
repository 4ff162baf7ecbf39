#pragma once
#include <cstdint>

#include "cornu/data/image_data_generator.hpp"

namespace cornu::detail {

/// Sizes of a picture and how its surroundings are made up.
struct AugmentFrame {
  Index height = 0, width = 0, channels = 0;
  FillMode fill_mode = FillMode::nearest;
  float cval = 0;
  int order = 1;
};

/// The changed picture: affine step, channel shift, flips, brightness, in Keras' order. `in` and `out` do not
/// overlap; nothing is allocated.
void augment(const std::uint8_t* in, const AugmentFrame& frame, const ImageTransform& transform, float* out);
void augment(const float* in, const AugmentFrame& frame, const ImageTransform& transform, float* out);

/// Errors: ValueError when a generator's settings have no sense.
void check_settings(const ImageDataGenerator& generator);
/// Errors: StateError when fit is needed and was not called; ShapeError when it saw other pictures.
void check_fitted(const ImageDataGenerator& generator, const Shape& image);

}  // namespace cornu::detail
