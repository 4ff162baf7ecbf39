#include "io/keras/h5_format.hpp"

#include <algorithm>

#include "cornu/core/error.hpp"

namespace cornu::detail {

void H5Bytes::damaged(std::string_view what) const {
  throw FileError(concat("'", name_, "' is not a file that Cornu can read: ", what,
                         ". It may be damaged or cut short; get it again."));
}

std::uint64_t H5Bytes::number(std::uint64_t address, unsigned size) const {
  const auto part = at(address, size);
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) value |= std::uint64_t(part[i]) << (8 * i);
  return value;
}

bool H5Bytes::has_signature(std::uint64_t address, std::string_view signature) const {
  const auto part = at(address, signature.size());
  return std::equal(part.begin(), part.end(), signature.begin(),
                    [](std::uint8_t a, char b) { return a == std::uint8_t(b); });
}

std::string H5Bytes::text(std::uint64_t address, std::uint64_t end) const {
  if (end < address) damaged("a name ends before it begins");
  const auto part = at(address, end - address);
  const auto zero = std::find(part.begin(), part.end(), std::uint8_t(0));
  return {part.begin(), zero};
}

namespace {
// Numbers of messages in object headers.
constexpr unsigned kDataspace = 1, kLinkInfo = 2, kDatatype = 3, kLink = 6, kExternal = 7, kLayout = 8,
                   kFilters = 11, kAttribute = 12, kContinuation = 16, kSymbolTable = 17, kAttributeInfo = 21;
constexpr std::uint64_t kAlign = 8;
constexpr std::uint64_t padded(std::uint64_t size) { return (size + kAlign - 1) / kAlign * kAlign; }
}  // namespace

H5Format::H5Format(H5Bytes bytes) : bytes_(std::move(bytes)) {
  // A file of n bytes has less than n things in it; twice over is for what is rightly shared.
  budget_ = 2 * bytes_.size() + 1000;
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  if (bytes_.size() < 48 || !bytes_.has_signature(0, kSignature)) bytes_.damaged("it does not begin as HDF5");
  const std::uint64_t version = bytes_.number(8, 1);
  const bool old = version < 2;
  if (version > 3) bytes_.damaged("it is of a version of HDF5 that is too new");
  if (bytes_.number(old ? 13 : 9, 1) != 8 || bytes_.number(old ? 14 : 10, 1) != 8)
    bytes_.damaged("its addresses do not have 8 bytes");
  const std::uint64_t first = old ? (version == 0 ? 24 : 28) : 12;
  base_ = bytes_.number(first, 8);
  if (base_ != 0) bytes_.damaged("it does not begin at its first byte");
  const std::uint64_t end = bytes_.number(first + 16, 8);
  if (end > bytes_.size()) bytes_.damaged(concat("it has ", bytes_.size(), " of its ", end, " bytes"));
  root_ = old ? bytes_.number(first + 40, 8) : bytes_.number(first + 24, 8);
}

void H5Format::spend(std::uint64_t work) {
  if (work > budget_) bytes_.damaged("its parts refer to each other again and again");
  budget_ -= work;
}

std::vector<H5Format::Message> H5Format::messages(std::uint64_t address) {
  std::vector<Message> out;
  if (bytes_.has_signature(address, "OHDR")) {
    const std::uint64_t flags = bytes_.number(address + 5, 1);
    if (bytes_.number(address + 4, 1) != 2) bytes_.damaged("an object is of an unknown version");
    std::uint64_t at = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const unsigned width = 1u << (flags & 3);
    const std::uint64_t size = bytes_.number(at, width);
    bytes_.at(at + width, size);
    messages_in(at + width, at + width + size, 2, flags & 4, out);
  } else {
    if (bytes_.number(address, 1) != 1) bytes_.damaged("an object is of an unknown version");
    const std::uint64_t size = bytes_.number(address + 8, 4);
    bytes_.at(address + 16, size);
    messages_in(address + 16, address + 16 + size, 1, false, out);
  }
  // Continuations are appended while their messages are met.
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].type != kContinuation) continue;
    const std::uint64_t at = bytes_.number(out[i].at, 8), size = bytes_.number(out[i].at + 8, 8);
    bytes_.at(at, size);
    if (!bytes_.has_signature(address, "OHDR")) {
      messages_in(at, at + size, 1, false, out);
    } else {
      if (size < 8 || !bytes_.has_signature(at, "OCHK"))
        bytes_.damaged("an object is not continued where it says");
      messages_in(at + 4, at + size - 4, 2, bytes_.number(address + 5, 1) & 4, out);
    }
  }
  return out;
}

