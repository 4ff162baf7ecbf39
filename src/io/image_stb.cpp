// The only file that includes stb_image: private symbols, few formats, memory only, sizes checked first.
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_MAX_DIMENSIONS 65535
#define STBI_ONLY_BMP
#ifndef CORNU_HAVE_JPEG
#define STBI_ONLY_JPEG
#endif
#ifndef CORNU_HAVE_PNG
#define STBI_ONLY_PNG
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image.h>
#pragma GCC diagnostic pop

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

#include "cornu/core/error.hpp"
#include "io/image_decode.hpp"

namespace cornu::detail {

Image decode_stb(ImageBytes bytes, const std::string& who) {
  if (bytes.size() > std::size_t(std::numeric_limits<int>::max()))
    image_damaged(who, "the picture has more than 2 GiB");
  const auto* data = bytes.data();
  const int size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(data, size, &width, &height, &channels) || width < 1 || height < 1)
    image_damaged(who, concat("the picture is damaged or cut short: ", stbi_failure_reason()));
  make_image(height, width, channels, bytes.size(), who);
  int w = 0, h = 0, c = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(data, size, &w, &h, &c, 0), &stbi_image_free);
  if (!pixels) image_damaged(who, concat("the picture is damaged or cut short: ", stbi_failure_reason()));
  Image image = make_image(h, w, c, bytes.size(), who);
  std::memcpy(image.pixels.data(), pixels.get(), image.pixels.size());
  return image;
}

namespace {
std::uint32_t little(ImageBytes bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint32_t(bytes[at + i]) << (8 * i);
  return value;
}
}  // namespace

Image decode_bmp(ImageBytes bytes, const std::string& who) {
  // stb takes missing rows for black, so the length is checked here; compressed BMPs it refuses itself.
  if (bytes.size() < 34) image_damaged(who, "the BMP is cut short");
  if (little(bytes, 14, 4) >= 40) {
    const auto width = std::abs(std::int64_t(static_cast<std::int32_t>(little(bytes, 18, 4))));
    const auto height = std::abs(std::int64_t(static_cast<std::int32_t>(little(bytes, 22, 4))));
    const std::int64_t row = (width * little(bytes, 28, 2) + 31) / 32 * 4, offset = little(bytes, 10, 4);
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (row > 0 && (offset > size || height > (size - offset + 3) / row))
      image_damaged(who, concat("the BMP is cut short: ", height, " rows of ", row, " bytes do not fit in ",
                                size, " bytes"));
  }
  Image image = decode_stb(bytes, who);
  if (image.channels == 4) {  // the fourth byte means nothing in most BMPs; Pillow does not look at it either
    for (std::size_t i = 3; i < image.pixels.size(); i += 4) image.pixels[i] = 255;
  }
  return image;
}

}  // namespace cornu::detail
