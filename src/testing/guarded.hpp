#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "cornu/core/shape.hpp"

namespace cornu::testing::detail {

/// n values between two walls of guard words, which are NaN as float and as double: a read beyond the end
/// spoils the result and a write is seen by intact(). The values start as NaN too, of other bits.
template <class T>
class Guarded {
 public:
  static constexpr std::size_t kWall = 128;

  /// `shift` values beyond an address of 64 bytes, to show what relies on alignment.
  explicit Guarded(Index n, Index shift = 0)
      : size_(n), bytes_(static_cast<std::size_t>(n + shift) * sizeof(T) + 2 * kWall + 64) {
    const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data()) + kWall;
    start_ = kWall + (64 - address % 64) % 64 + static_cast<std::size_t>(shift) * sizeof(T);
    std::memset(bytes_.data() + start_, 0xFF, used());
    each_guard([this](std::size_t i, std::byte word) {
      bytes_[i] = word;
      return true;
    });
  }
  Guarded(const std::vector<T>& values, Index first, Index n, Index shift = 0) : Guarded(n, shift) {
    if (n > 0) std::memcpy(bytes_.data() + start_, values.data() + first, used());
  }
  // Moving a vector keeps its memory, so the aligned start stays where it is.
  Guarded(Guarded&&) noexcept = default;
  Guarded& operator=(Guarded&&) noexcept = default;

  T* data() { return reinterpret_cast<T*>(bytes_.data() + start_); }
  const T* data() const { return reinterpret_cast<const T*>(bytes_.data() + start_); }
  Index size() const { return size_; }
  void poison() { std::memset(bytes_.data() + start_, 0xFF, used()); }
  bool equals(const std::vector<T>& values, Index first) const {
    return used() == 0 || std::memcmp(data(), values.data() + first, used()) == 0;
  }
  bool intact() const {
    return const_cast<Guarded*>(this)->each_guard(
        [this](std::size_t i, std::byte word) { return bytes_[i] == word; });
  }

 private:
  std::size_t used() const { return static_cast<std::size_t>(size_) * sizeof(T); }
  template <class Visit>
  bool each_guard(const Visit& visit) {
    // Little-endian words 0xFFF9CAFE'FFC9nn00, counted from the first value on.
    constexpr unsigned char kWord[8] = {0, 0, 0xC9, 0xFF, 0xFE, 0xCA, 0xF9, 0xFF};
    bool all = true;
    const auto walk = [&](std::size_t first, std::size_t last, std::size_t origin) {
      for (std::size_t i = first; i < last; ++i) {
        const std::size_t byte = (i - origin) % 8;
        all = visit(i, std::byte{byte == 1 ? static_cast<unsigned char>(i / 8) : kWord[byte]}) && all;
      }
    };
    walk(0, start_, start_ % 8);
    walk(start_ + used(), bytes_.size(), start_);
    return all;
  }

  Index size_;
  std::vector<std::byte> bytes_;
  std::size_t start_ = 0;
};

}  // namespace cornu::testing::detail