void H5Format::messages_in(std::uint64_t at, std::uint64_t end, int version, bool ordered,
                           std::vector<Message>& out) {
  spend(end - at);
  const std::uint64_t head = version == 1 ? 8 : ordered ? 6 : 4;
  while (at + head <= end) {
    const auto type = unsigned(bytes_.number(at, version == 1 ? 2 : 1));
    const std::uint64_t size = bytes_.number(at + (version == 1 ? 2 : 1), 2);
    const auto flags = unsigned(bytes_.number(at + (version == 1 ? 4 : 3), 1));
    at += head;
    if (size > end - at) bytes_.damaged("an object holds more than fits into it");
    if (type != 0) out.push_back({type, flags, at, at + size});
    at += size;
  }
}

H5Object H5Format::object(std::uint64_t address) {
  H5Object out;
  for (const Message& message : messages(address)) read_message(message, out);
  return out;
}

void H5Format::read_message(const Message& m, H5Object& out) {
  const std::uint64_t size = m.end - m.at;
  const auto need = [&](std::uint64_t bytes) {
    if (size < bytes) bytes_.damaged("a part of an object is too short");
  };
  const bool wanted = m.type == kDataspace || m.type == kDatatype || m.type == kLayout || m.type == kFilters;
  if (wanted && (m.flags & 2)) bytes_.damaged("an array shares its description with others");
  switch (m.type) {
    case kDataspace:
      out.extents = extents(m.at, m.end);
      break;
    case kDatatype:
      out.type = type(m.at, m.end);
      break;
    case kLayout:
      layout(m, out);
      break;
    case kFilters:
      filters(m, out);
      break;
    case kLink:
      link(m, out);
      break;
    case kAttribute:
      attribute(m, out);
      break;
    case kExternal:
      bytes_.damaged("an array lies in another file");
    case kSymbolTable:
      need(16);
      symbol_table(bytes_.number(m.at, 8), bytes_.number(m.at + 8, 8), out);
      break;
    case kLinkInfo: {
      need(2);
      const std::uint64_t heap = m.at + 2 + (bytes_.number(m.at + 1, 1) & 1 ? 8 : 0);
      if (bytes_.number(heap, 8) != kH5Undefined) bytes_.damaged("a group has its names in a heap");
      break;
    }
    case kAttributeInfo: {
      need(2);
      const std::uint64_t heap = m.at + 2 + (bytes_.number(m.at + 1, 1) & 1 ? 2 : 0);
      if (bytes_.number(heap, 8) != kH5Undefined) bytes_.damaged("an object has its attributes in a heap");
      break;
    }
    default:
      break;
  }
}

void H5Format::symbol_table(std::uint64_t tree, std::uint64_t heap, H5Object& out) {
  if (!bytes_.has_signature(heap, "HEAP")) bytes_.damaged("a group has no names");
  const std::uint64_t size = bytes_.number(heap + 8, 8), names = bytes_.number(heap + 24, 8);
  bytes_.at(names, size);
  group_tree(tree, -1, names, names + size, out);
}

