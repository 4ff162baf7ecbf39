#pragma once
#include <zlib.h>

#include <cstdint>
#include <vector>

/// The bytes with true checksums of what the zip directories in them list as stored files: without these a
/// changed byte is nearly always refused before anything is read.
inline std::vector<std::uint8_t> with_true_checksums(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  const auto number = [&](std::size_t at, unsigned width) {
    std::size_t value = 0;
    for (unsigned i = 0; i < width; ++i) value |= std::size_t(bytes[at + i]) << (8 * i);
    return value;
  };
  for (std::size_t at = 0; at + 46 <= size; ++at) {
    if (number(at, 4) != 0x02014b50 || number(at + 10, 2) != 0) continue;
    const std::size_t stored = number(at + 20, 4), local = number(at + 42, 4);
    if (local > size || size - local < 30) continue;
    const std::size_t start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
    if (start > size || stored > size - start) continue;
    const uLong crc = crc32_z(0, bytes.data() + start, stored);
    for (unsigned i = 0; i < 4; ++i) bytes[at + 16 + i] = static_cast<std::uint8_t>(crc >> (8 * i) & 255);
  }
  return bytes;
}
