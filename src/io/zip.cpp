#include "io/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "cornu/core/error.hpp"

namespace cornu::detail {

namespace {
using Bytes = std::span<const std::uint8_t>;

[[noreturn]] void damaged(const std::string& name, std::string_view why) {
  throw FileError(concat(name, ": ", why, ". The archive is damaged or cut short; copy or write it again."));
}

/// Little-endian number of `size` bytes; refuses to read beyond the end.
std::uint64_t number(Bytes bytes, std::uint64_t at, unsigned size, const std::string& name) {
  if (at > bytes.size() || size > bytes.size() - at) damaged(name, "it ends inside its directory");
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) value |= std::uint64_t(bytes[at + i]) << (8 * i);
  return value;
}

constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                        kLocator64 = 0x07064b50, kFull = 0xffffffffu;

struct Directory {
  std::uint64_t offset = 0, count = 0;
};

/// The end record is the last one whose comment ends with the file.
Directory find_directory(Bytes bytes, const std::string& name) {
  constexpr std::size_t kEndSize = 22, kLongestComment = 65535;
  if (bytes.size() < kEndSize) damaged(name, "it is too short for a zip archive");
  const std::size_t last = bytes.size() - kEndSize;
  const std::size_t first = last > kLongestComment ? last - kLongestComment : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (number(bytes, at, 4, name) != kEnd || at + kEndSize + number(bytes, at + 20, 2, name) != bytes.size())
      continue;
    Directory directory{number(bytes, at + 16, 4, name), number(bytes, at + 10, 2, name)};
    if (at >= 20 && number(bytes, at - 20, 4, name) == kLocator64) {
      const std::uint64_t record = number(bytes, at - 12, 8, name);
      if (number(bytes, record, 4, name) != kEnd64) damaged(name, "its zip64 record is missing");
      directory = {number(bytes, record + 48, 8, name), number(bytes, record + 32, 8, name)};
    }
    return directory;
  }
  damaged(name, "it has no zip directory at its end");
}

/// Sizes that do not fit 32 bits stand in extra field 1, in this order, only those that do not fit.
void read_zip64(Bytes bytes, std::uint64_t at, std::uint64_t end, ZipEntry& entry, std::uint64_t& local,
                const std::string& name) {
  while (at + 4 <= end) {
    const std::uint64_t id = number(bytes, at, 2, name), size = number(bytes, at + 2, 2, name);
    std::uint64_t field = at + 4;
    at = field + size;
    if (id != 1) continue;
    for (std::uint64_t* value : {&entry.size, &entry.packed_size, &local}) {
      if (*value != kFull) continue;
      if (field + 8 > at) damaged(name, "a zip64 size is missing");
      *value = number(bytes, field, 8, name);
      field += 8;
    }
  }
}

void locate(Bytes bytes, std::uint64_t local, ZipEntry& entry, const std::string& name) {
  if (number(bytes, local, 4, name) != kLocal)
    damaged(name, concat("'", entry.name, "' is not where it should be"));
  entry.offset = local + 30 + number(bytes, local + 26, 2, name) + number(bytes, local + 28, 2, name);
  if (entry.offset > bytes.size() || entry.packed_size > bytes.size() - entry.offset)
    damaged(name, concat("'", entry.name, "' reaches beyond the end of the file"));
  // Deflate cannot shrink by more than 1032 to 1; more is a false size.
  if (entry.method == 0 ? entry.size != entry.packed_size : entry.size / 1040 > entry.packed_size)
    damaged(name, concat("the sizes of '", entry.name, "' contradict each other"));
}
}  // namespace

std::vector<ZipEntry> zip_entries(Bytes archive, const std::string& name) {
  const Directory directory = find_directory(archive, name);
  std::vector<ZipEntry> entries;
  std::uint64_t at = directory.offset, total = 0;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    if (number(archive, at, 4, name) != kCentral) damaged(name, "its directory is broken");
    const std::uint64_t flags = number(archive, at + 8, 2, name),
                        name_size = number(archive, at + 28, 2, name),
                        extra_size = number(archive, at + 30, 2, name),
                        comment_size = number(archive, at + 32, 2, name), extra = at + 46 + name_size;
    if (extra + extra_size + comment_size > archive.size()) damaged(name, "it ends inside its directory");
    ZipEntry entry;
    entry.name.assign(reinterpret_cast<const char*>(archive.data()) + at + 46, name_size);
    entry.method = static_cast<int>(number(archive, at + 10, 2, name));
    entry.crc = static_cast<std::uint32_t>(number(archive, at + 16, 4, name));
    entry.packed_size = number(archive, at + 20, 4, name);
    entry.size = number(archive, at + 24, 4, name);
    std::uint64_t local = number(archive, at + 42, 4, name);
    read_zip64(archive, extra, extra + extra_size, entry, local, name);
    if (flags & 1) damaged(name, concat("'", entry.name, "' is encrypted"));
    if (entry.method != 0 && entry.method != 8)
      damaged(name,
              concat("'", entry.name, "' is packed by method ", entry.method, ", not 0 or 8 (deflate)"));
    locate(archive, local, entry, name);
    total += entry.packed_size;
    if (total > archive.size()) damaged(name, "its files overlap");
    entries.push_back(std::move(entry));
    at = extra + extra_size + comment_size;
  }
  return entries;
}

