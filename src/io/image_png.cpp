// PNG through libpng, with its own error handling and limits.
#include "io/image_decode.hpp"

#ifdef CORNU_HAVE_PNG

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include "cornu/core/error.hpp"

namespace cornu::detail {

namespace {
/// Where reading stands, and the way back on an error. Between setjmp and longjmp only plain data lives.
struct State {
  ImageBytes bytes;
  std::size_t at = 0;
  std::array<char, 160> message{};
};

extern "C" void png_failed(png_structp png, png_const_charp text) {
  auto* state = static_cast<State*>(png_get_error_ptr(png));
  std::snprintf(state->message.data(), state->message.size(), "%s", text);
  png_longjmp(png, 1);
}

extern "C" void png_warned(png_structp, png_const_charp) {}

extern "C" void png_feed(png_structp png, png_bytep to, png_size_t size) {
  auto* state = static_cast<State*>(png_get_io_ptr(png));
  if (size > state->bytes.size() - state->at) png_error(png, "it is cut short");
  std::memcpy(to, state->bytes.data() + state->at, size);
  state->at += size;
}

class Decoder {
 public:
  explicit Decoder(ImageBytes bytes) : state_{bytes, 0, {}} {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state_, png_failed, png_warned);
    if (png_) info_ = png_create_info_struct(png_);
  }
  ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  bool read_header() {
    if (!png_ || !info_) return false;
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_user_limits(png_, 65535, 65535);
    png_set_chunk_cache_max(png_, 128);
    png_set_chunk_malloc_max(png_, 8 << 20);
    png_set_read_fn(png_, &state_, png_feed);
    png_read_info(png_, info_);
    png_set_expand(png_);    // palette to RGB, 1 to 4 bits to 8, a transparent colour to alpha
    png_set_strip_16(png_);  // the upper byte, as Pillow
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_image(png_, rows);
    return true;
  }
  Index height() const { return static_cast<Index>(png_get_image_height(png_, info_)); }
  Index width() const { return static_cast<Index>(png_get_image_width(png_, info_)); }
  Index channels() const { return png_get_channels(png_, info_); }
  std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  const char* message() const { return state_.message.data(); }

 private:
  State state_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};
}  // namespace

Image decode_png(ImageBytes bytes, const std::string& who) {
  Decoder decoder(bytes);
  if (!decoder.read_header()) image_damaged(who, concat("the PNG is damaged: ", decoder.message()));
  Image image = make_image(decoder.height(), decoder.width(), decoder.channels(), bytes.size(), who);
  const auto row_bytes = std::size_t(image.width * image.channels);
  if (decoder.row_bytes() != row_bytes) image_damaged(who, "the PNG's rows have an unexpected length");
  std::vector<png_bytep> rows(std::size_t(image.height));
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = image.pixels.data() + y * row_bytes;
  if (!decoder.read_rows(rows.data())) image_damaged(who, concat("the PNG is damaged: ", decoder.message()));
  return image;
}

}  // namespace cornu::detail

#else

namespace cornu::detail {
Image decode_png(ImageBytes bytes, const std::string& who) { return decode_stb(bytes, who); }
}  // namespace cornu::detail

#endif
