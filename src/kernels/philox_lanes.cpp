#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/philox_lanes.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/highway.h>

#include "kernels/dispatch.hpp"
#include "kernels/philox_lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
void draw(const RandomKey& key, Index group, PhiloxWords& out) {
  constexpr std::size_t kBlocks = kPhiloxGroup / 4;
  for (std::size_t b = 0; b < kBlocks; ++b) {
    const auto words = philox(key, static_cast<std::uint64_t>(group) * kBlocks + b);
    for (std::size_t w = 0; w < 4; ++w) out[w * kBlocks + b] = words[w];
  }
}
std::uint64_t kept(const RandomKey& key, Index group, std::uint32_t below) {
  PhiloxWords words;
  draw(key, group, words);
  std::uint64_t bits = 0;
  for (std::size_t e = 0; e < words.size(); ++e) bits |= std::uint64_t(words[e] >= below) << e;
  return bits;
}
void drop(std::uint64_t kept, const DropNumbers<float>& n, const float* x, float* y) {
  for (Index e = 0; e < kPhiloxGroup; ++e) y[e] = kept >> e & 1 ? x[e] * n.scale + n.shift : n.dropped;
}
#else
using Words = hn::CappedTag<std::uint32_t, kPhiloxGroup / 4>;
using Vec = hn::Vec<Words>;
constexpr Words kTag;

/// The counters of the even or of the odd blocks of a vector: every other word of each, what lies between is
/// never read. So a round needs no word moved, and its products no half put together.
struct Counters {
  Vec c0, c1, c2, c3;

  HWY_INLINE void round(Vec k0, Vec k1) {
    const auto p0 = hn::MulEven(c0, hn::Set(kTag, 0xD2511F53u)),
               p1 = hn::MulEven(c2, hn::Set(kTag, 0xCD9E8D57u));
    c0 = hn::Xor(hn::BitCast(kTag, hn::ShiftRight<32>(p1)), hn::Xor(c1, k0));
    c1 = hn::BitCast(kTag, p1);
    c2 = hn::Xor(hn::BitCast(kTag, hn::ShiftRight<32>(p0)), hn::Xor(c3, k1));
    c3 = hn::BitCast(kTag, p0);
  }
};

HWY_INLINE Vec odd_words(Vec v) {
  const hn::RepartitionToWide<Words> wide;
  return hn::BitCast(kTag, hn::ShiftRight<32>(hn::BitCast(wide, v)));
}
/// All words in their places again.
HWY_INLINE Vec together(Vec odd, Vec even) {
  const hn::RepartitionToWide<Words> wide;
  return hn::OddEven(hn::BitCast(kTag, hn::ShiftLeft<32>(hn::BitCast(wide, odd))), even);
}

/// philox() of core/random.cpp for the blocks of a group: each(first element, words) for each vector.
template <class Each>
HWY_INLINE void each_vector(const RandomKey& key, Index group, const Each& each) {
  constexpr std::size_t kBlocks = kPhiloxGroup / 4;
  const auto first = static_cast<std::uint64_t>(group) * kBlocks;  // no group crosses 2^32 blocks
  const Vec c1 = hn::Set(kTag, static_cast<std::uint32_t>(first >> 32));
  const Vec c2 = hn::Set(kTag, static_cast<std::uint32_t>(key.stream));
  const Vec c3 = hn::Set(kTag, static_cast<std::uint32_t>(key.stream >> 32));
  for (std::size_t l = 0; l < kBlocks; l += hn::Lanes(kTag)) {
    const Vec c0 = hn::Add(hn::Iota(kTag, 0), hn::Set(kTag, static_cast<std::uint32_t>(first + l)));
    Counters even{c0, c1, c2, c3}, odd{odd_words(c0), c1, c2, c3};
    Vec k0 = hn::Set(kTag, static_cast<std::uint32_t>(key.seed));
    Vec k1 = hn::Set(kTag, static_cast<std::uint32_t>(key.seed >> 32));
    for (int round = 0; round < 10; ++round) {
      even.round(k0, k1);
      odd.round(k0, k1);
      k0 = hn::Add(k0, hn::Set(kTag, 0x9E3779B9u));
      k1 = hn::Add(k1, hn::Set(kTag, 0xBB67AE85u));
    }
    each(l, together(odd.c0, even.c0));
    each(kBlocks + l, together(odd.c1, even.c1));
    each(2 * kBlocks + l, together(odd.c2, even.c2));
    each(3 * kBlocks + l, together(odd.c3, even.c3));
  }
}

void draw(const RandomKey& key, Index group, PhiloxWords& out) {
  each_vector(key, group,
              [&](std::size_t at, Vec words) HWY_ATTR { hn::StoreU(words, kTag, out.data() + at); });
}

std::uint64_t kept(const RandomKey& key, Index group, std::uint32_t below) {
  const Vec least = hn::Set(kTag, below);
  std::uint64_t bits = 0;
  each_vector(key, group, [&](std::size_t at, Vec words) HWY_ATTR {
    std::uint64_t here = 0;
    hn::StoreMaskBits(kTag, hn::Not(hn::Lt(words, least)), reinterpret_cast<std::uint8_t*>(&here));
    bits |= here << at;
  });
  return bits;
}

void drop(std::uint64_t kept, const DropNumbers<float>& numbers, const float* x, float* y) {
  const hn::ScalableTag<float> d;
  const auto scale = hn::Set(d, numbers.scale), shift = hn::Set(d, numbers.shift),
             dropped = hn::Set(d, numbers.dropped);
  for (std::size_t at = 0; at < kPhiloxGroup; at += hn::Lanes(d)) {
    const std::uint64_t here = kept >> at;
    const auto stays = hn::LoadMaskBits(d, reinterpret_cast<const std::uint8_t*>(&here));
    hn::StoreU(hn::IfThenElse(stays, hn::MulAdd(hn::LoadU(d, x + at), scale, shift), dropped), d, y + at);
  }
}
#endif

const PhiloxLanes* philox_table() {
  static const PhiloxLanes table{draw, kept, drop};
  return &table;
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {

const PhiloxLanes& philox_lanes() { return *CORNU_DISPATCH(philox_table)(); }

}  // namespace cornu::kernels
#endif
