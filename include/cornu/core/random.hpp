#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "cornu/core/view.hpp"

namespace cornu {

/// Names one stream of random numbers. Every number follows from (seed, stream, position) alone, so
/// results do not depend on threads, slices of a batch or the order of calls.
///
/// Source  Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
struct RandomKey {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;
  /// A stream of its own for a part: a step, a layer, a sample. Deterministic, well mixed.
  RandomKey child(std::uint64_t part) const;
};

/// Four 32-bit words at one position of a stream.
std::array<std::uint32_t, 4> philox(const RandomKey& key, std::uint64_t position);

/// Draws one after the other from a stream.
///
///   Random r(RandomKey{.seed = 7});   r.uniform();   r.normal();   r.permutation(100);
class Random {
 public:
  explicit Random(RandomKey key) : key_(key) {}
  explicit Random(std::uint64_t seed) : key_{.seed = seed} {}

  std::uint32_t bits();
  /// In [0, 1), 24 bits.
  float uniform();
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  /// In 0 .. n - 1, without bias; n >= 1.
  Index below(Index n);
  /// Mean 0, deviation 1 (Box-Muller).
  float normal();
  /// Normal, redrawn beyond two deviations.
  float truncated_normal();
  bool bernoulli(float probability) { return uniform() < probability; }
  /// 0 .. n - 1 in random order (Fisher-Yates).
  std::vector<Index> permutation(Index n);

 private:
  RandomKey key_;
  std::uint64_t position_ = 0;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
  float spare_ = 0;
  bool has_spare_ = false;
};

/// Fills a view; element i depends on (key, i) only.
void fill_uniform(View<float> out, RandomKey key, float low, float high);
void fill_normal(View<float> out, RandomKey key, float mean, float stddev);
void fill_truncated_normal(View<float> out, RandomKey key, float mean, float stddev);

}  // namespace cornu
