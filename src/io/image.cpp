#include "cornu/io/image.hpp"

#include <algorithm>
#include <cstring>

#include "cornu/core/error.hpp"
#include "io/image_decode.hpp"
#include "io/read_file.hpp"

namespace cornu {

namespace detail {

void image_damaged(const std::string& who, std::string_view why) {
  throw FileError(concat(who, ": ", why, ". Open it in a viewer, then replace or remove it."));
}

Image make_image(Index height, Index width, Index channels, std::size_t file_size, const std::string& who) {
  constexpr Index kMaxPixels = 178'956'970;  // Pillow's limit against decompression bombs
  if (height < 1 || width < 1 || channels < 1 || channels > 4)
    image_damaged(who, concat("its size ", height, " x ", width, " x ", channels, " is impossible"));
  if (height > 65535 || width > 65535 || height > kMaxPixels / width)
    image_damaged(who, concat("it has ", height, " x ", width, " pixels; at most ", kMaxPixels, " are read"));
  // No format packs more than about 8,300 pixels (1-bit PNG) into a byte.
  if (std::size_t(height * width) / 10'000 > file_size)
    image_damaged(who,
                  concat("its ", height, " x ", width, " pixels cannot come from ", file_size, " bytes"));
  Image image{height, width, channels, {}};
  image.pixels.resize(std::size_t(height * width * channels));
  return image;
}

namespace {
/// Next number of a PGM/PPM header; spaces and # comments before it are skipped. -1 when there is none.
Index pnm_number(ImageBytes bytes, std::size_t& at) {
  while (at < bytes.size() && (std::strchr(" \t\r\n\v\f", bytes[at]) || bytes[at] == '#')) {
    if (bytes[at] == '#')
      while (at < bytes.size() && bytes[at] != '\n') ++at;
    else
      ++at;
  }
  Index value = -1;
  for (; at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9' && value < 1'000'000; ++at)
    value = std::max<Index>(value, 0) * 10 + (bytes[at] - '0');
  return value;
}
}  // namespace

Image decode_pnm(ImageBytes bytes, const std::string& who) {
  const Index channels = bytes[1] == '6' ? 3 : 1;
  std::size_t at = 2;
  const Index width = pnm_number(bytes, at), height = pnm_number(bytes, at), top = pnm_number(bytes, at);
  if (width < 1 || height < 1 || top < 1 || top > 65535 || at >= bytes.size())
    image_damaged(who, "the PPM's header is broken");
  ++at;  // one space ends the header
  const Index width_of_sample = top > 255 ? 2 : 1;
  Image image = make_image(height, width, channels, bytes.size(), who);
  if (bytes.size() - at < image.pixels.size() * std::size_t(width_of_sample))
    image_damaged(
        who, concat("the PPM is cut short: it needs ", image.pixels.size() * std::size_t(width_of_sample),
                    " bytes of pixels and has ", bytes.size() - at));
  const std::uint8_t* from = bytes.data() + at;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const Index value = width_of_sample == 1 ? from[i] : from[2 * i] * 256 + from[2 * i + 1];
    image.pixels[i] = static_cast<std::uint8_t>((std::min(value, top) * 255 + top / 2) / top);
  }
  return image;
}

namespace {
bool starts(ImageBytes bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

Image decode_native(ImageBytes bytes, const std::string& who) {
  if (starts(bytes, "\xff\xd8\xff")) return decode_jpeg(bytes, who);
  if (starts(bytes, "\x89PNG\r\n\x1a\n")) return decode_png(bytes, who);
  if (starts(bytes, "BM")) return decode_bmp(bytes, who);
  if (starts(bytes, "P5") || starts(bytes, "P6")) return decode_pnm(bytes, who);
  const bool tiff = starts(bytes, "II*") || starts(bytes, "MM");
  image_damaged(
      who, tiff ? "TIFF cannot be read; convert it to PNG" : "it is no JPEG, PNG, BMP or binary PPM picture");
}

std::uint8_t luma(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 0x8000) >> 16);
}

Image convert(Image image, ColorMode mode) {
  const Index from = image.channels, to = channels_of(mode);
  if (from == to) return image;
  Image out{image.height, image.width, to, {}};
  const Index pixels = image.height * image.width;
  out.pixels.resize(std::size_t(pixels * to));
  const std::uint8_t* source = image.pixels.data();
  std::uint8_t* target = out.pixels.data();
  const bool colour = from >= 3;
  for (Index i = 0; i < pixels; ++i, source += from, target += to) {
    if (to == 1)
      target[0] = colour ? luma(source) : source[0];
    else
      for (Index c = 0; c < 3; ++c) target[c] = source[colour ? c : 0];
    if (to == 4) target[3] = from == 2 || from == 4 ? source[from - 1] : 255;
  }
  return out;
}
}  // namespace
}  // namespace detail

Index channels_of(ColorMode mode) {
  return mode == ColorMode::grayscale ? 1 : mode == ColorMode::rgb ? 3 : 4;
}

Image decode_image(const std::uint8_t* bytes, std::size_t size, const std::string& name,
                   ColorMode color_mode) {
  return detail::convert(detail::decode_native({bytes, size}, detail::concat("read_image: '", name, "'")),
                         color_mode);
}

Image read_image(const std::string& path, ColorMode color_mode) {
  constexpr std::int64_t kMaxBytes = std::int64_t(1) << 30;
  const auto bytes = detail::read_file(path, kMaxBytes);
  return decode_image(bytes.data(), bytes.size(), path, color_mode);
}

Image load_pixels(const std::string& path, const LoadImageOptions& options) {
  Image image = read_image(path, options.color_mode);
  const auto [height, width] = options.target_size;
  if ((height == 0 && width == 0) || (height == image.height && width == image.width)) return image;
  if (!options.keep_aspect_ratio || height < 1 || width < 1)
    return resize_image(image, height, width, options.interpolation);
  const Index crop_height = std::min(image.height, image.width * height / width),
              crop_width = std::min(image.width, image.height * width / height);
  if (crop_height < 1 || crop_width < 1)
    throw ValueError(detail::concat("load_image: no part of '", path, "' (", image.height, " x ", image.width,
                                    ") has the shape of target_size ", height, " x ", width,
                                    ". Leave keep_aspect_ratio out."));
  const Index top = (image.height - crop_height) / 2, left = (image.width - crop_width) / 2;
  return resize_image(image, height, width, options.interpolation,
                      ImageBox{left, top, left + crop_width, top + crop_height});
}

Tensor image_to_tensor(const Image& image) {
  Tensor out;
  out.resize({image.height, image.width, image.channels});
  std::copy(image.pixels.begin(), image.pixels.end(), out.begin());
  return out;
}

Tensor load_image(const std::string& path, const LoadImageOptions& options) {
  return image_to_tensor(load_pixels(path, options));
}

Image tensor_to_image(const Tensor& tensor, bool scale) {
  if (tensor.rank() != 3 || tensor.empty() || tensor.shape()[2] > 4)
    throw ShapeError(detail::concat("tensor_to_image: the shape is ", tensor.shape().text(),
                                    "; it must be (height, width, channels) with 1 to 4 channels. Take one "
                                    "sample of a batch by slice and reshape."));
  Image image{tensor.shape()[0], tensor.shape()[1], tensor.shape()[2], {}};
  image.pixels.resize(std::size_t(tensor.size()));
  float low = 0, range = 0;
  if (scale) {
    const auto [smallest, largest] = std::minmax_element(tensor.begin(), tensor.end());
    low = *smallest;
    range = *largest - low;
  }
  for (Index i = 0; i < tensor.size(); ++i) {
    float value = tensor.data()[i] - low;
    if (scale) value = (range != 0 ? value / range : value) * 255.f;
    image.pixels[std::size_t(i)] = static_cast<std::uint8_t>(value > 0 ? std::min(value, 255.f) : 0.f);
  }
  return image;
}

}  // namespace cornu