void H5Format::group_tree(std::uint64_t address, int level, std::uint64_t names, std::uint64_t names_end,
                          H5Object& out) {
  spend(8);
  if (!bytes_.has_signature(address, "TREE") || bytes_.number(address + 4, 1) != 0)
    bytes_.damaged("a group has no tree");
  const int own = int(bytes_.number(address + 5, 1));
  if (level >= 0 && own != level) bytes_.damaged("the tree of a group has no order");
  const std::uint64_t count = bytes_.number(address + 6, 2);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t child = bytes_.number(address + 24 + 8 + i * 16, 8);
    if (own > 0) {
      group_tree(child, own - 1, names, names_end, out);
      continue;
    }
    if (!bytes_.has_signature(child, "SNOD")) bytes_.damaged("a group lists no objects");
    const std::uint64_t symbols = bytes_.number(child + 6, 2);
    spend(8 + symbols * 40);
    for (std::uint64_t k = 0; k < symbols; ++k) {
      const std::uint64_t entry = child + 8 + k * 40, name = bytes_.number(entry, 8);
      if (bytes_.number(entry + 16, 4) == 2) bytes_.damaged("a group holds links to elsewhere");
      if (name >= names_end - names) bytes_.damaged("an object has no name");
      out.links.emplace_back(bytes_.text(names + name, names_end), bytes_.number(entry + 8, 8));
      spend(out.links.back().first.size());
    }
  }
}

void H5Format::link(const Message& m, H5Object& out) {
  const std::uint64_t flags = bytes_.number(m.at + 1, 1);
  std::uint64_t at = m.at + 2;
  if (flags & 8) {
    if (bytes_.number(at, 1) != 0) bytes_.damaged("a group holds links to elsewhere");
    ++at;
  }
  at += (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0);
  const unsigned width = 1u << (flags & 3);
  const std::uint64_t size = bytes_.number(at, width);
  at += width;
  if (at > m.end || size > m.end - at || m.end - at - size < 8) bytes_.damaged("a link is too short");
  out.links.emplace_back(bytes_.text(at, at + size), bytes_.number(at + size, 8));
}

std::optional<std::vector<std::uint64_t>> H5Format::extents(std::uint64_t at, std::uint64_t end) const {
  if (end - at < 4) bytes_.damaged("the shape of an array is too short");
  const std::uint64_t version = bytes_.number(at, 1), rank = bytes_.number(at + 1, 1);
  if (version != 1 && version != 2) bytes_.damaged("the shape of an array is of an unknown version");
  if (version == 2 && bytes_.number(at + 3, 1) == 2) return std::nullopt;  // no values at all
  const std::uint64_t first = at + (version == 1 ? 8 : 4);
  if (first > end || rank * 8 > end - first) bytes_.damaged("the shape of an array is too short");
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = 0; i < rank; ++i) out.push_back(bytes_.number(first + 8 * i, 8));
  return out;
}

H5Type H5Format::type(std::uint64_t at, std::uint64_t end) const {
  if (end - at < 8) bytes_.damaged("the type of an array is too short");
  const std::uint64_t kind = bytes_.number(at, 1) & 15, bits = bytes_.number(at + 1, 3);
  H5Type out{.size = unsigned(bytes_.number(at + 4, 4))};
  if (kind == 0) {
    out.kind = H5Type::Kind::integer;
    out.big_endian = bits & 1;
    out.is_signed = bits & 8;
  } else if (kind == 1) {
    out.kind = H5Type::Kind::floating;
    out.big_endian = bits & 1;
    if (bits & 64) out.kind = H5Type::Kind::other;  // VAX
  } else if (kind == 3) {
    out.kind = H5Type::Kind::text;
  } else if (kind == 8) {  // an enumeration (booleans): its numbers' type follows
    if (end - at < 16) bytes_.damaged("the type of an array is too short");
    out = type(at + 8, at + 16);
  } else if (kind == 9 && (bits & 15) == 1) {
    out.kind = H5Type::Kind::list_of_text;
  }
  return out;
}

