// Zip archives that no writer makes: members whose sizes are false, or true and huge.
#include "io/zip_bombs.hpp"

#include <zlib.h>

namespace cornu::support {

namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 255);
}

void put_header(std::string& out, const ZipMember& member) {
  put(out, 20, 2);
  put(out, 0, 2);
  put(out, std::uint64_t(member.method), 2);
  put(out, 0, 4);
  put(out, member.crc, 4);
  put(out, member.packed.size(), 4);
  put(out, member.size, 4);
  put(out, member.name.size(), 2);
}

/// The deflate stream of `text`; all of it, or a piece that others may follow.
std::string deflated(const std::string& text, int flush) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, uLong(text.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  deflate(&stream, flush);
  const std::size_t size = stream.total_out;
  deflateEnd(&stream);
  return out.substr(0, size);
}

std::uint32_t crc_of(const std::string& text) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

}  // namespace

ZipMember stored_member(const std::string& name, const std::string& content) {
  return {name, 0, content, crc_of(content), content.size()};
}

ZipMember zeros_member(const std::string& name, const std::string& head, std::uint64_t mebibytes) {
  static const std::string zeros(1 << 20, '\0');
  static const std::string piece = deflated(zeros, Z_FULL_FLUSH);
  ZipMember member{name, 8, deflated(head, Z_FULL_FLUSH), crc_of(head), head.size()};
  const std::uint32_t crc = crc_of(zeros);
  for (std::uint64_t i = 0; i < mebibytes; ++i) {
    member.packed += piece;
    member.crc = static_cast<std::uint32_t>(crc32_combine(member.crc, crc, 1 << 20));
  }
  member.packed += deflated("", Z_FINISH);
  member.size += mebibytes << 20;
  return member;
}

std::string zip_archive(const std::vector<ZipMember>& members, unsigned copies) {
  std::string out, directory;
  for (const ZipMember& member : members) {
    for (unsigned copy = 0; copy < copies; ++copy) {
      put(directory, 0x02014b50, 4);
      put(directory, 20, 2);
      put_header(directory, member);
      put(directory, 0, 2);  // extra field
      put(directory, 0, 2);  // comment
      put(directory, 0, 8);  // disk, attributes
      put(directory, out.size(), 4);
      directory += member.name;
    }
    put(out, 0x04034b50, 4);
    put_header(out, member);
    put(out, 0, 2);
    out += member.name + member.packed;
  }
  const std::size_t start = out.size();
  out += directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, members.size() * copies, 2);
  put(out, members.size() * copies, 2);
  put(out, directory.size(), 4);
  put(out, start, 4);
  put(out, 0, 2);
  return out;
}

}  // namespace cornu::support
