#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "cornu/io/image.hpp"

namespace cornu::detail {

using ImageBytes = std::span<const std::uint8_t>;

/// Decoders of one format each: 8 bits a channel, as many channels as the file has (CMYK becomes RGB).
/// `who` is "read_image: 'path'". Errors: FileError.
Image decode_jpeg(ImageBytes bytes, const std::string& who);
Image decode_png(ImageBytes bytes, const std::string& who);
Image decode_bmp(ImageBytes bytes, const std::string& who);
Image decode_pnm(ImageBytes bytes, const std::string& who);

/// Whether JPEGs have the same pixels as in Pillow: built with libjpeg(-turbo), not with stb_image only.
bool has_libjpeg();

/// stb_image, for BMP and for what no better library was found at build time.
Image decode_stb(ImageBytes bytes, const std::string& who);

/// Refuses a picture whose size cannot be true for a file of this length, or is beyond the limit, before
/// anything is allocated for it; then makes it, black.
Image make_image(Index height, Index width, Index channels, std::size_t file_size, const std::string& who);

[[noreturn]] void image_damaged(const std::string& who, std::string_view why);

}  // namespace cornu::detail
