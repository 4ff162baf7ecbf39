// The affine step is scipy.ndimage.affine_transform of order 0 or 1 on each channel, in double coordinates
// taken in SciPy's order of operations: with FillMode::constant a pixel is inside or outside by one rounding.
#include "data/augment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace cornu::detail {

namespace {
using Matrix = std::array<double, 9>;

Matrix multiply(const Matrix& a, const Matrix& b) {
  Matrix out{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k) out[3 * i + j] += a[3 * i + k] * b[3 * k + j];
  return out;
}

/// In-picture coordinates of an out-picture pixel: rows[0] row + rows[1] column + rows[2], the same for
/// columns.
struct Affine {
  std::array<double, 3> rows{}, columns{};
};

/// Rotation, shift, shear and zoom about the middle, as Keras builds them: in (x, y), then axes swapped.
/// False when nothing is to be done.
bool affine_of(const ImageTransform& t, Index height, Index width, Affine& affine) {
  Matrix matrix{1, 0, 0, 0, 1, 0, 0, 0, 1};
  bool active = false;
  const auto chain = [&](const Matrix& next) {
    matrix = active ? multiply(matrix, next) : next;
    active = true;
  };
  if (t.theta != 0) {
    const double angle = t.theta * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
    chain({c, -s, 0, s, c, 0, 0, 0, 1});
  }
  if (t.tx != 0 || t.ty != 0) chain({1, 0, t.tx, 0, 1, t.ty, 0, 0, 1});
  if (t.shear != 0) {
    const double angle = t.shear * std::numbers::pi / 180;
    chain({1, -std::sin(angle), 0, 0, std::cos(angle), 0, 0, 0, 1});
  }
  if (t.zx != 1 || t.zy != 1) chain({t.zx, 0, 0, 0, t.zy, 0, 0, 0, 1});
  if (!active) return false;
  const double x = static_cast<double>(height) / 2 - 0.5, y = static_cast<double>(width) / 2 - 0.5;
  matrix = multiply(multiply({1, 0, x, 0, 1, y, 0, 0, 1}, matrix), {1, 0, -x, 0, 1, -y, 0, 0, 1});
  affine.rows = {matrix[4], matrix[3], matrix[5]};
  affine.columns = {matrix[1], matrix[0], matrix[2]};
  return true;
}

constexpr double kOutside = -2;

/// Where a coordinate comes to lie under a fill mode; within (-1, size), or kOutside.
template <FillMode mode>
double map_coordinate(double at, double size) {
  if (at >= 0 && at <= size - 1) return at;
  if constexpr (mode == FillMode::constant) return kOutside;
  if constexpr (mode == FillMode::nearest) return at < 0 ? 0 : size - 1;
  if (size <= 1) return 0;
  if constexpr (mode == FillMode::reflect) {
    const double period = 2 * size;
    if (at < 0) {
      if (at < -period) at += period * std::trunc(-at / period);
      return at < -size ? at + period : -at - 1;
    }
    at -= period * std::trunc(at / period);
    return at >= size ? period - at - 1 : at;
  }
  const double period = size - 1;
  return at < 0 ? at + period * (std::trunc(-at / period) + 1) : at - period * std::trunc(at / period);
}

/// The two pixels around a coordinate, kept inside, and the weight of the second.
struct Neighbours {
  Index first, second;
  float weight;
};
Neighbours neighbours(double at, Index size) {
  const auto low = static_cast<Index>(at + 1) - 1;  // floor: at > -1
  return {std::clamp<Index>(low, 0, size - 1), std::clamp<Index>(low + 1, 0, size - 1),
          static_cast<float>(at - static_cast<double>(low))};
}

/// kChannels 0: as many as the frame says.
template <class T, FillMode mode, int kChannels>
void warp(const T* in, const AugmentFrame& f, const Affine& affine, bool flip_h, bool flip_v, float* out) {
  const Index channels = kChannels ? kChannels : f.channels, stride = f.width * channels;
  const double rows = static_cast<double>(f.height), columns = static_cast<double>(f.width);
  const Index step = flip_h ? -channels : channels;
  for (Index r = 0; r < f.height; ++r) {
    const double row_part = affine.rows[0] * static_cast<double>(r),
                 column_part = affine.columns[0] * static_cast<double>(r);
    float* to = out + (flip_v ? f.height - 1 - r : r) * stride + (flip_h ? stride - channels : 0);
    for (Index c = 0; c < f.width; ++c, to += step) {
      const auto column = static_cast<double>(c);
      const double y = map_coordinate<mode>(row_part + affine.rows[1] * column + affine.rows[2], rows);
      const double x =
          map_coordinate<mode>(column_part + affine.columns[1] * column + affine.columns[2], columns);
      if (mode == FillMode::constant && (y == kOutside || x == kOutside)) {
        for (Index k = 0; k < channels; ++k) to[k] = f.cval;
        continue;
      }
      const double half = f.order == 0 ? 0.5 : 0;
      const Neighbours v = neighbours(y + half, f.height), h = neighbours(x + half, f.width);
      const T* top = in + v.first * stride;
      if (f.order == 0) {
        for (Index k = 0; k < channels; ++k) to[k] = static_cast<float>(top[h.first * channels + k]);
        continue;
      }
      const T* bottom = in + v.second * stride;
      const float w11 = v.weight * h.weight, w10 = v.weight - w11, w01 = h.weight - w11,
                  w00 = 1 - v.weight - w01;
      for (Index k = 0; k < channels; ++k)
        to[k] = w00 * static_cast<float>(top[h.first * channels + k]) +
                w01 * static_cast<float>(top[h.second * channels + k]) +
                w10 * static_cast<float>(bottom[h.first * channels + k]) +
                w11 * static_cast<float>(bottom[h.second * channels + k]);
    }
  }
}

template <class T, FillMode mode>
void warp_channels(const T* in, const AugmentFrame& f, const Affine& affine, bool flip_h, bool flip_v,
                   float* out) {
  if (f.channels == 3) return warp<T, mode, 3>(in, f, affine, flip_h, flip_v, out);
  if (f.channels == 1) return warp<T, mode, 1>(in, f, affine, flip_h, flip_v, out);
  warp<T, mode, 0>(in, f, affine, flip_h, flip_v, out);
}

template <class T>
void warp_any(const T* in, const AugmentFrame& f, const Affine& affine, bool flip_h, bool flip_v,
              float* out) {
  switch (f.fill_mode) {
    case FillMode::nearest:
      return warp_channels<T, FillMode::nearest>(in, f, affine, flip_h, flip_v, out);
    case FillMode::constant:
      return warp_channels<T, FillMode::constant>(in, f, affine, flip_h, flip_v, out);
    case FillMode::reflect:
      return warp_channels<T, FillMode::reflect>(in, f, affine, flip_h, flip_v, out);
    case FillMode::wrap:
      return warp_channels<T, FillMode::wrap>(in, f, affine, flip_h, flip_v, out);
  }
}

template <class T>
void copy(const T* in, const AugmentFrame& f, bool flip_h, bool flip_v, float* out) {
  const Index stride = f.width * f.channels;
  for (Index r = 0; r < f.height; ++r) {
    const T* from = in + r * stride;
    float* to = out + (flip_v ? f.height - 1 - r : r) * stride;
    if (!flip_h) {
      for (Index i = 0; i < stride; ++i) to[i] = static_cast<float>(from[i]);
      continue;
    }
    for (Index c = 0; c < f.width; ++c)
      for (Index k = 0; k < f.channels; ++k)
        to[(f.width - 1 - c) * f.channels + k] = static_cast<float>(from[c * f.channels + k]);
  }
}

void shift_channels(float* pixels, Index n, float by) {
  const auto [low, high] = std::minmax_element(pixels, pixels + n);
  const float least = *low, most = *high;
  for (Index i = 0; i < n; ++i) pixels[i] = std::clamp(pixels[i] + by, least, most);
}

/// Pillow's ImageEnhance.Brightness on 8-bit values; values outside 0 .. 255 are first brought into it, and
/// back.
void brighten(float* pixels, Index n, Index channels, float factor) {
  const auto [low, high] = std::minmax_element(pixels, pixels + n);
  const float least = *low, range = *high - *low;
  const bool scale = *low < 0 || *high > 255;
  for (Index i = 0; i < n; ++i) {
    float value = pixels[i];
    if (scale) value = (value - least) / (range > 0 ? range : 1) * 255;
    value = std::trunc(std::clamp(value, 0.f, 255.f));
    if (channels != 4 || i % 4 != 3) value = std::trunc(std::clamp(value * factor, 0.f, 255.f));
    pixels[i] = scale ? value / 255 * range + least : value;
  }
}

template <class T>
void augment_any(const T* in, const AugmentFrame& f, const ImageTransform& t, float* out) {
  const Index n = f.height * f.width * f.channels;
  Affine affine;
  if (affine_of(t, f.height, f.width, affine))
    warp_any(in, f, affine, t.flip_horizontal, t.flip_vertical, out);
  else
    copy(in, f, t.flip_horizontal, t.flip_vertical, out);
  if (n == 0) return;
  if (t.channel_shift_intensity) shift_channels(out, n, static_cast<float>(*t.channel_shift_intensity));
  if (t.brightness) brighten(out, n, f.channels, static_cast<float>(*t.brightness));
}
}  // namespace

void augment(const std::uint8_t* in, const AugmentFrame& frame, const ImageTransform& transform, float* out) {
  augment_any(in, frame, transform, out);
}
void augment(const float* in, const AugmentFrame& frame, const ImageTransform& transform, float* out) {
  augment_any(in, frame, transform, out);
}

}  // namespace cornu::detail