void H5Format::layout(const Message& m, H5Object& out) {
  if (m.end - m.at < 4) bytes_.damaged("the place of an array is too short");
  const std::uint64_t version = bytes_.number(m.at, 1), kind = bytes_.number(m.at + 1, 1);
  if (version != 3 && !(version == 4 && kind < 2)) bytes_.damaged("an array is stored in an unknown way");
  out.is_dataset = true;
  if (kind == 0) {
    out.layout = H5Object::Layout::compact;
    out.stored = bytes_.number(m.at + 2, 2);
    out.address = m.at + 4;
    if (out.stored > m.end - out.address) bytes_.damaged("an array is too short");
  } else if (kind == 1) {
    if (m.end - m.at < 18) bytes_.damaged("the place of an array is too short");
    out.layout = H5Object::Layout::contiguous;
    out.address = bytes_.number(m.at + 2, 8);
    out.stored = bytes_.number(m.at + 10, 8);
  } else if (kind == 2) {
    const std::uint64_t axes = bytes_.number(m.at + 2, 1);
    if (m.end - m.at < 11 + 4 * axes || axes < 1) bytes_.damaged("the place of an array is too short");
    out.layout = H5Object::Layout::chunked;
    out.address = bytes_.number(m.at + 3, 8);
    out.chunk.clear();
    for (std::uint64_t i = 0; i < axes; ++i) out.chunk.push_back(bytes_.number(m.at + 11 + 4 * i, 4));
  } else {
    bytes_.damaged("an array is stored in an unknown way");
  }
}

void H5Format::filters(const Message& m, H5Object& out) {
  if (m.end - m.at < 2) bytes_.damaged("the packing of an array is too short");
  const std::uint64_t version = bytes_.number(m.at, 1), count = bytes_.number(m.at + 1, 1);
  std::uint64_t at = m.at + (version == 1 ? 8 : 2);
  for (std::uint64_t i = 0; i < count; ++i) {
    H5Object::Filter filter{.id = unsigned(bytes_.number(at, 2)), .values = {}};
    const bool named = version == 1 || filter.id >= 256;
    const std::uint64_t name = named ? bytes_.number(at + 2, 2) : 0;
    at += named ? 4 : 2;
    const std::uint64_t values = bytes_.number(at + 2, 2);
    at += 4 + (version == 1 ? padded(name) : name);
    for (std::uint64_t k = 0; k < values; ++k) filter.values.push_back(bytes_.number(at + 4 * k, 4));
    at += 4 * values + (version == 1 && values % 2 ? 4 : 0);
    if (at > m.end) bytes_.damaged("the packing of an array is too short");
    out.filters.push_back(std::move(filter));
  }
}

void H5Format::attribute(const Message& m, H5Object& out) {
  if (m.end - m.at < 9) bytes_.damaged("an attribute is too short");
  const std::uint64_t version = bytes_.number(m.at, 1), flags = version == 1 ? 0 : bytes_.number(m.at + 1, 1);
  const std::uint64_t name = bytes_.number(m.at + 2, 2), kind = bytes_.number(m.at + 4, 2),
                      space = bytes_.number(m.at + 6, 2);
  if (version < 1 || version > 3) bytes_.damaged("an attribute is of an unknown version");
  if (flags & 3) return;  // describes itself elsewhere: none of Keras'
  const auto step = [&](std::uint64_t size) { return version == 1 ? padded(size) : size; };
  const std::uint64_t name_at = m.at + (version == 3 ? 9 : 8), kind_at = name_at + step(name),
                      space_at = kind_at + step(kind), data = space_at + step(space);
  if (data > m.end || kind < 8 || space < 4) bytes_.damaged("an attribute is too short");
  out.attributes.push_back({.name = bytes_.text(name_at, name_at + name),
                            .type = type(kind_at, kind_at + kind),
                            .extents = extents(space_at, space_at + space),
                            .address = data,
                            .end = m.end});
}

}  // namespace cornu::detail
