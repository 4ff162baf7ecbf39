#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/atomic_file.hpp"

namespace cornu::detail {

/// One file of a zip archive: where its bytes lie in the archive and how they are packed.
struct ZipEntry {
  std::string name;
  int method = 0;  // 0 stored, 8 deflate
  std::uint32_t crc = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;  // of the first packed byte
};

/// The files of an archive (also zip64), in the order of its central directory; every offset and size lies
/// inside the bytes. `name` says in messages which archive it is. Errors: FileError.
std::vector<ZipEntry> zip_entries(std::span<const std::uint8_t> archive, const std::string& name);

/// The unpacked bytes of one file, its checksum verified. Memory grows with what is really unpacked, so a
/// false size takes none. Errors: FileError.
std::vector<std::uint8_t> zip_extract(std::span<const std::uint8_t> archive, const ZipEntry& entry,
                                      const std::string& name);

/// The same when no other file of the archive is needed: a stored file is given back in the archive's own
/// memory. Errors: FileError.
std::vector<std::uint8_t> zip_extract_last(std::vector<std::uint8_t> archive, const ZipEntry& entry,
                                           const std::string& name);

/// Writes an archive of stored (not compressed) files of less than 4 GiB together.
class ZipWriter {
 public:
  explicit ZipWriter(const std::string& path) : file_(path) {}
  /// One file, in parts. Errors: FileError; ValueError: the archive would exceed 4 GiB.
  void add(std::string_view name, std::initializer_list<std::span<const std::uint8_t>> parts);
  void commit();

 private:
  AtomicFile file_;
  std::string directory_;
  std::uint64_t offset_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace cornu::detail
