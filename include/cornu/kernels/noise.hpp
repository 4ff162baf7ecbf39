#pragma once
#include <cstdint>
#include <span>

#include "cornu/core/random.hpp"
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// The streams of a slice of the batch: sample i draws from key.child(first + i), so that its numbers do not
/// depend on where the batch is cut.
struct SampleStreams {
  RandomKey key;
  Index first = 0;

  RandomKey sample(Index i) const { return key.child(static_cast<std::uint64_t>(first + i)); }
};

/// What a random mask does: y = dropped with probability rate (0 <= rate < 1), else scale * x + shift.
struct DropRule {
  double rate = 0;
  double scale = 1;
  double shift = 0;
  double dropped = 0;
};

/// x, y (n, sample): every element falls or stays on its own. The same streams give the same mask, so this
/// is also the gradient, with shift = dropped = 0. y may be x. kept: null, or n * kept_words(elements of a
/// sample) words that say which stay, for drop_again.
template <class T>
void drop(const DropRule& rule, const SampleStreams& streams, View<const T> x, View<T> y,
          std::uint64_t* kept = nullptr);
/// Words of a sample of `size` elements: a bit for each.
Index kept_words(Index size);
/// drop once more with the mask that it left, a third of its time.
template <class T>
void drop_again(const DropRule& rule, const std::uint64_t* kept, View<const T> x, View<T> y);
/// x, y (n, positions..., channels): whole channels of a sample fall. mask: n * channels values of scratch.
template <class T>
void drop_channels(const DropRule& rule, const SampleStreams& streams, View<const T> x, View<T> y,
                   std::span<T> mask);
/// y = x + normal(0, stddev). x, y (n, sample). y may be x.
template <class T>
void add_noise(double stddev, const SampleStreams& streams, View<const T> x, View<T> y);
/// y = x * normal(1, stddev), and its gradient. x, y (n, sample). y may be x.
template <class T>
void multiply_noise(double stddev, const SampleStreams& streams, View<const T> x, View<T> y);

}  // namespace cornu::kernels
