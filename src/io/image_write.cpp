// The only file that includes stb_image_write: private symbols, memory only; the file is written atomically.
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb_image_write.h>
#pragma GCC diagnostic pop

#include <algorithm>

#include "cornu/core/error.hpp"
#include "cornu/io/image.hpp"
#include "io/atomic_file.hpp"

namespace cornu {

namespace {
extern "C" void collect(void* context, void* data, int size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  auto& out = *static_cast<std::vector<std::uint8_t>*>(context);
  out.insert(out.end(), bytes, bytes + size);
}

bool ends(const std::string& path, std::string_view ending) {
  if (path.size() < ending.size()) return false;
  return std::equal(ending.begin(), ending.end(), path.end() - static_cast<std::ptrdiff_t>(ending.size()),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

std::vector<std::uint8_t> encode(const std::string& path, const Image& image, int quality) {
  const int width = static_cast<int>(image.width), height = static_cast<int>(image.height),
            channels = static_cast<int>(image.channels);
  const void* pixels = image.pixels.data();
  std::vector<std::uint8_t> out;
  int done = 0;
  if (ends(path, ".png"))
    done = stbi_write_png_to_func(collect, &out, width, height, channels, pixels, width * channels);
  else if (ends(path, ".jpg") || ends(path, ".jpeg"))
    done = stbi_write_jpg_to_func(collect, &out, width, height, channels, pixels, quality);
  else if (ends(path, ".bmp"))
    done = stbi_write_bmp_to_func(collect, &out, width, height, channels, pixels);
  else
    throw ValueError(
        detail::concat("save_image: '", path, "' ends in no known format. Use .png, .jpg, .jpeg or .bmp."));
  if (!done) throw FileError(detail::concat("save_image: '", path, "' could not be encoded: out of memory."));
  return out;
}
}  // namespace

void save_image(const std::string& path, const Image& image, int quality) {
  if (image.height < 1 || image.width < 1 || image.height > 65535 || image.width > 65535 ||
      image.channels < 1 || image.channels > 4 ||
      static_cast<Index>(image.pixels.size()) != image.height * image.width * image.channels ||
      image.pixels.size() > (1u << 30))
    throw ValueError(detail::concat("save_image: '", path, "': the picture is ", image.height, " x ",
                                    image.width, " x ", image.channels, " with ", image.pixels.size(),
                                    " bytes. Give 1 to 4 channels and as many bytes as that takes."));
  if (quality < 1 || quality > 100)
    throw ValueError(
        detail::concat("save_image: quality is ", quality, "; it must be 1 .. 100. 75 is usual."));
  const auto bytes = encode(path, image, quality);
  detail::AtomicFile file(path);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

void save_image(const std::string& path, const Tensor& tensor, bool scale, int quality) {
  save_image(path, tensor_to_image(tensor, scale), quality);
}

}  // namespace cornu