namespace {
/// Inflates with a window that starts small and doubles, up to the size the archive announces.
std::vector<std::uint8_t> inflate_all(Bytes packed, const ZipEntry& entry, const std::string& name) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    throw FileError(concat(name, ": zlib could not be started."));
  std::vector<std::uint8_t> out;
  int code = Z_OK;
  std::size_t in_done = 0, out_done = 0;
  while (code == Z_OK) {
    if (out_done == out.size() && out.size() < entry.size)
      out.resize(std::min<std::uint64_t>(entry.size, std::max<std::size_t>(1 << 20, 2 * out.size())));
    constexpr std::size_t kStep = 1u << 30;
    stream.next_in = const_cast<Bytef*>(packed.data() + in_done);
    stream.avail_in = static_cast<uInt>(std::min(kStep, packed.size() - in_done));
    std::uint8_t beyond = 0;  // room for one byte too many tells a false size
    const bool full = out_done == out.size();
    stream.next_out = full ? &beyond : out.data() + out_done;
    stream.avail_out = full ? 1 : static_cast<uInt>(std::min(kStep, out.size() - out_done));
    const uInt in_before = stream.avail_in, out_before = stream.avail_out;
    code = inflate(&stream, Z_NO_FLUSH);
    in_done += in_before - stream.avail_in;
    out_done += out_before - stream.avail_out;
    if (out_done > out.size() || (in_before == stream.avail_in && out_before == stream.avail_out)) break;
  }
  inflateEnd(&stream);
  if (code != Z_STREAM_END || out_done != entry.size)
    damaged(name, concat("'", entry.name, "' does not unpack to its ", entry.size, " bytes"));
  return out;
}

std::uint32_t crc_of(std::uint32_t crc, Bytes bytes) {
  if (bytes.empty()) return crc;  // zlib starts anew when it is given a null pointer
  return static_cast<std::uint32_t>(crc32_z(crc, bytes.data(), bytes.size()));
}

void check_crc(Bytes bytes, const ZipEntry& entry, const std::string& name) {
  if (crc_of(0, bytes) != entry.crc) damaged(name, concat("the checksum of '", entry.name, "' is wrong"));
}
}  // namespace

std::vector<std::uint8_t> zip_extract(Bytes archive, const ZipEntry& entry, const std::string& name) {
  const Bytes packed = archive.subspan(entry.offset, entry.packed_size);
  std::vector<std::uint8_t> out;
  if (entry.method == 0)
    out.assign(packed.begin(), packed.end());
  else
    out = inflate_all(packed, entry, name);
  check_crc(out, entry, name);
  return out;
}

std::vector<std::uint8_t> zip_extract_last(std::vector<std::uint8_t> archive, const ZipEntry& entry,
                                           const std::string& name) {
  if (entry.method != 0) return zip_extract(archive, entry, name);
  check_crc(Bytes(archive).subspan(entry.offset, entry.size), entry, name);
  archive.resize(entry.offset + entry.size);
  archive.erase(archive.begin(), archive.begin() + static_cast<std::ptrdiff_t>(entry.offset));
  return archive;
}

namespace {
void put(std::string& out, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i) & 255);
}

/// What a local header and a central directory entry have in common: version 2.0, names in UTF-8, stored,
/// 1 January 1980 (so that equal content gives equal files).
void put_common(std::string& out, std::uint32_t crc, std::uint64_t size, std::size_t name_size) {
  put(out, 20, 2);
  put(out, 0x0800, 2);
  put(out, 0, 2);
  put(out, 0, 2);
  put(out, 0x21, 2);
  put(out, crc, 4);
  put(out, size, 4);
  put(out, size, 4);
  put(out, name_size, 2);
  put(out, 0, 2);
}
}  // namespace

void ZipWriter::add(std::string_view name, std::initializer_list<Bytes> parts) {
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  for (const Bytes part : parts) {
    crc = crc_of(crc, part);
    size += part.size();
  }
  std::string header;
  put(header, kLocal, 4);
  put_common(header, crc, size, name.size());
  header += name;
  if (offset_ + header.size() + size + directory_.size() + 1000 > kFull || count_ >= 65535 ||
      name.size() > 65535)
    throw ValueError(concat("zip archive: with '", name.substr(0, 100),
                            "' it would exceed 4 GiB or 65,535 files. Write several files."));
  put(directory_, kCentral, 4);
  put(directory_, 20, 2);
  put_common(directory_, crc, size, name.size());
  put(directory_, 0, 2);  // comment
  put(directory_, 0, 2);  // disk
  put(directory_, 0, 2);  // internal attributes
  put(directory_, 0, 4);  // external attributes
  put(directory_, offset_, 4);
  directory_ += name;
  file_.write(header.data(), header.size());
  for (const Bytes part : parts) file_.write(part.data(), part.size());
  offset_ += header.size() + size;
  ++count_;
}

void ZipWriter::commit() {
  const std::uint64_t directory_size = directory_.size();
  put(directory_, kEnd, 4);
  put(directory_, 0, 4);  // disks
  put(directory_, count_, 2);
  put(directory_, count_, 2);
  put(directory_, directory_size, 4);
  put(directory_, offset_, 4);
  put(directory_, 0, 2);  // comment
  file_.write(directory_.data(), directory_.size());
  file_.commit();
}

}  // namespace cornu::detail
