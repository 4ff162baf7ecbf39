#include "cornu/kernels/noise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <type_traits>

#include "core/parallel.hpp"
#include "kernels/philox_lanes.hpp"

namespace cornu::kernels {

namespace {
constexpr Index kGroup = kPhiloxGroup, kLanes = kGroup / 4;
static_assert(detail::kElementChunk % kGroup == 0);

/// The same words as normals of mean 0 and deviation 1 (Box-Muller: words 0 and 1 of a block, 2 and 3).
void draw_normals(const PhiloxWords& words, std::array<float, kGroup>& out) {
  for (std::size_t pair = 0; pair < 2; ++pair)
    for (std::size_t i = 0; i < std::size_t(kLanes); ++i) {
      const std::size_t a = 2 * pair * std::size_t(kLanes) + i, b = a + std::size_t(kLanes);
      const float open = (static_cast<float>(words[a] >> 8) + 1.f) * 0x1p-24f;  // never 0: its log is finite
      const float radius = std::sqrt(-2.f * std::log(open));
      const float angle = 2.f * std::numbers::pi_v<float> * static_cast<float>(words[b] >> 8) * 0x1p-24f;
      out[a] = radius * std::cos(angle);
      out[b] = radius * std::sin(angle);
    }
}

/// body(key, group, first element, elements) for each group of a sample, over all samples.
template <class Body>
void each_group(const SampleStreams& streams, const Shape& shape, const Body& body) {
  const Index samples = shape.front(), size = shape.without_front().count();
  const Index pieces = (size + detail::kElementChunk - 1) / detail::kElementChunk;
  const Index chunk = std::max<Index>(1, detail::kElementChunk / 4 / std::max<Index>(1, size));
  detail::parallel_chunks(samples * pieces, chunk, [&](Index first, Index last) {
    for (Index piece = first; piece < last; ++piece) {
      const Index sample = piece / pieces, from = piece % pieces * detail::kElementChunk;
      const Index to = std::min(size, from + detail::kElementChunk);
      const RandomKey key = streams.sample(sample);
      for (Index at = from; at < to; at += kGroup)
        body(key, at / kGroup, sample * size + at, std::min(kGroup, to - at));
    }
  });
}
/// The same with the words: body(words, first element, elements).
template <class Body>
void each_draw(const SampleStreams& streams, const Shape& shape, const Body& body) {
  const auto draw = philox_lanes().draw;
  each_group(streams, shape, [&](const RandomKey& key, Index group, Index at, Index count) {
    PhiloxWords words;
    draw(key, group, words);
    body(words, at, count);
  });
}

/// A word below this falls; exact to 2^-32.
std::uint32_t limit(double rate) { return static_cast<std::uint32_t>(rate * 0x1p32); }

// Loops over plain pointers and values: what a lambda captures, g++ fears to be changed by the loop's own
// stores, and then it vectorises nothing.
template <class T>
void drop_masked(const T* mask, const T* x, T* y, Index n, T scale, T shift, T dropped) {
  for (Index i = 0; i < n; ++i) {
    const T kept = x[i] * scale + shift;
    y[i] = mask[i] == T(0) ? dropped : kept;
  }
}

/// A group, of which count numbers are there.
template <class T>
void drop_group(std::uint64_t kept, const DropNumbers<T>& numbers, const T* x, T* y, Index count) {
  if constexpr (std::is_same_v<T, float>) {
    const auto drop = philox_lanes().drop;
    if (count == kGroup) return drop(kept, numbers, x, y);
    std::array<float, kGroup> line{};
    std::copy_n(x, count, line.data());
    drop(kept, numbers, line.data(), line.data());
    std::copy_n(line.data(), count, y);
  } else {
    for (Index i = 0; i < count; ++i)
      y[i] = (kept >> i & 1) != 0 ? x[i] * numbers.scale + numbers.shift : numbers.dropped;
  }
}
template <class T>
DropNumbers<T> numbers_of(const DropRule& rule) {
  return {static_cast<T>(rule.scale), static_cast<T>(rule.shift), static_cast<T>(rule.dropped)};
}
}  // namespace

Index kept_words(Index size) { return (size + kGroup - 1) / kGroup; }

template <class T>
void drop(const DropRule& rule, const SampleStreams& streams, View<const T> x, View<T> y,
          std::uint64_t* kept) {
  const std::uint32_t below = limit(rule.rate);
  const Index size = y.shape.without_front().count(), words = kept_words(size);
  const auto numbers = numbers_of<T>(rule);
  const auto draw = philox_lanes().kept;
  each_group(streams, y.shape, [&](const RandomKey& key, Index group, Index at, Index count) {
    const std::uint64_t bits = draw(key, group, below);
    if (kept) kept[at / size * words + group] = bits;
    drop_group(bits, numbers, x.data + at, y.data + at, count);
  });
}

template <class T>
void drop_again(const DropRule& rule, const std::uint64_t* kept, View<const T> x, View<T> y) {
  const Index size = y.shape.without_front().count(), words = kept_words(size);
  const auto numbers = numbers_of<T>(rule);
  each_group({}, y.shape, [&](const RandomKey&, Index group, Index at, Index count) {
    drop_group(kept[at / size * words + group], numbers, x.data + at, y.data + at, count);
  });
}

template <class T>
void drop_channels(const DropRule& rule, const SampleStreams& streams, View<const T> x, View<T> y,
                   std::span<T> mask) {
  if (y.size() == 0) return;
  const Index samples = y.shape.front(), channels = y.shape.back(), size = y.size() / samples;
  const std::uint32_t below = limit(rule.rate);
  const T scale = static_cast<T>(rule.scale), shift = static_cast<T>(rule.shift),
          dropped = static_cast<T>(rule.dropped);
  each_draw(streams, {samples, channels}, [&](const PhiloxWords& words, Index at, Index count) {
    for (Index j = 0; j < count; ++j) mask[std::size_t(at + j)] = words[std::size_t(j)] < below ? T(0) : T(1);
  });
  detail::parallel_for(samples, [&](Index sample) {
    const T* m = mask.data() + sample * channels;
    for (Index at = sample * size; at < (sample + 1) * size; at += channels)
      drop_masked<T>(m, x.data + at, y.data + at, channels, scale, shift, dropped);
  });
}

template <class T>
void add_noise(double stddev, const SampleStreams& streams, View<const T> x, View<T> y) {
  each_draw(streams, y.shape, [&](const PhiloxWords& words, Index at, Index count) {
    std::array<float, kGroup> normals;
    draw_normals(words, normals);
    for (Index j = 0; j < count; ++j)
      y[at + j] = x[at + j] + static_cast<T>(stddev) * static_cast<T>(normals[std::size_t(j)]);
  });
}

template <class T>
void multiply_noise(double stddev, const SampleStreams& streams, View<const T> x, View<T> y) {
  each_draw(streams, y.shape, [&](const PhiloxWords& words, Index at, Index count) {
    std::array<float, kGroup> normals;
    draw_normals(words, normals);
    for (Index j = 0; j < count; ++j)
      y[at + j] = x[at + j] * (T(1) + static_cast<T>(stddev) * static_cast<T>(normals[std::size_t(j)]));
  });
}

template void drop(const DropRule&, const SampleStreams&, View<const float>, View<float>, std::uint64_t*);
template void drop(const DropRule&, const SampleStreams&, View<const double>, View<double>, std::uint64_t*);
template void drop_again(const DropRule&, const std::uint64_t*, View<const float>, View<float>);
template void drop_again(const DropRule&, const std::uint64_t*, View<const double>, View<double>);
template void drop_channels(const DropRule&, const SampleStreams&, View<const float>, View<float>,
                            std::span<float>);
template void drop_channels(const DropRule&, const SampleStreams&, View<const double>, View<double>,
                            std::span<double>);
template void add_noise(double, const SampleStreams&, View<const float>, View<float>);
template void add_noise(double, const SampleStreams&, View<const double>, View<double>);
template void multiply_noise(double, const SampleStreams&, View<const float>, View<float>);
template void multiply_noise(double, const SampleStreams&, View<const double>, View<double>);

}  // namespace cornu::kernels
