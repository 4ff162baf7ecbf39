#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cornu/core/tensor.hpp"
#include "cornu/kernels/interpolation.hpp"

namespace cornu {

/// Channels of a picture: 1, 3 or 4.
enum class ColorMode { grayscale, rgb, rgba };
/// Channels of a mode.
Index channels_of(ColorMode mode);

/// An 8-bit picture, row by row, the channels of a pixel side by side.
struct Image {
  Index height = 0;
  Index width = 0;
  /// 1 grey, 2 grey and alpha, 3 red green blue, 4 with alpha.
  Index channels = 0;
  /// height * width * channels bytes.
  std::vector<std::uint8_t> pixels;
};

/// Reads a JPEG, PNG, BMP or binary PGM/PPM picture; the content decides, not the file's name. Colours are
/// converted as Pillow's convert does: grey is (19595 R + 38470 G + 7471 B + 32768) / 65536, alpha is
/// dropped, 16 bits become the upper 8, a palette is looked up. An EXIF rotation is not applied (nor is it
/// in Keras). JPEGs have the same pixels as in Pillow when Cornu was built with libjpeg-turbo.
///
/// Errors  FileError, naming the file: unreadable, another format, damaged, cut short, more than
///         178,956,970 pixels (Pillow's limit), or sizes that its length cannot hold (checked before
///         memory is taken).
Image read_image(const std::string& path, ColorMode color_mode = ColorMode::rgb);
/// The same from memory; `name` stands for the file in messages.
Image decode_image(const std::uint8_t* bytes, std::size_t size, const std::string& name,
                   ColorMode color_mode = ColorMode::rgb);

/// Part of a picture, in pixels: left <= x < right, top <= y < bottom.
struct ImageBox {
  Index left = 0, top = 0, right = 0, bottom = 0;
};
/// The picture, or the part `box` of it, brought to height x width; the same bytes as Pillow's resize. The
/// colours of a picture with alpha are weighted by it.
/// Errors  ValueError: a size < 1 or > 65535, an empty picture, a box outside it.
Image resize_image(const Image& image, Index height, Index width,
                   Interpolation interpolation = Interpolation::bicubic,
                   const std::optional<ImageBox>& box = std::nullopt);

/// Options of load_image; names and defaults of keras.utils.load_img.
struct LoadImageOptions {
  ColorMode color_mode = ColorMode::rgb;
  /// {height, width}; {0, 0} keeps the picture's size.
  std::array<Index, 2> target_size = {0, 0};
  Interpolation interpolation = Interpolation::nearest;
  /// Cuts the middle part of the target's shape out before resizing, so nothing is stretched.
  bool keep_aspect_ratio = false;
};
/// load_img and img_to_array in one: (height, width, channels), 0 .. 255.
///
///   Tensor x = load_image("cat.jpg", {.target_size = {64, 64}});
///
/// Errors  as read_image and resize_image.
Tensor load_image(const std::string& path, const LoadImageOptions& options = {});
/// load_image without the step to float.
Image load_pixels(const std::string& path, const LoadImageOptions& options = {});

/// (height, width, channels) float32, 0 .. 255: keras.utils.img_to_array.
Tensor image_to_tensor(const Image& image);
/// A (height, width, channels) tensor, 1 to 4 channels, as a picture: keras.utils.array_to_img. With scale
/// the smallest value becomes 0 and the largest 255; without, values are cut to 0 .. 255. Fractions are
/// dropped in both. Errors: ShapeError.
Image tensor_to_image(const Tensor& tensor, bool scale = true);

/// Writes .png, .jpg, .jpeg or .bmp, as the file's name says; the file appears complete or not at all.
/// quality (1 .. 100) counts for JPEG only, which has no alpha. Errors: FileError; ValueError: another
/// ending, an empty picture.
void save_image(const std::string& path, const Image& image, int quality = 75);
/// keras.utils.save_img: tensor_to_image, then as above.
void save_image(const std::string& path, const Tensor& tensor, bool scale = true, int quality = 75);

}  // namespace cornu
