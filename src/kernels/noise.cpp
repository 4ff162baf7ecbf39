#include "cornu/kernels/noise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/parallel.hpp"

namespace cornu::kernels {

namespace {
// Numbers come in groups of 64: the four words of 16 Philox blocks, word by word, so that the 16 blocks run
// side by side in vector registers.
constexpr Index kLanes = 16, kGroup = 4 * kLanes;
static_assert(detail::kElementChunk % kGroup == 0);
using Lanes = std::array<std::uint32_t, kLanes>;
using Words = std::array<std::uint32_t, kGroup>;

/// Elements group * 64 ... of a stream. The same numbers as philox(), sixteen at once.
void draw_words(const RandomKey& key, Index group, Words& out) {
  constexpr std::uint64_t m0 = 0xD2511F53, m1 = 0xCD9E8D57;
  auto k0 = static_cast<std::uint32_t>(key.seed), k1 = static_cast<std::uint32_t>(key.seed >> 32);
  Lanes c0, c1, c2, c3;
  for (Index l = 0; l < kLanes; ++l) {
    const auto position = static_cast<std::uint64_t>(group * kLanes + l);
    const auto i = std::size_t(l);
    c0[i] = static_cast<std::uint32_t>(position);
    c1[i] = static_cast<std::uint32_t>(position >> 32);
    c2[i] = static_cast<std::uint32_t>(key.stream);
    c3[i] = static_cast<std::uint32_t>(key.stream >> 32);
  }
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < std::size_t(kLanes); ++i) {
      const std::uint64_t p0 = m0 * c0[i], p1 = m1 * c2[i];
      c0[i] = static_cast<std::uint32_t>(p1 >> 32) ^ c1[i] ^ k0;
      c1[i] = static_cast<std::uint32_t>(p1);
      c2[i] = static_cast<std::uint32_t>(p0 >> 32) ^ c3[i] ^ k1;
      c3[i] = static_cast<std::uint32_t>(p0);
    }
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  auto to = out.begin();
  for (const Lanes* words : {&c0, &c1, &c2, &c3}) to = std::copy(words->begin(), words->end(), to);
}

/// The same elements as normals of mean 0 and deviation 1 (Box-Muller: words 0 and 1 of a block, 2 and 3).
void draw_normals(const RandomKey& key, Index group, std::array<float, kGroup>& out) {
  Words words;
  draw_words(key, group, words);
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

/// body(key, first element, group, elements) for each group of a sample, over all samples.
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
        body(key, sample * size + at, at / kGroup, std::min(kGroup, to - at));
    }
  });
}

/// A word below this falls; exact to 2^-32.
std::uint32_t limit(double rate) { return static_cast<std::uint32_t>(rate * 0x1p32); }
}  // namespace

template <class T>
void drop(const DropRule& rule, const SampleStreams& streams, View<const T> x, View<T> y) {
  const T scale = static_cast<T>(rule.scale), shift = static_cast<T>(rule.shift),
          dropped = static_cast<T>(rule.dropped);
  const std::uint32_t below = limit(rule.rate);
  each_group(streams, y.shape, [&](const RandomKey& key, Index at, Index group, Index count) {
    Words words;
    draw_words(key, group, words);
    for (Index j = 0; j < count; ++j) {
      const T kept = x[at + j] * scale + shift;
      y[at + j] = words[std::size_t(j)] < below ? dropped : kept;
    }
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
  each_group(streams, {samples, channels}, [&](const RandomKey& key, Index at, Index group, Index count) {
    Words words;
    draw_words(key, group, words);
    for (Index j = 0; j < count; ++j) mask[std::size_t(at + j)] = words[std::size_t(j)] < below ? T(0) : T(1);
  });
  detail::parallel_for(samples, [&](Index sample) {
    const T* m = mask.data() + sample * channels;
    for (Index at = sample * size; at < (sample + 1) * size; at += channels)
      for (Index c = 0; c < channels; ++c) {
        const T kept = x[at + c] * scale + shift;
        y[at + c] = m[c] == T(0) ? dropped : kept;
      }
  });
}

template <class T>
void add_noise(double stddev, const SampleStreams& streams, View<const T> x, View<T> y) {
  each_group(streams, y.shape, [&](const RandomKey& key, Index at, Index group, Index count) {
    std::array<float, kGroup> normals;
    draw_normals(key, group, normals);
    for (Index j = 0; j < count; ++j)
      y[at + j] = x[at + j] + static_cast<T>(stddev) * static_cast<T>(normals[std::size_t(j)]);
  });
}

template <class T>
void multiply_noise(double stddev, const SampleStreams& streams, View<const T> x, View<T> y) {
  each_group(streams, y.shape, [&](const RandomKey& key, Index at, Index group, Index count) {
    std::array<float, kGroup> normals;
    draw_normals(key, group, normals);
    for (Index j = 0; j < count; ++j)
      y[at + j] = x[at + j] * (T(1) + static_cast<T>(stddev) * static_cast<T>(normals[std::size_t(j)]));
  });
}

template void drop(const DropRule&, const SampleStreams&, View<const float>, View<float>);
template void drop(const DropRule&, const SampleStreams&, View<const double>, View<double>);
template void drop_channels(const DropRule&, const SampleStreams&, View<const float>, View<float>,
                            std::span<float>);
template void drop_channels(const DropRule&, const SampleStreams&, View<const double>, View<double>,
                            std::span<double>);
template void add_noise(double, const SampleStreams&, View<const float>, View<float>);
template void add_noise(double, const SampleStreams&, View<const double>, View<double>);
template void multiply_noise(double, const SampleStreams&, View<const float>, View<float>);
template void multiply_noise(double, const SampleStreams&, View<const double>, View<double>);

}  // namespace cornu::kernels
