#include "cornu/core/random.hpp"

#include <cmath>
#include <numbers>

#include "core/parallel.hpp"
#include "cornu/core/error.hpp"

namespace cornu {

std::array<std::uint32_t, 4> philox(const RandomKey& key, std::uint64_t position) {
  constexpr std::uint64_t m0 = 0xD2511F53, m1 = 0xCD9E8D57;
  auto k0 = static_cast<std::uint32_t>(key.seed), k1 = static_cast<std::uint32_t>(key.seed >> 32);
  std::array<std::uint32_t, 4> c{
      static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32),
      static_cast<std::uint32_t>(key.stream), static_cast<std::uint32_t>(key.stream >> 32)};
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = m0 * c[0], p1 = m1 * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return c;
}

RandomKey RandomKey::child(std::uint64_t part) const {
  // One Philox block keyed by the parent gives the child's stream; parts differ in position.
  const auto c = philox({seed, stream ^ 0x9E3779B97F4A7C15ull}, part);
  return {seed, (std::uint64_t(c[0]) << 32) | c[1]};
}

namespace {
float unit(std::uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }

/// Two independent normals from two words; the first is kept off zero so that the log is finite.
std::array<float, 2> box_muller(std::uint32_t a, std::uint32_t b) {
  const double radius = std::sqrt(-2.0 * std::log((double(a >> 8) + 1.0) * 0x1p-24));
  const double angle = 2.0 * std::numbers::pi * unit(b);
  return {static_cast<float>(radius * std::cos(angle)), static_cast<float>(radius * std::sin(angle))};
}
}  // namespace

std::uint32_t Random::bits() {
  if (used_ == 4) {
    block_ = philox(key_, position_++);
    used_ = 0;
  }
  return block_[std::size_t(used_++)];
}

float Random::uniform() { return unit(bits()); }

Index Random::below(Index n) {
  if (n < 1) throw ValueError(detail::concat("Random::below(", n, "): n must be at least 1."));
  const auto range = static_cast<std::uint64_t>(n);
  const std::uint64_t limit = ~std::uint64_t(0) - (~std::uint64_t(0) % range + 1) % range;
  for (;;) {  // redraw the incomplete last block of the 64-bit range, which would favour small numbers
    const std::uint64_t high = bits();
    const std::uint64_t word = (high << 32) | bits();
    if (word <= limit) return static_cast<Index>(word % range);
  }
}

float Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const std::uint32_t a = bits(), b = bits();
  const auto pair = box_muller(a, b);
  spare_ = pair[1];
  has_spare_ = true;
  return pair[0];
}

float Random::truncated_normal() {
  for (;;) {
    const float x = normal();
    if (std::fabs(x) <= 2.f) return x;
  }
}

std::vector<Index> Random::permutation(Index n) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) order[std::size_t(i)] = i;
  for (Index i = n - 1; i > 0; --i) std::swap(order[std::size_t(i)], order[std::size_t(below(i + 1))]);
  return order;
}

void fill_uniform(View<float> out, RandomKey key, float low, float high) {
  detail::parallel_chunks(out.size(), detail::kElementChunk, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i)
      out[i] = low + (high - low) * unit(philox(key, std::uint64_t(i) / 4)[std::size_t(i % 4)]);
  });
}

void fill_normal(View<float> out, RandomKey key, float mean, float stddev) {
  detail::parallel_chunks(out.size(), detail::kElementChunk, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      const auto words = philox(key, std::uint64_t(i) / 2);
      out[i] = mean + stddev * box_muller(words[0], words[1])[std::size_t(i % 2)];
    }
  });
}

void fill_truncated_normal(View<float> out, RandomKey key, float mean, float stddev) {
  detail::parallel_chunks(out.size(), detail::kElementChunk, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      Random draw(key.child(std::uint64_t(i)));  // redraws need a stream of their own an element
      out[i] = mean + stddev * draw.truncated_normal();
    }
  });
}

}  // namespace cornu
