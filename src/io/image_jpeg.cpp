// JPEG through libjpeg(-turbo), with its own error handling: the default one calls exit().
#include "io/image_decode.hpp"

#ifdef CORNU_HAVE_JPEG

#include <csetjmp>
#include <cstdio>
// jpeglib.h needs FILE and size_t declared before it.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>

#include "cornu/core/error.hpp"

namespace cornu::detail {

namespace {
/// libjpeg's error manager with a way back. Between setjmp and longjmp only plain data lives.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf back;
  std::array<char, JMSG_LENGTH_MAX> message;
};

extern "C" void leave(j_common_ptr info) {
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  info->err->format_message(info, manager->message.data());
  std::longjmp(manager->back, 1);
}

/// Bad bits inside are tolerated as in Pillow, the end of the file before the end of the picture is not.
extern "C" void warn(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) leave(info);
}

/// A file of a few kilobytes can ask for hours of work by hundreds of scans over a large picture. Writers
/// make about 10.
extern "C" void watch(j_common_ptr info) {
  constexpr int kUnsuspicious = 20, kMost = 500;
  constexpr double kMostPixels = 5e8;
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  const auto& picture = *reinterpret_cast<j_decompress_ptr>(info);
  const int scans = picture.input_scan_number;
  const double pixels = double(picture.image_height) * picture.image_width * scans;
  if (scans > kMost || (scans > kUnsuspicious && pixels > kMostPixels)) {
    std::snprintf(manager->message.data(), manager->message.size(), "it has %d scans and more", scans);
    std::longjmp(manager->back, 1);
  }
}

class Decoder {
 public:
  explicit Decoder(ImageBytes bytes) : bytes_(bytes) {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = leave;
    errors_.base.emit_message = warn;
  }
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  bool read_header() {
    if (setjmp(errors_.back)) return false;
    jpeg_create_decompress(&info_);
    progress_.progress_monitor = watch;
    info_.progress = &progress_;
    jpeg_mem_src(&info_, bytes_.data(), bytes_.size());
    jpeg_read_header(&info_, TRUE);
    const bool four = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = four                                      ? JCS_CMYK
                            : info_.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE
                                                                      : JCS_RGB;
    return true;
  }
  bool read_rows(std::uint8_t* to, std::size_t row_bytes) {
    if (setjmp(errors_.back)) return false;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = to + info_.output_scanline * row_bytes;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    return true;
  }
  Index height() const { return static_cast<Index>(info_.image_height); }
  Index width() const { return static_cast<Index>(info_.image_width); }
  Index channels() const {
    return info_.out_color_space == JCS_CMYK ? 4 : info_.out_color_space == JCS_RGB ? 3 : 1;
  }
  bool cmyk() const { return info_.out_color_space == JCS_CMYK; }
  bool adobe() const { return info_.saw_Adobe_marker; }
  const char* message() const { return errors_.message.data(); }

 private:
  ImageBytes bytes_;
  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
  ErrorManager errors_{};
};

/// As Pillow: Adobe's files hold the inks inverted.
Image cmyk_to_rgb(const Image& inks, bool inverted) {
  Image out{inks.height, inks.width, 3, {}};
  const std::size_t pixels = inks.pixels.size() / 4;
  out.pixels.resize(pixels * 3);
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint8_t* ink = inks.pixels.data() + 4 * i;
    const auto amount = [&](std::size_t c) { return inverted ? 255 - ink[c] : int(ink[c]); };
    const int light = 255 - amount(3);
    for (std::size_t c = 0; c < 3; ++c) {
      const int product = amount(c) * light + 128;
      out.pixels[3 * i + c] =
          static_cast<std::uint8_t>(std::clamp(light - (((product >> 8) + product) >> 8), 0, 255));
    }
  }
  return out;
}
}  // namespace

Image decode_jpeg(ImageBytes bytes, const std::string& who) {
  Decoder decoder(bytes);
  if (!decoder.read_header()) image_damaged(who, concat("the JPEG is damaged: ", decoder.message()));
  Image image = make_image(decoder.height(), decoder.width(), decoder.channels(), bytes.size(), who);
  if (!decoder.read_rows(image.pixels.data(), std::size_t(image.width * image.channels)))
    image_damaged(who, concat("the JPEG is damaged or cut short: ", decoder.message()));
  return decoder.cmyk() ? cmyk_to_rgb(image, decoder.adobe()) : image;
}

bool has_libjpeg() { return true; }

}  // namespace cornu::detail

#else

namespace cornu::detail {
bool has_libjpeg() { return false; }
Image decode_jpeg(ImageBytes bytes, const std::string& who) { return decode_stb(bytes, who); }
}  // namespace cornu::detail

#endif
