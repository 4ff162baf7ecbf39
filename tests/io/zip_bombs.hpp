#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace cornu::support {

/// A file of an archive, as the archive's directory announces it.
struct ZipMember {
  std::string name;
  int method;  // 0 stored, 8 deflate
  std::string packed;
  std::uint32_t crc;
  std::uint64_t size;  // unpacked
};

ZipMember stored_member(const std::string& name, const std::string& content);
/// `head`, then so many MiB of zeros, a thousandth of it in the archive.
ZipMember zeros_member(const std::string& name, const std::string& head, std::uint64_t mebibytes);

/// The archive. With copies the directory names each member so often, all at the same place.
std::string zip_archive(const std::vector<ZipMember>& members, unsigned copies = 1);

}  // namespace cornu::support
