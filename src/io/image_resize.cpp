// Resizing with the same bytes as Pillow (libImaging Resample.c and Geometry.c), written from their
// description: separable filters with 22-bit weights; nearest by accumulated steps.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "cornu/core/error.hpp"
#include "cornu/io/image.hpp"

namespace cornu {

namespace {
constexpr int kBits = 22;

double sinc(double x) { return x == 0 ? 1 : std::sin(x * std::numbers::pi) / (x * std::numbers::pi); }

double support_of(Interpolation filter) {
  switch (filter) {
    case Interpolation::box:
      return 0.5;
    case Interpolation::bicubic:
      return 2;
    case Interpolation::lanczos:
    case Interpolation::lanczos3:
      return 3;
    case Interpolation::lanczos5:
      return 5;
    default:
      return 1;
  }
}

double weight(Interpolation filter, double x) {
  const double a = std::fabs(x);
  switch (filter) {
    case Interpolation::box:
      return x > -0.5 && x <= 0.5 ? 1 : 0;
    case Interpolation::hamming:
      return a == 0 ? 1 : a >= 1 ? 0 : sinc(a) * (0.54 + 0.46 * std::cos(a * std::numbers::pi));
    case Interpolation::bicubic:
      return a < 1 ? (1.5 * a - 2.5) * a * a + 1 : a < 2 ? (((a - 5) * a + 8) * a - 4) * -0.5 : 0;
    case Interpolation::lanczos:
    case Interpolation::lanczos3:
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
    case Interpolation::lanczos5:
      return x >= -5 && x < 5 ? sinc(x) * sinc(x / 5) : 0;
    default:
      return a < 1 ? 1 - a : 0;
  }
}

/// For each output position: which input positions count, and how much.
struct Weights {
  struct Span {
    Index first, count;
  };
  std::vector<Span> spans;
  std::vector<int> values;  // `stride` an output position
  Index stride = 0;
};

Weights weights_for(Index in_size, double first, double last, Index out_size, Interpolation filter) {
  const double scale = (last - first) / static_cast<double>(out_size), wide = std::max(scale, 1.0);
  const double support = support_of(filter) * wide;
  Weights out;
  out.stride = static_cast<Index>(std::ceil(support)) * 2 + 1;
  out.spans.resize(std::size_t(out_size));
  out.values.resize(std::size_t(out_size * out.stride));
  std::vector<double> exact(std::size_t(out.stride));
  for (Index i = 0; i < out_size; ++i) {
    const double center = first + (static_cast<double>(i) + 0.5) * scale;
    const Index low = std::max<Index>(0, static_cast<Index>(center - support + 0.5));
    const Index count = std::min(in_size, static_cast<Index>(center + support + 0.5)) - low;
    double sum = 0;
    for (Index k = 0; k < count; ++k)
      sum += exact[std::size_t(k)] =
          weight(filter, (static_cast<double>(k + low) - center + 0.5) * (1.0 / wide));
    for (Index k = 0; k < count; ++k) {
      const double part = sum != 0 ? exact[std::size_t(k)] / sum : exact[std::size_t(k)];
      out.values[std::size_t(i * out.stride + k)] =
          static_cast<int>(part * (1 << kBits) + (part < 0 ? -0.5 : 0.5));
    }
    out.spans[std::size_t(i)] = {low, count};
  }
  return out;
}

std::uint8_t clip(int sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255)); }

Image horizontal(const Image& in, const Weights& weights) {
  const auto width = static_cast<Index>(weights.spans.size()), channels = in.channels;
  Image out{in.height, width, channels, std::vector<std::uint8_t>(std::size_t(in.height * width * channels))};
  for (Index y = 0; y < in.height; ++y) {
    const std::uint8_t* row = in.pixels.data() + y * in.width * channels;
    std::uint8_t* to = out.pixels.data() + y * width * channels;
    for (Index x = 0; x < width; ++x) {
      const auto [first, count] = weights.spans[std::size_t(x)];
      const int* value = weights.values.data() + x * weights.stride;
      for (Index c = 0; c < channels; ++c) {
        int sum = 1 << (kBits - 1);
        for (Index k = 0; k < count; ++k) sum += row[(first + k) * channels + c] * value[k];
        *to++ = clip(sum);
      }
    }
  }
  return out;
}

Image vertical(const Image& in, const Weights& weights) {
  const auto height = static_cast<Index>(weights.spans.size()), row = in.width * in.channels;
  Image out{height, in.width, in.channels, std::vector<std::uint8_t>(std::size_t(height * row))};
  std::vector<int> sums(static_cast<std::size_t>(row));
  for (Index y = 0; y < height; ++y) {
    const auto [first, count] = weights.spans[std::size_t(y)];
    std::fill(sums.begin(), sums.end(), 1 << (kBits - 1));
    for (Index k = 0; k < count; ++k) {
      const std::uint8_t* from = in.pixels.data() + (first + k) * row;
      const int value = weights.values[std::size_t(y * weights.stride + k)];
      for (Index i = 0; i < row; ++i) sums[std::size_t(i)] += from[i] * value;
    }
    for (Index i = 0; i < row; ++i) out.pixels[std::size_t(y * row + i)] = clip(sums[std::size_t(i)]);
  }
  return out;
}

