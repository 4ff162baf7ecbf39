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

struct Product {
  Vec high, low;
};
/// The 64-bit products of all lanes, from those of the even and those of the odd ones.
HWY_INLINE Product multiply(Vec a, Vec b) {
  const hn::RepartitionToWide<Words> wide;
  const auto even = hn::MulEven(a, b);
  const auto odd = hn::MulEven(hn::BitCast(kTag, hn::ShiftRight<32>(hn::BitCast(wide, a))), b);
  return {hn::OddEven(hn::BitCast(kTag, odd), hn::BitCast(kTag, hn::ShiftRight<32>(even))),
          hn::OddEven(hn::BitCast(kTag, hn::ShiftLeft<32>(odd)), hn::BitCast(kTag, even))};
}

/// philox() of core/random.cpp for the blocks of a group: each(first element, words) for each vector.
template <class Each>
HWY_INLINE void each_vector(const RandomKey& key, Index group, const Each& each) {
  constexpr std::size_t kBlocks = kPhiloxGroup / 4;
  const Vec m0 = hn::Set(kTag, 0xD2511F53u), m1 = hn::Set(kTag, 0xCD9E8D57u);
  const auto first = static_cast<std::uint64_t>(group) * kBlocks;  // no group crosses 2^32 blocks
  for (std::size_t l = 0; l < kBlocks; l += hn::Lanes(kTag)) {
    auto k0 = static_cast<std::uint32_t>(key.seed), k1 = static_cast<std::uint32_t>(key.seed >> 32);
    Vec c0 = hn::Iota(kTag, static_cast<std::uint32_t>(first + l));
    Vec c1 = hn::Set(kTag, static_cast<std::uint32_t>(first >> 32));
    Vec c2 = hn::Set(kTag, static_cast<std::uint32_t>(key.stream));
    Vec c3 = hn::Set(kTag, static_cast<std::uint32_t>(key.stream >> 32));
    for (int round = 0; round < 10; ++round) {
      const Product p0 = multiply(c0, m0), p1 = multiply(c2, m1);
      c0 = hn::Xor(hn::Xor(p1.high, c1), hn::Set(kTag, k0));
      c1 = p1.low;
      c2 = hn::Xor(hn::Xor(p0.high, c3), hn::Set(kTag, k1));
      c3 = p0.low;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    each(l, c0);
    each(kBlocks + l, c1);
    each(2 * kBlocks + l, c2);
    each(3 * kBlocks + l, c3);
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