/// Positions that nearest takes: sums of steps, not products, because that is what Pillow rounds.
std::vector<Index> nearest_positions(Index in_size, double first, double last, Index out_size) {
  std::vector<Index> positions;
  const double step = (last - first) / static_cast<double>(out_size);
  double at = first + step * 0.5;
  for (Index i = 0; i < out_size; ++i, at += step)
    positions.push_back(std::min(static_cast<Index>(at), in_size - 1));
  return positions;
}

Image nearest(const Image& in, Index height, Index width, const ImageBox& box) {
  const auto rows = nearest_positions(in.height, double(box.top), double(box.bottom), height);
  const auto columns = nearest_positions(in.width, double(box.left), double(box.right), width);
  Image out{height, width, in.channels, std::vector<std::uint8_t>(std::size_t(height * width * in.channels))};
  std::uint8_t* to = out.pixels.data();
  for (const Index y : rows)
    for (const Index x : columns) {
      const std::uint8_t* from = in.pixels.data() + (y * in.width + x) * in.channels;
      for (Index c = 0; c < in.channels; ++c) *to++ = from[c];
    }
  return out;
}

int divide_by_255(int product) { return (((product + 128) >> 8) + product + 128) >> 8; }

/// Transparent pixels must not lend their colour to their neighbours.
void multiply_alpha(Image& image) {
  const auto channels = std::size_t(image.channels);
  for (std::size_t i = 0; i < image.pixels.size(); i += channels) {
    std::uint8_t* pixel = image.pixels.data() + i;
    for (std::size_t c = 0; c + 1 < channels; ++c)
      pixel[c] = static_cast<std::uint8_t>(divide_by_255(pixel[c] * pixel[channels - 1]));
  }
}

void divide_alpha(Image& image) {
  const auto channels = std::size_t(image.channels);
  for (std::size_t i = 0; i < image.pixels.size(); i += channels) {
    std::uint8_t* pixel = image.pixels.data() + i;
    const int alpha = pixel[channels - 1];
    if (alpha == 0 || alpha == 255) continue;
    for (std::size_t c = 0; c + 1 < channels; ++c)
      pixel[c] = static_cast<std::uint8_t>(std::min(255 * pixel[c] / alpha, 255));
  }
}

void check(const Image& image, Index height, Index width, const ImageBox& box) {
  if (height < 1 || width < 1 || height > 65535 || width > 65535)
    throw ValueError(detail::concat("resize_image: the new size is ", height, " x ", width,
                                    "; both must be 1 .. 65535. It is {height, width}."));
  if (image.height < 1 || image.width < 1 || image.channels < 1 ||
      static_cast<Index>(image.pixels.size()) != image.height * image.width * image.channels)
    throw ValueError(detail::concat("resize_image: the picture is ", image.height, " x ", image.width, " x ",
                                    image.channels, " with ", image.pixels.size(),
                                    " bytes. Give it as many bytes as that takes, at least 1."));
  if (box.left < 0 || box.top < 0 || box.left >= box.right || box.top >= box.bottom ||
      box.right > image.width || box.bottom > image.height)
    throw ValueError(detail::concat("resize_image: the box x ", box.left, " .. ", box.right, ", y ", box.top,
                                    " .. ", box.bottom, " is empty or leaves the picture of ", image.height,
                                    " x ", image.width, ". Choose a part inside it."));
}
}  // namespace

Image resize_image(const Image& image, Index height, Index width, Interpolation interpolation,
                   const std::optional<ImageBox>& part) {
  const ImageBox whole{0, 0, image.width, image.height}, box = part.value_or(whole);
  check(image, height, width, box);
  const bool across = width != image.width || box.left != 0 || box.right != image.width;
  const bool down = height != image.height || box.top != 0 || box.bottom != image.height;
  if (!across && !down) return image;
  if (interpolation == Interpolation::nearest) return nearest(image, height, width, box);
  const bool alpha = image.channels == 2 || image.channels == 4;
  Image out = image;
  if (alpha) multiply_alpha(out);
  const auto pass_across = [&] {
    if (across)
      out = horizontal(out,
                       weights_for(image.width, double(box.left), double(box.right), width, interpolation));
  };
  // Pillow 13 takes the columns first when the height shrinks by more than twice what the width does.
  const Index shrink = image.height - height;
  const bool down_first = shrink > 0 && shrink > 2 * (image.width - width);
  if (!down_first) pass_across();
  if (down)
    out =
        vertical(out, weights_for(image.height, double(box.top), double(box.bottom), height, interpolation));
  if (down_first) pass_across();
  if (alpha) divide_alpha(out);
  return out;
}

}  // namespace cornu
